// C40, three characters in two bytes (ISO/IEC 16022; ICAO Doc 9303-13 §2.3). `<` travels as a space.

import { Invalid } from "./bytes.js";

const CHARACTERS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const FIRST = 3;
const UNLATCH = 0xfe;

/** The characters, fillers as spaces. Throws `Invalid` (`c40`) for what no encoder writes. */
export function decode(data) {
  if (data.length % 2) throw new Invalid("c40");
  let text = "";
  for (let at = 0; at < data.length; at += 2) {
    const number = data[at] * 256 + data[at + 1];
    text += at + 2 < data.length ? triple(number) : last(number);
  }
  return text;
}

function character(value) {
  const found = CHARACTERS[value - FIRST];
  if (found === undefined) throw new Invalid("c40");
  return found;
}

function triple(number) {
  const rest = (number - 1) % 1600;
  return character(Math.floor((number - 1) / 1600)) + character(Math.floor(rest / 40)) + character(rest % 40);
}

/** The last pair may hold one character (after an unlatch) or two (with padding behind them). */
function last(number) {
  if (number >> 8 === UNLATCH) {
    const single = String.fromCharCode((number - 1) & 0xff).replace("<", " ");
    return character(CHARACTERS.indexOf(single) + FIRST);
  }
  if (number === 0 || (number - 1) % 40 !== 0) return triple(number);
  const rest = (number - 1) % 1600;
  return character(Math.floor((number - 1) / 1600)) + character(Math.floor(rest / 40));
}
