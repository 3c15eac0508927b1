// The judgement: the same codes in the same order as the server's verifier (ICAO Doc 9303-13 App. D, 9303-8 App. A).

import { Invalid } from "./bytes.js";
import * as c40 from "./c40.js";
import { verifies } from "./certificates.js";
import { hasUnknownFeatures, isLetter, namesUs, statement } from "./letter.js";
import * as mrz from "./mrz.js";
import { decode, looksLikeSeal } from "./seal.js";
import { isValidAt } from "./trust.js";

export const GOOD = ["VALID", "UNKNOWN_FEATURE"];

const VDS_SIGNER = "2.23.136.1.1.11.1";
const TRAVEL_DOCUMENT = "5E03";
const OTHER_DOCUMENTS = ["5D01", "FB06", "FD02", "FC04", "FA06", "F908", "F80A", "F90C"];
const MRZ_TAG = 0x02;
const MRZ_BYTES = 48;
const WIDTH = 36;

/**
 * Judge the bytes of one seal. `at`: milliseconds since the epoch; `printed`: two lines as read off the page, or none.
 * Never throws. The answer: `verdict`, `code`, `detail`, `status` (`current`, `expired`, `void` or empty) and what it says.
 */
export async function verify(data, { trust, at, printed = [] }) {
  try {
    return await judged(data, { trust, at, printed });
  } catch (error) {
    return answer("READ_ERROR", { detail: error.name });
  }
}

async function judged(data, question) {
  if (!looksLikeSeal(data)) return answer("UNSUPPORTED");
  let seal;
  let said;
  try {
    seal = decode(data);
    said = saidBy(seal);
  } catch (error) {
    if (error instanceof Invalid) return answer("WRONG_FORMAT", { detail: error.code });
    throw error;
  }
  let [code, signer] = ["UNKNOWN_CERTIFICATE", null];
  for (signer of question.trust.signers(seal.header.key)) {
    code = await codeOf(seal, signer, said, question);
    if (GOOD.includes(code)) break;
  }
  if (GOOD.includes(code) && question.trust.hasVoided(numberOf(seal, said))) {
    return answer("VOID_DOCUMENT", { seal, signer, status: "void", ...said });
  }
  return answer(code, { seal, signer, status: statusOf(said, question.at), ...said });
}

export function answer(code, more = {}) {
  return { verdict: GOOD.includes(code) ? "VALID" : "INVALID", code, detail: "", status: "", ...more };
}

/** The zone of a travel document, or what one of our letters states; neither of another known document. */
function saidBy(seal) {
  const { header } = seal;
  if (header.kind === TRAVEL_DOCUMENT) {
    const lines = sealedLines(seal);
    return { lines, zone: zoneOf(lines, header.issuedOn), letter: null };
  }
  if (isLetter(header)) return { lines: null, zone: null, letter: statement(seal) };
  if (!OTHER_DOCUMENTS.includes(header.kind)) throw new Invalid("vds_document_type");
  return { lines: null, zone: null, letter: null };
}

/** Empty where it is another state's: the same numbers may be documents there. */
function numberOf({ header }, { zone, letter }) {
  if (!namesUs(header)) return "";
  return letter ? letter.number : zone ? zone.fields.number : "";
}

/** Throws `Invalid` unless the seal has the form that the profile asks for. */
function sealedLines({ header, features }) {
  if (header.version !== 4 || !header.issuedOn || !header.signedOn) throw new Invalid("vds_header");
  const values = features.filter(({ tag }) => tag === MRZ_TAG).map(({ value }) => value);
  if (values.length !== 1 || values[0].length !== MRZ_BYTES) throw new Invalid("vds_feature");
  const text = c40.decode(values[0]).replace(/ /g, "<");
  if (text.length !== 2 * WIDTH) throw new Invalid("vds_feature");
  return [text.slice(0, WIDTH), text.slice(WIDTH)];
}

function zoneOf(lines, issuedOn) {
  try {
    return mrz.parse(lines, issuedOn);
  } catch {
    return null;
  }
}

async function codeOf(seal, signer, said, question) {
  const code = await codeOfSigner(signer, said, question);
  if (code !== "VALID") return code;
  if (!(await verifies(signer.key, seal.signature, seal.signed))) return "INVALID_SIGNATURE";
  if (said.letter) return hasUnknownFeatures(seal) ? "UNKNOWN_FEATURE" : "VALID";
  return said.lines ? codeOfZone(seal, said, question) : "VALID";
}

function codeOfZone(seal, { lines, zone }, { printed }) {
  if (!zone || !mrz.allRight(zone)) return "INVALID_SEAL_MRZ";
  const code = printed.length ? codeOfPrint(printed, lines, zone) : "VALID";
  const unknown = seal.features.some(({ tag }) => tag !== MRZ_TAG);
  return code === "VALID" && unknown ? "UNKNOWN_FEATURE" : code;
}

async function codeOfSigner(signer, { lines, letter }, { trust, at }) {
  const foreignPurpose = signer.purposes && signer.purposes.length && !signer.purposes.includes(VDS_SIGNER);
  if (!(await trust.trusts(signer, at)) || ((lines || letter) && foreignPurpose)) return "UNTRUSTED_CERTIFICATE";
  const code = lines && lines[0].slice(0, 2).replace(/<+$/, "");
  if (lines && signer.documentTypes && !signer.documentTypes.includes(code)) return "INVALID_DOCUMENTTYPE";
  if (!isValidAt(signer, at)) return "EXPIRED_CERTIFICATE";
  return trust.hasRevoked(signer, at) ? "REVOKED_CERTIFICATE" : "VALID";
}

/** Compare what was read off the page; a filler may have been read as a space. */
function codeOfPrint(printed, lines, zone) {
  const read = printed.map((line) => line.replace(/ /g, "<"));
  try {
    if (!mrz.allRight(mrz.parse(read, zone.fields.expiry || "9999-12-31"))) return "INVALID_PRINTED_MRZ";
  } catch {
    return "INVALID_PRINTED_MRZ";
  }
  return read.every((line, place) => line === lines[place]) ? "VALID" : "SEAL_DOCUMENT_MISMATCH";
}

function statusOf({ zone, letter }, at) {
  const until = letter ? letter.validUntil : zone && zone.fields.expiry;
  if (!until) return "";
  return until < new Date(at).toISOString().slice(0, 10) ? "expired" : "current";
}
