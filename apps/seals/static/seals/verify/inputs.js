// What people paste: the bytes of a seal in hex or base64, the address in a QR code, or the two printed lines.

import { fromBase64, fromHex, toBase64url } from "./bytes.js";

const FRAGMENT = /#v=(\S*)/;
const LINE_WIDTHS = [36, 44];

/** `{seal: bytes}`, `{lines: [first, second]}`, `{broken: true}` for a damaged address, or null for anything else. */
export function read(text) {
  const found = FRAGMENT.exec(text);
  if (found) return inAddress(found[1]);
  const lines = zoneLines(text);
  if (lines) return { lines };
  return asSeal(fromHex(text)) || asSeal(fromBase64(text.trim()));
}

/** What a code holds: a seal itself, or the address of this page with a seal behind it. */
export function readCode(bytes) {
  if (bytes.length && bytes[0] === 0xdc) return { seal: bytes };
  return read(new TextDecoder().decode(bytes));
}

/** Two lines of a zone, as printed or typed; null where this is none. */
export function zoneLines(text) {
  const lines = text
    .toUpperCase()
    .split(/[\r\n]+/)
    .map((line) => line.replace(/«/g, "<<"))
    .map((line) => line.replace(/\s/g, LINE_WIDTHS.includes(line.length) ? "<" : ""))
    .filter(Boolean);
  const joined = lines.join("");
  if (!/^[A-Z0-9<]+$/.test(joined) || !joined.includes("<")) return null;
  const width = joined.length / 2;
  return LINE_WIDTHS.includes(width) ? [joined.slice(0, width), joined.slice(width)] : null;
}

/** One seal has one spelling: whatever is left over in the last character is zero. */
function inAddress(fragment) {
  const bytes = fromBase64(fragment);
  return bytes && bytes.length && toBase64url(bytes) === fragment ? { seal: bytes } : { broken: true };
}

function asSeal(bytes) {
  return bytes && bytes.length ? { seal: bytes } : null;
}
