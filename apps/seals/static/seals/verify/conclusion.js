// From the verifier's code to what a person is told: a word, a sentence, an advice. Keys of `texts.js`.

const CANNOT_TELL = ["READ_ERROR", "UNSUPPORTED"];
/** What stays true however old the keys are. */
const TIMELESS = [
  ...["WRONG_FORMAT", "INVALID_SIGNATURE", "INVALID_SEAL_MRZ", "INVALID_PRINTED_MRZ", "SEAL_DOCUMENT_MISMATCH"],
  ...["REVOKED_CERTIFICATE", "VOID_DOCUMENT", ...CANNOT_TELL],
];

const STEPS = [
  ["c_format", ["WRONG_FORMAT"]],
  ["c_signer", ["UNKNOWN_CERTIFICATE", "UNTRUSTED_CERTIFICATE", "INVALID_DOCUMENTTYPE"]],
  ["c_time", ["EXPIRED_CERTIFICATE"]],
  ["c_revocation", ["REVOKED_CERTIFICATE"]],
  ["c_signature", ["INVALID_SIGNATURE"]],
  ["c_zone", ["INVALID_SEAL_MRZ", "INVALID_PRINTED_MRZ", "SEAL_DOCUMENT_MISMATCH"]],
  ["c_void", ["VOID_DOCUMENT"]],
];

/**
 * `result` of the verifier; `keys`: the opened bundle, or null; `fresh`: as `freshness` says.
 * `word` is `valid`, `invalid` or `unknown`; `tone` says how to colour it: as the word, or `caution`.
 */
export function conclude(result, keys, fresh) {
  if (CANNOT_TELL.includes(result.code)) {
    return unknown(`s_${result.code}`, result.code === "READ_ERROR" ? "a_read" : "a_unknown");
  }
  if (!TIMELESS.includes(result.code)) {
    if (!keys) return unknown("s_noKeys", "a_keys");
    if (fresh === "early") return unknown("s_clockWrong", "a_clock");
    if (fresh === "expired") return unknown("s_keysExpired", "a_keys");
  }
  if (result.verdict === "VALID") return genuine(result);
  if (result.code === "UNKNOWN_CERTIFICATE") {
    if (!keys.trust.knowsCountry(result.seal.header.signer.slice(0, 2))) return unknown("s_foreign", "a_foreign");
    if (fresh === "stale") return unknown("s_keysExpired", "a_keys");
  }
  return { word: "invalid", tone: "invalid", sentence: `s_${result.code}`, advice: "a_invalid" };
}

/** Two printed lines without a seal: check digits prove nothing, but wrong ones disprove. */
export function concludeZone(right) {
  if (right) return unknown("s_zoneRight", "a_zone");
  return { word: "invalid", tone: "invalid", sentence: "s_INVALID_PRINTED_MRZ", advice: "a_zone" };
}

/** What was checked, in order: `[step, outcome]`. Other documents than ours have no zone, and no number that we know. */
export function steps({ code, lines, letter }) {
  if (CANNOT_TELL.includes(code)) return [];
  const has = { c_zone: lines, c_void: lines || letter };
  const shown = STEPS.filter(([step]) => !(step in has) || has[step]);
  const failed = shown.findIndex(([, codes]) => codes.includes(code));
  return shown.map(([step], place) => {
    if (failed < 0 || place < failed) return [step, "o_ok"];
    return [step, place === failed ? "o_bad" : "o_not"];
  });
}

function genuine({ code, status }) {
  if (status !== "expired") return { word: "valid", tone: "valid", sentence: `s_${code}`, advice: "a_valid" };
  return { word: "valid", tone: "caution", sentence: "s_documentExpired", advice: "a_expired" };
}

function unknown(sentence, advice) {
  return { word: "unknown", tone: "unknown", sentence, advice };
}
