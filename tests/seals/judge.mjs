// Runs the page's own verifier on cases from standard input: one JSON object a line in, one a line out.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import path from "node:path";

const source = (name) => import(pathToFileURL(path.join(process.argv[2], name)).href);
const { verify } = await source("verifier.js");
const { Trust } = await source("trust.js");
const { open } = await source("bundle.js");
const inputs = await source("inputs.js");
const { fromBase64, fromHex, toHex } = await source("bytes.js");
const mrz = await source("mrz.js");

const ASKED = {
  async verify({ data, certificates, at, printed_mrz: printed = [], void: numbers = [] }) {
    const trust = await Trust.from(certificates.map(fromBase64), numbers);
    const { verdict, code, detail, status, lines, zone, letter } = await verify(fromHex(data), {
      trust,
      at: Date.parse(at),
      printed,
    });
    return { verdict, code, detail, document_status: status || null, lines, fields: zone && zone.fields, letter };
  },
  async open({ text, authorities, at }) {
    const options = { authorities: authorities.map(fromBase64), at: Date.parse(at) };
    try {
      const { sequence } = await open(text, options);
      return { code: "good", sequence };
    } catch (error) {
      return { code: error.code || String(error) };
    }
  },
  async read({ text }) {
    const found = inputs.read(text);
    return found && found.seal ? { seal: toHex(found.seal) } : found;
  },
  async zone({ lines, on }) {
    try {
      const zone = mrz.parse(lines, on);
      return { checks: zone.checks, fields: zone.fields };
    } catch (error) {
      return { code: error.code || String(error) };
    }
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...request } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await ASKED[ask](request))}\n`);
}
