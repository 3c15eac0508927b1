// Machine readable zones of two lines (ICAO Doc 9303-3, -4, -6): check digits, and what they say.

import { Invalid } from "./bytes.js";
import { isoDay } from "./seal.js";

const VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WEIGHTS = [7, 3, 1];
const LAYOUTS = {
  36: { name: "TD2", optionalEnd: 35, optionalHasCheckDigit: false },
  44: { name: "TD3", optionalEnd: 42, optionalHasCheckDigit: true },
};
const OPTIONAL_AT = 28;

export function checkDigit(text) {
  const sum = Array.from(text).reduce(
    (total, character, place) => total + Math.max(0, VALUES.indexOf(character)) * WEIGHTS[place % 3],
    0,
  );
  return String(sum % 10);
}

/**
 * `on` (YYYY-MM-DD) tells the century of birth.
 * Throws `Invalid`: `mrz_size`, `mrz_character`, `mrz_document_code`.
 */
export function parse(lines, on) {
  const layout = lines.length === 2 ? LAYOUTS[lines[0].length] : undefined;
  if (!layout || lines[1].length !== lines[0].length) throw new Invalid("mrz_size");
  if (!lines.every((line) => /^[A-Z0-9<]+$/.test(line))) throw new Invalid("mrz_character");
  const [first, second] = lines;
  const code = first.slice(0, 2).replace(/<+$/, "");
  if (!mayBeRead(layout, code)) throw new Invalid("mrz_document_code");
  return { lines, checks: checks(layout, second), fields: fields(layout, first, second, code, on) };
}

export function allRight(zone) {
  return Object.values(zone.checks).every(Boolean);
}

function mayBeRead(layout, code) {
  if (!/^[A-Z][A-Z0-9]?$/.test(code)) return false;
  if (layout.name === "TD3") return code[0] === "P";
  return code === "PU" || ("ACI".includes(code[0]) && code !== "IV");
}

/** A sheet's number longer than nine goes on in the optional data (9303-6 §4.2.2). */
function longNumber(layout, second) {
  const [number, check] = [second.slice(0, 9), second[9]];
  const optional = second.slice(OPTIONAL_AT, layout.optionalEnd);
  if (check !== "<" || layout.optionalHasCheckDigit || optional[0] === "<") return { number, check };
  const run = optional.split("<")[0];
  return { number: number + run.slice(0, -1), check: run.slice(-1) };
}

function checks(layout, second) {
  const { number, check } = longNumber(layout, second);
  const found = {
    number: checkDigit(number) === check,
    birth: checkDigit(second.slice(13, 19)) === second[19],
    expiry: checkDigit(second.slice(21, 27)) === second[27],
  };
  if (layout.optionalHasCheckDigit) {
    const [optional, digit] = [second.slice(OPTIONAL_AT, layout.optionalEnd), second[layout.optionalEnd]];
    found.optional = digit === checkDigit(optional) || (digit === "<" && /^<*$/.test(optional));
  }
  const composite = second.slice(0, 10) + second.slice(13, 20) + second.slice(21, -1);
  found.composite = checkDigit(composite) === second[second.length - 1];
  return found;
}

function fields(layout, first, second, code, on) {
  const spaced = (text) => text.replace(/<+$/, "").replace(/</g, " ");
  const split = first.slice(5).indexOf("<<");
  const name = first.slice(5);
  return {
    code,
    issuingState: first.slice(2, 5).replace(/<+$/, ""),
    surname: spaced(split < 0 ? name : name.slice(0, split)),
    givenNames: spaced(split < 0 ? "" : name.slice(split + 2)),
    number: longNumber(layout, second).number.replace(/<+$/, ""),
    nationality: second.slice(10, 13).replace(/<+$/, ""),
    birth: birth(second.slice(13, 19), on),
    sex: second[20],
    expiry: expiry(second.slice(21, 27)),
  };
}

/** Always of this century; null where there is no such day. */
function expiry(six) {
  if (!/^\d{6}$/.test(six)) return null;
  return isoDay(2000 + Number(six.slice(0, 2)), Number(six.slice(2, 4)), Number(six.slice(4)));
}

/** The latest such day not after `on`; what is not known is `XX` (ICAO Doc 9303-3 §4.8). */
function birth(six, on) {
  if (!/^(\d\d|<<){3}$/.test(six)) return null;
  const [year, month, date] = [six.slice(0, 2), six.slice(2, 4), six.slice(4)].map((part) => part.replace("<<", "XX"));
  const century = Number(on.slice(0, 2));
  const known = (part) => (part === "XX" ? 1 : Number(part));
  for (const start of year === "XX" ? ["XX"] : [century, century - 1]) {
    const full = `${start}${year}`;
    const earliest = isoDay(full === "XXXX" ? 4 : Number(full), known(month), known(date));
    if (earliest !== null && earliest <= on) return `${full}-${month}-${date}`;
  }
  return null;
}
