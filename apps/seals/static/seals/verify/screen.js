// The result, as people see it. Everything that came from outside is put in as text, never as markup.

import { steps } from "./conclusion.js";

const ICONS = { valid: "✓", invalid: "✕", unknown: "?", caution: "!" };
const OUTCOMES = { o_ok: "✓", o_bad: "✕", o_not: "–" };

/** An element with these attributes and children; null children are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * `say`: from a key to words; `day`: from YYYY-MM-DD to words; `compare`: what to do with two printed lines;
 * `keys`: pairs of words on how old the keys are.
 */
export function render(result, conclusion, { say, day, compare, keys }) {
  const { word, tone, sentence, advice } = conclusion;
  const head = element(
    "div",
    { class: "verdict__head" },
    element("span", { class: "verdict__icon", "aria-hidden": "true" }, ICONS[tone]),
    element("h2", { class: "verdict__word", id: "word", tabindex: "-1" }, say(word)),
  );
  const card = element("section", { class: `verdict verdict--${tone}`, "data-word": word, "data-code": result.code }, head);
  card.append(element("p", { class: "verdict__sentence" }, say(sentence)), element("p", {}, say(advice)));
  const parts = [card];
  if (word === "valid") parts.push(...sealed(result, { say, day, compare }));
  const checked = steps(result);
  if (checked.length) parts.push(list(checked, result, say, keys));
  return parts;
}

function sealed(result, { say, day, compare }) {
  const rows = facts(result, say, day).filter(([, value]) => value);
  const table = element("dl", { class: "facts" });
  for (const [key, value] of rows) {
    table.append(element("div", {}, element("dt", {}, say(key)), element("dd", { "data-fact": key }, value)));
  }
  const parts = [element("h3", {}, say("facts")), table];
  if (result.lines) {
    parts.push(element("h4", {}, say("zone")), element("pre", { class: "zone", "data-data": "" }, result.lines.join("\n")));
    parts.push(comparison(say, compare));
  }
  parts.push(element("p", { class: "note" }, say("bearer")));
  return [element("section", { class: "card" }, ...parts)];
}

function facts({ seal: { header }, zone, letter }, say, day) {
  const issued = [["issuingState", header.state], ["issuedOn", day(header.issuedOn)]];
  if (letter) {
    const rows = ["number", "surname", "givenNames", "chineseName", "passport", "post"].map((key) => [key, letter[key]]);
    const dates = [["birth", letter.birth], [`happened_${letter.kind}`, letter.happened], ["validUntil", letter.validUntil]];
    return [["kind", say(`k_${letter.kind}`)], ...rows, ...dates.map(([key, value]) => [key, day(value)]), ...issued];
  }
  if (!zone) return [["kind", say("k_other")], ...issued];
  const rows = ["surname", "givenNames", "number", "nationality", "sex"].map((key) => [key, zone.fields[key]]);
  const dates = ["birth", "expiry"].map((key) => [key, day(zone.fields[key])]);
  return [["kind", say(`k_${header.kind}`)], ...rows, ...dates, ...issued];
}

function comparison(say, compare) {
  const field = element("textarea", { id: "printed", rows: "3", autocapitalize: "characters", spellcheck: "false" });
  const button = element("button", { type: "button", class: "button" }, say("compareDo"));
  const fault = element("p", { class: "fault", role: "alert" });
  button.addEventListener("click", () => {
    fault.textContent = compare(field.value) ? "" : say("compareBad");
  });
  const label = element("label", { for: "printed" }, say("compareLabel"));
  return element("details", {}, element("summary", {}, say("compare")), label, field, button, fault);
}

function list(checked, { code, detail }, say, keys) {
  const items = checked.map(([step, outcome]) =>
    element(
      "li",
      { class: outcome },
      element("span", { class: "outcome", role: "img", "aria-label": say(outcome) }, OUTCOMES[outcome]),
      say(step),
    ),
  );
  const stated = element("code", { "data-data": "" }, detail ? `${code} ${detail}` : code);
  return element(
    "section",
    { class: "card" },
    element("h3", {}, say("checked")),
    element("ul", { class: "steps" }, ...items),
    element("p", { class: "small" }, say("code"), " ", stated),
    ...keys.map(([title, text]) => element("p", { class: "small" }, `${title} ${text}`)),
  );
}
