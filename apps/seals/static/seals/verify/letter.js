// The letters of this service: a loss (FC02), an application in progress (FC04), by a signer of China.

import { Invalid } from "./bytes.js";
import * as c40 from "./c40.js";
import { day } from "./seal.js";

const KINDS = { FC02: "loss", FC04: "progress" };
const NUMBER = /^[A-Z][0-9]{8}$/;
const PRINTED_NAME = /^[A-Z]+(<[A-Z]+)*(<<[A-Z]+(<[A-Z]+)*)?$/;
const MASKED = /^[A-Z0-9*]{1,9}$/;
const POST = /^[A-Z]{3}$/;
const TAGS = { number: 1, printedName: 2, chineseName: 3, birth: 4, passport: 5, happened: 6, validUntil: 7, post: 8 };

/** Other states use the same numbers for documents of their own. */
export function isLetter(header) {
  return namesUs(header) && header.kind in KINDS;
}

export function namesUs({ state, signer }) {
  return state === "CHN" && signer.startsWith("CN");
}

/** What one of our letters says. Throws `Invalid` unless it has the form that the profile asks for. */
export function statement({ header, features }) {
  if (header.version !== 4 || !header.issuedOn || !header.signedOn) throw new Invalid("vds_header");
  const one = (tag) => {
    const values = features.filter((feature) => feature.tag === tag).map(({ value }) => value);
    if (values.length !== 1) throw new Invalid("vds_feature");
    return values[0];
  };
  const [surname, givenNames] = matching(PRINTED_NAME, latin(one(TAGS.printedName))).split("<<");
  const said = {
    kind: KINDS[header.kind],
    number: matching(NUMBER, latin(one(TAGS.number))),
    surname: surname.replace(/</g, " "),
    givenNames: (givenNames || "").replace(/</g, " "),
    chineseName: unicode(one(TAGS.chineseName)),
    birth: date(one(TAGS.birth)),
    happened: date(one(TAGS.happened)),
    validUntil: date(one(TAGS.validUntil)),
    post: matching(POST, latin(one(TAGS.post))),
    passport: features.some(({ tag }) => tag === TAGS.passport) ? matching(MASKED, unicode(one(TAGS.passport))) : "",
  };
  if (said.validUntil < header.issuedOn) throw new Invalid("certificate_dates");
  return said;
}

export function hasUnknownFeatures({ features }) {
  return features.some(({ tag }) => !Object.values(TAGS).includes(tag));
}

function matching(form, text) {
  if (!form.test(text)) throw new Invalid("vds_feature");
  return text;
}

function latin(value) {
  return c40.decode(value).replace(/ /g, "<");
}

function unicode(value) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    if (text.trim()) return text;
  } catch {
    // said below
  }
  throw new Invalid("vds_feature");
}

function date(value) {
  const found = value.length === 3 ? day(value) : null;
  if (found === null) throw new Invalid("vds_feature");
  return found;
}
