// Bytes and the ways people write them down.

/** What was given is not what it should be; `code` is the same as the server's own verifier says. */
export class Invalid extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Bytes of an even number of hexadecimal digits, white space apart; null for anything else. */
export function fromHex(text) {
  const digits = text.replace(/[ \t\n\r\f\v]/g, "");
  if (digits.length % 2 || !/^[0-9a-fA-F]*$/.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of base64 or base64url, padded or not, white space apart; null for anything else. */
export function fromBase64(text) {
  const plain = text.replace(/\s/g, "").replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return null;
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}

export function toBase64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function toNumber(bytes) {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}
