// The published keys: a JWS (RFC 7515, ES256) over JSON, signed by a document signer of the CSCA the page was given.

import { fromBase64 } from "./bytes.js";
import { isSignedBy, parseCertificate, verifies } from "./certificates.js";
import { Trust, isValidAt } from "./trust.js";

const DAY = 24 * 3600 * 1000;
const TYPE = "consular-trust+jws";

/** The bundle is not what it should be; `code`: `bundle_unreadable`, `bundle_signer`, `bundle_signature`. */
export class Untrustworthy extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * From the compact serialisation. `authorities`: the pinned CSCAs in DER; `at`: milliseconds since the epoch.
 * Throws `Untrustworthy`. The answer: `trust`, `sequence`, and the times `generatedAt`, `nextUpdate`, `notAfter`.
 */
export async function open(text, { authorities, at }) {
  const [head, payload, signature, ...rest] = text.trim().split(".");
  const header = readJson(head);
  if (signature === undefined || rest.length || header.alg !== "ES256" || header.typ !== TYPE || header.crit) {
    throw new Untrustworthy("bundle_unreadable");
  }
  const signer = await believedSigner(header, authorities, at);
  const signed = new TextEncoder().encode(`${head}.${payload}`);
  const raw = fromBase64(signature || "");
  if (!raw || signer.key.name !== "P-256" || !(await verifies(signer.key, raw, signed))) {
    throw new Untrustworthy("bundle_signature");
  }
  return described(readJson(payload), signer, at);
}

/** How old it may be is in the bundle: `current`, `stale` (a newer one is due), `expired`, or `early`: the clock is wrong. */
export function freshness({ generatedAt, nextUpdate, notAfter }, at) {
  if (at < generatedAt - DAY) return "early";
  if (at > notAfter) return "expired";
  return at > nextUpdate ? "stale" : "current";
}

function readJson(part) {
  try {
    const bytes = fromBase64(part || "");
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (found && typeof found === "object") return found;
  } catch {
    // said below, with everything else that is no bundle
  }
  throw new Untrustworthy("bundle_unreadable");
}

/** A bar code signer seals documents on thousands of desks; it may not say whom to believe. */
async function believedSigner(header, authorities, at) {
  try {
    const signer = await parseCertificate(fromBase64(header.x5c[0]));
    const pinned = await Promise.all(authorities.map((each) => parseCertificate(each)));
    const signed = await Promise.all(pinned.map((each) => isValidAt(each, at) && isSignedBy(signer, each)));
    if (signed.some(Boolean) && signer.maySign && !signer.isAuthority && signer.purposes === null) return signer;
  } catch {
    // a certificate that cannot be read vouches for nothing
  }
  throw new Untrustworthy("bundle_signer");
}

async function described(payload, signer, at) {
  const [generatedAt, nextUpdate, notAfter] = ["generated_at", "next_update", "not_after"].map((name) =>
    Date.parse(payload[name]),
  );
  const times = [generatedAt, nextUpdate, notAfter];
  const lists = [payload.certificates, payload.revocation_lists];
  if (times.some(Number.isNaN) || !lists.every(Array.isArray)) throw new Untrustworthy("bundle_unreadable");
  const numbers = payload.void_documents || []; // a bundle from before there was such a list names none
  if (!Array.isArray(numbers)) throw new Untrustworthy("bundle_unreadable");
  const trust = await Trust.from(lists.flat().map((each) => fromBase64(String(each))), numbers);
  if (!isValidAt(signer, generatedAt) || trust.hasRevoked(signer, at)) throw new Untrustworthy("bundle_signer");
  return { trust, sequence: payload.sequence, generatedAt, nextUpdate, notAfter };
}
