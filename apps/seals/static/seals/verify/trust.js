// Whom the page believes: the certificates of the published bundle, never those that come with a document.

import { isSignedBy, parseCertificate, parseRevocationList } from "./certificates.js";

/** CSCAs and signers. A signer from a country whose CSCA is here must be signed by that CSCA. */
export class Trust {
  constructor(certificates, revocationLists, voidNumbers = []) {
    this.voidNumbers = new Set(voidNumbers);
    this.authorities = new Map();
    this.found = new Map();
    this.revoked = new Map();
    this.lists = revocationLists;
    for (const each of certificates) {
      const [map, key] = each.isAuthority ? [this.authorities, each.country] : [this.found, each.lookup];
      map.set(key, [...(map.get(key) || []), each]);
    }
  }

  /** From certificates and revocation lists in DER. What cannot be read is left out: it cannot be believed. */
  static async from(ders, voidNumbers = []) {
    const certificates = [];
    const lists = [];
    for (const der of ders) {
      const certificate = await orNull(() => parseCertificate(der));
      if (certificate) certificates.push(certificate);
      else lists.push(await orNull(() => parseRevocationList(der)));
    }
    const trust = new Trust(certificates, lists.filter(Boolean), voidNumbers);
    await trust.readRevocations();
    return trust;
  }

  signers(lookup) {
    return this.found.get(lookup) || [];
  }

  knowsCountry(country) {
    return this.authorities.has(country);
  }

  async trusts(certificate, at) {
    const compatriots = this.authorities.get(certificate.country);
    if (!compatriots) return true; // it is listed, or it would not have been found
    for (const each of compatriots) if (isValidAt(each, at) && (await isSignedBy(certificate, each))) return true;
    return false;
  }

  hasRevoked({ issuerKey, serial }, at) {
    const since = this.revoked.get(`${issuerKey} ${serial}`);
    return since !== undefined && since <= at;
  }

  /** A document of ours with this number was declared void. */
  hasVoided(number) {
    return this.voidNumbers.has(number);
  }

  /** Only from lists that an authority here has signed. */
  async readRevocations() {
    const authorities = [...this.authorities.values()].flat();
    for (const list of this.lists) {
      const signed = await Promise.all(authorities.map((each) => orNull(() => isSignedBy(list, each))));
      if (!signed.some(Boolean)) continue;
      for (const [serial, since] of list.revoked) this.revoked.set(`${list.issuerKey} ${serial}`, since);
    }
  }
}

export function isValidAt({ notBefore, notAfter }, at) {
  return notBefore <= at && at <= notAfter;
}

async function orNull(read) {
  try {
    return await read();
  } catch {
    return null;
  }
}
