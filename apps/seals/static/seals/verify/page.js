// The page: three ways in, one verdict out. After loading it asks nobody for anything.

import { fromBase64 } from "./bytes.js";
import { freshness, open } from "./bundle.js";
import { Camera } from "./camera.js";
import { conclude, concludeZone } from "./conclusion.js";
import { codesIn, load as loadDecoder } from "./decoder.js";
import * as inputs from "./inputs.js";
import * as mrz from "./mrz.js";
import { render } from "./screen.js";
import { TEXTS } from "./texts.js";
import { Trust } from "./trust.js";
import { answer, verify } from "./verifier.js";

const LANGUAGES = { zh: "zh-Hans", en: "en" };
const at = (id) => document.getElementById(id);
const root = at("main");

let language = /^zh/i.test(navigator.language) ? "zh" : "en";
let keys = null;
let shown = null;
let notice = "loading";

const say = (key) => TEXTS[language][key];

function day(text) {
  if (!text || text.includes("X")) return text;
  const format = new Intl.DateTimeFormat(LANGUAGES[language], { dateStyle: "long", timeZone: "UTC" });
  const unbroken = text.replace(/-/g, "\u2011");
  return `${format.format(new Date(`${text}T00:00:00Z`))} (${unbroken})`;
}

function moment(time) {
  const format = new Intl.DateTimeFormat(LANGUAGES[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(new Date(time))} UTC`;
}

function speak() {
  document.documentElement.lang = LANGUAGES[language];
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = say(element.dataset.t);
  at("language").lang = language === "zh" ? "en" : "zh-Hans";
  at("notice").textContent = notice ? say(notice) : "";
  if (keys) {
    at("keys-of").textContent = moment(keys.generatedAt);
    at("keys-until").textContent = moment(keys.nextUpdate);
    at("keys-end").textContent = moment(keys.notAfter);
    at("keys-sequence").textContent = String(keys.sequence);
  }
  show();
}

function tell(key) {
  notice = key;
  at("notice").textContent = key ? say(key) : "";
}

function show() {
  if (!shown) return;
  at("result").replaceChildren(...render(shown.result, shown.conclusion, { say, day, compare, keys: keysInWords() }));
}

/** How old the keys are that it was judged by, as pairs of words. */
function keysInWords() {
  if (!keys) return [];
  return [[say("keysOf"), moment(keys.generatedAt)], [say("keysUntil"), moment(keys.nextUpdate)]];
}

function conclusionOf(result) {
  const fresh = keys ? freshness(keys, Date.now()) : "";
  return conclude(result, keys, fresh);
}

function present(result, conclusion, seal = null) {
  shown = { result, conclusion, seal };
  tell("");
  show();
  at("word").focus({ preventScroll: true });
  at("result").scrollIntoView({ block: "start" });
}

async function judge(seal, printed = []) {
  const trust = keys ? keys.trust : new Trust([], []);
  const result = await verify(seal, { trust, at: Date.now(), printed });
  present(result, conclusionOf(result), seal);
}

/** Two printed lines against the seal on the screen. */
function compare(text) {
  const lines = inputs.zoneLines(text);
  if (lines && shown.seal) judge(shown.seal, lines);
  return Boolean(lines);
}

function take(found) {
  if (found && found.seal) return judge(found.seal);
  const result = answer(found && found.broken ? "WRONG_FORMAT" : "UNSUPPORTED", { lines: null });
  if (!found || !found.lines) return present(result, conclusionOf(result));
  let right = false;
  try {
    right = mrz.allRight(mrz.parse(found.lines, new Date().toISOString().slice(0, 10)));
  } catch {
    // no such document: as wrong as a wrong digit
  }
  return present(answer(right ? "UNSUPPORTED" : "INVALID_PRINTED_MRZ", { lines: null }), concludeZone(right));
}

async function takePicture(file) {
  stopCamera();
  tell("working");
  const found = (await codesIn(file)).map(inputs.readCode);
  const wanted = found.find((each) => each && (each.seal || each.broken));
  if (wanted) return take(wanted);
  const result = answer(found.length ? "UNSUPPORTED" : "READ_ERROR", { lines: null });
  return present(result, conclusionOf(result));
}

const camera = new Camera(at("video"), (bytes) => {
  const found = inputs.readCode(bytes);
  if (!found || found.lines) return false;
  stopCamera();
  take(found);
  return true;
});

function stopCamera() {
  camera.stop();
  at("viewer").hidden = true;
}

async function startCamera() {
  at("viewer").hidden = false;
  try {
    await camera.start();
  } catch {
    stopCamera();
    tell("noCamera");
  }
}

/** What stands behind the # is taken out of the address bar, so that no history keeps it. */
function takeFragment() {
  if (!location.hash.startsWith("#v=")) return;
  const found = inputs.read(location.href);
  history.replaceState(null, "", location.pathname);
  take(found);
}

function listen() {
  at("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    speak();
  });
  at("camera").addEventListener("click", startCamera);
  at("camera-stop").addEventListener("click", stopCamera);
  at("file").addEventListener("change", ({ target }) => {
    if (target.files.length) takePicture(target.files[0]);
    target.value = "";
  });
  at("check").addEventListener("click", () => take(inputs.read(at("text").value)));
  addEventListener("hashchange", takeFragment);
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) takePicture(event.dataTransfer.files[0]);
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData.files.length) takePicture(clipboardData.files[0]);
  });
}

async function loadKeys() {
  try {
    const answered = await fetch(root.dataset.bundle, { credentials: "omit" });
    const authorities = root.dataset.authorities.split(" ").filter(Boolean).map(fromBase64);
    keys = answered.ok ? await open(await answered.text(), { authorities, at: Date.now() }) : null;
  } catch {
    keys = null;
  }
}

async function start() {
  at("waiting").remove();
  root.hidden = false;
  speak();
  if (!globalThis.crypto || !crypto.subtle) return tell("noCrypto");
  listen();
  const [decoder] = await Promise.all([loadDecoder(), loadKeys()]);
  for (const id of ["camera", "file"]) at(id).disabled = !decoder;
  tell(!keys ? "s_noKeys" : decoder ? "ready" : "noDecoder");
  speak();
  root.dataset.state = keys ? "ready" : "keyless";
  return takeFragment();
}

start();
