// The little of DER (ITU-T X.690) that certificates and revocation lists need.

import { Invalid } from "./bytes.js";

const unreadable = () => new Invalid("certificate_unreadable");

/** The element at this offset: `tag`, `value`, `whole` (with its head) and `end`, the place behind it. */
export function element(data, at = 0) {
  const [tag, first] = [data[at], data[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw unreadable();
  let [length, start] = [first, at + 2];
  if (first >= 0x80) {
    const octets = data.subarray(start, start + (first & 0x7f));
    if (octets.length !== (first & 0x7f) || !octets.length || octets.length > 4) throw unreadable();
    length = octets.reduce((number, byte) => number * 256 + byte, 0);
    start += octets.length;
  }
  const end = start + length;
  if (end > data.length) throw unreadable();
  return { tag, value: data.subarray(start, end), whole: data.subarray(at, end), end };
}

/** The elements one after the other. */
export function elements(data) {
  const found = [];
  for (let at = 0; at < data.length; at = found[found.length - 1].end) found.push(element(data, at));
  return found;
}

/** The only element, nothing behind it. */
export function only(data, tag) {
  const found = element(data);
  if (found.end !== data.length || found.tag !== tag) throw unreadable();
  return found;
}

export function oid(value) {
  const numbers = [];
  let number = 0;
  for (const byte of value) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const first = Math.min(2, Math.floor(numbers[0] / 40));
  return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join(".");
}

/** UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 allows them; milliseconds since the epoch. */
export function time({ tag, value }) {
  const text = String.fromCharCode(...value);
  const found = (tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
    text,
  );
  if (!found) throw unreadable();
  const [year, month, ...rest] = found.slice(1).map(Number);
  const century = tag === 0x17 ? (year < 50 ? 2000 : 1900) : 0;
  return Date.UTC(century + year, month - 1, ...rest);
}

/** The octets of a BIT STRING, whose count of unused bits no signature covers: it must be zero. */
export function wholeOctets({ tag, value }) {
  if (tag !== 0x03 || value[0] !== 0) throw unreadable();
  return value.subarray(1);
}

/** From ECDSA-Sig-Value to r‖s, each of `size` bytes; null where it is none. */
export function rawSignature(signature, size) {
  const numbers = elements(only(signature, 0x30).value);
  const raw = new Uint8Array(2 * size);
  const fits = numbers.length === 2 && numbers.every(({ tag, value }) => tag === 0x02 && value.length > 0);
  if (!fits) return null;
  for (const [place, { value }] of numbers.entries()) {
    if (value[0] >= 0x80 || (value[0] === 0 && value.length > 1 && value[1] < 0x80)) return null;
    const bare = value[0] === 0 ? value.subarray(1) : value;
    if (bare.length > size) return null;
    raw.set(bare, (place + 1) * size - bare.length);
  }
  return raw;
}
