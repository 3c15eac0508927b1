// Certificates and revocation lists (RFC 5280; ICAO Doc 9303-12 §7), as far as verifying a seal needs them.

import { Invalid, toHex } from "./bytes.js";
import { element, elements, oid, only, rawSignature, time, wholeOctets } from "./der.js";

const CURVES = {
  "1.2.840.10045.3.1.7": { name: "P-256", size: 32, hash: "SHA-256" },
  "1.3.132.0.34": { name: "P-384", size: 48, hash: "SHA-384" },
};
const HASHES = {
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512",
};
const COUNTRY = "2.5.4.6";
const COMMON_NAME = "2.5.4.3";
const EXTENSIONS = 0xa3;
const CONTEXT_0 = 0xa0;
const ASN1_SEQUENCE = 0x30;

/** Throws `Invalid`: `certificate_unreadable`, `key_not_supported`. */
export async function parseCertificate(der) {
  const { tbs, signed, signature, hash } = envelope(der);
  const parts = tbs[0].tag === CONTEXT_0 ? tbs.slice(1) : tbs;
  const [serial, , issuer, validity, subject, key] = parts;
  const names = attributes(subject.value);
  const [notBefore, notAfter] = elements(validity.value).map(time);
  const country = (names[COUNTRY] || "").toUpperCase();
  const reference = toHex(serial.value).replace(/^0+/, "").toUpperCase() || "0";
  return {
    der,
    country,
    name: names[COMMON_NAME] || "",
    serial: reference,
    lookup: `${country}${names[COMMON_NAME] || ""}${reference}`.toUpperCase(),
    subjectKey: toHex(subject.whole),
    issuerKey: toHex(issuer.whole),
    notBefore,
    notAfter,
    ...extensions(parts.find(({ tag }) => tag === EXTENSIONS)),
    key: await publicKey(key.whole),
    signed,
    signature,
    hash,
  };
}

/** Throws `Invalid` (`certificate_unreadable`). `revoked`: from serial number to the time since when. */
export function parseRevocationList(der) {
  const { tbs, signed, signature, hash } = envelope(der);
  const parts = tbs[0].tag === 0x02 ? tbs.slice(1) : tbs;
  const [, issuer, thisUpdate, ...rest] = parts;
  const revoked = new Map();
  const list = rest.find(({ tag }) => tag === ASN1_SEQUENCE);
  for (const entry of list ? elements(list.value) : []) {
    const [serial, since] = elements(entry.value);
    revoked.set(toHex(serial.value).replace(/^0+/, "").toUpperCase(), time(since));
  }
  const nextUpdate = rest.length && [0x17, 0x18].includes(rest[0].tag) ? time(rest[0]) : null;
  return { issuerKey: toHex(issuer.whole), revoked, thisUpdate: time(thisUpdate), nextUpdate, signed, signature, hash };
}

/** Whether `issuer` has signed this certificate or list. */
export async function isSignedBy({ issuerKey, signed, signature, hash }, issuer) {
  if (issuerKey !== issuer.subjectKey || !hash) return false;
  const raw = rawSignature(signature, issuer.key.size);
  return raw !== null && verifies(issuer.key, raw, signed, hash);
}

/** ECDSA; `signature` is raw r‖s. Anything else is simply not a signature. */
export async function verifies(key, signature, data, hash = key.hash) {
  if (signature.length !== 2 * key.size) return false;
  return crypto.subtle.verify({ name: "ECDSA", hash }, key.crypto, signature, data);
}

/** The three parts that both have: what is signed, with which algorithm, the signature. */
function envelope(der) {
  const parts = elements(only(der, ASN1_SEQUENCE).value);
  if (parts.length !== 3) throw new Invalid("certificate_unreadable");
  const [tbs, algorithm, signature] = parts;
  const inner = elements(tbs.value);
  return {
    tbs: inner,
    signed: tbs.whole,
    signature: wholeOctets(signature),
    hash: HASHES[oid(element(algorithm.value).value)] || "",
  };
}

function attributes(name) {
  const found = {};
  for (const set of elements(name)) {
    for (const attribute of elements(set.value)) {
      const [type, value] = elements(attribute.value);
      found[oid(type.value)] = new TextDecoder().decode(value.value);
    }
  }
  return found;
}

/** Where there is no such extension the value is null, not empty. */
function extensions(wrapped) {
  const found = { isAuthority: false, maySign: null, purposes: null, documentTypes: null };
  for (const extension of wrapped ? elements(only(wrapped.value, ASN1_SEQUENCE).value) : []) {
    const parts = elements(extension.value);
    const read = READERS[oid(parts[0].value)];
    if (read) Object.assign(found, read(parts[parts.length - 1].value));
  }
  return found;
}

const READERS = {
  "2.5.29.19": (der) => {
    const [first] = elements(only(der, ASN1_SEQUENCE).value);
    return { isAuthority: Boolean(first && first.tag === 0x01 && first.value[0]) };
  },
  "2.5.29.15": (der) => ({ maySign: Boolean(only(der, 0x03).value[1] & 0x80) }),
  "2.5.29.37": (der) => ({ purposes: elements(only(der, ASN1_SEQUENCE).value).map(({ value }) => oid(value)) }),
  "2.23.136.1.1.6.2": (der) => {
    const [, codes] = elements(only(der, ASN1_SEQUENCE).value);
    return { documentTypes: elements(codes.value).map(({ value }) => String.fromCharCode(...value).replace(/<+$/, "")) };
  },
};

async function publicKey(spki) {
  const [algorithm] = elements(only(spki, ASN1_SEQUENCE).value);
  const [, curve] = elements(algorithm.value);
  const known = curve && CURVES[oid(curve.value)];
  if (!known) throw new Invalid("key_not_supported");
  const described = { name: "ECDSA", namedCurve: known.name };
  try {
    return { ...known, crypto: await crypto.subtle.importKey("spki", spki, described, false, ["verify"]) };
  } catch {
    throw new Invalid("key_not_supported");
  }
}
