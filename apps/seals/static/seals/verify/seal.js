// Visible digital seals: header, message zone, signature zone (ICAO Doc 9303-13 §2).

import { Invalid, toHex, toNumber } from "./bytes.js";
import * as c40 from "./c40.js";

const MAGIC = 0xdc;
const VERSIONS = { 2: 3, 3: 4 };
const NAMES_AT = 2;
const V3_NAMES_END = 10;
const V4_LENGTH_END = 8;
const SIGNATURE = 0xff;
const RESERVED = [0x00, 0xff];
const SIGNER = /^[A-Z]{2}[A-Z0-9]{2}$/;
const REFERENCE = /^[0-9A-F]{1,40}$/;
/** Writes the length of its reference in decimal, against the standard. */
const DECIMAL_LENGTHS = ["DEZV"];

export function looksLikeSeal(data) {
  return data.length > 0 && data[0] === MAGIC;
}

/** Throws `Invalid` for anything that is not exactly one seal. Days are `YYYY-MM-DD`, or null where not set. */
export function decode(data) {
  const { header, end } = decodeHeader(data);
  const features = [];
  let at = end;
  while (at < data.length) {
    const start = at;
    const tag = data[at];
    const [length, behind] = decodeLength(data, at + 1, header.version === 4);
    const value = data.slice(behind, behind + length);
    at = behind + length;
    if (tag === SIGNATURE) {
      if (!length || at !== data.length) throw new Invalid("vds_signature");
      return { header, features, signed: data.slice(0, start), signature: value };
    }
    if (value.length !== length) throw new Invalid("vds_feature");
    features.push({ tag, value });
  }
  throw new Invalid("vds_signature");
}

function decodeHeader(data) {
  const version = looksLikeSeal(data) ? VERSIONS[data[1]] : undefined;
  if (version === undefined) throw new Invalid("vds_header");
  const end = version === 3 ? V3_NAMES_END : endOfNames(data.slice(NAMES_AT, V4_LENGTH_END));
  const rest = data.slice(end, end + 8);
  if (rest.length < 8 || RESERVED.includes(rest[6]) || RESERVED.includes(rest[7])) throw new Invalid("vds_header");
  const names = decodeNames(data.slice(NAMES_AT, end), version);
  const header = {
    version,
    ...names,
    issuedOn: day(rest.slice(0, 3)),
    signedOn: day(rest.slice(3, 6)),
    kind: toHex(rest.slice(6)).toUpperCase(),
    key: names.signer + (names.reference.replace(/^0+/, "") || "0"),
  };
  return { header, end: end + 8 };
}

function decodeNames(data, version) {
  const state = c40.decode(data.slice(0, 2)).replace(/ +$/, "");
  const text = c40.decode(data.slice(2));
  const signer = text.slice(0, 4);
  const reference = text.slice(version === 3 ? 4 : 6);
  const wellFormed = /^[A-Z]+$/.test(state) && SIGNER.test(signer) && REFERENCE.test(reference);
  if (!wellFormed || (version === 4 && reference.length !== lengthOfReference(text))) throw new Invalid("vds_header");
  return { state, signer, reference };
}

function endOfNames(data) {
  return V4_LENGTH_END + 2 * Math.ceil(lengthOfReference(c40.decode(data.slice(2))) / 3);
}

function lengthOfReference(text) {
  const length = text.slice(4, 6);
  if (!REFERENCE.test(length) || length.length !== 2) throw new Invalid("vds_header");
  const decimal = DECIMAL_LENGTHS.includes(text.slice(0, 4)) && /^[0-9]+$/.test(length);
  return parseInt(length, decimal ? 10 : 16);
}

/** DER in version 4, one byte in version 3: the length, and the place behind it. */
function decodeLength(data, at, der) {
  if (at >= data.length) throw new Invalid("vds_length");
  const first = data[at];
  if (first < 0x80 || !der) return [first, at + 1];
  const octets = data.slice(at + 1, at + 1 + (first & 0x7f));
  const length = toNumber(octets);
  const shortest = length < 0x100 ? 1 : 2;
  const wrong = octets.length !== (first & 0x7f) || octets.length !== shortest || length < 0x80 || length > 0xffff;
  if (wrong) throw new Invalid("vds_length");
  return [length, at + 1 + octets.length];
}

/** The number MMDDYYYY in three bytes; zero where the day is not set. */
export function day(data) {
  const number = toNumber(data);
  if (number === 0) return null;
  const [month, rest] = [Math.floor(number / 1000000), number % 1000000];
  const found = isoDay(rest % 10000, month, Math.floor(rest / 10000));
  if (found === null) throw new Invalid("vds_date");
  return found;
}

/** `YYYY-MM-DD`, or null where the calendar has no such day. */
export function isoDay(year, month, date) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || date < 1) return null;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (date > [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]) return null;
  const padded = (number, width) => String(number).padStart(width, "0");
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(date, 2)}`;
}
