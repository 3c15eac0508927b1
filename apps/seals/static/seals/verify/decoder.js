// Codes in pictures: zxing-cpp as WebAssembly, loaded with the page so that it needs no network later.

const READER = new URL("../decoder/es/reader/index.js", import.meta.url);
const WASM = new URL("../decoder/reader/zxing_reader.wasm", import.meta.url);
const FORMATS = ["DataMatrix", "QRCode", "Aztec"];
const LARGEST_SIDE = 3000;

let reader = null;

/** Whether pictures can be read here. */
export async function load() {
  try {
    const [module, wasmBinary] = await Promise.all([import(READER.href), fetched(WASM.href)]);
    await module.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
    reader = module;
  } catch {
    reader = null;
  }
  return reader !== null;
}

/** The bytes of every code in a picture: a file, or the frame of a video. Empty where there is none. */
export async function codesIn(source, { thorough = true } = {}) {
  const pixels = await pixelsOf(source);
  if (!pixels || !reader) return [];
  const options = { formats: FORMATS, tryHarder: thorough, tryInvert: thorough, maxNumberOfSymbols: 8 };
  const found = await reader.readBarcodes(pixels, options);
  return found.filter(({ isValid, bytes }) => isValid && bytes.length).map(({ bytes }) => bytes);
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  return answer.arrayBuffer();
}

/** Null for what is no picture. A huge one is made smaller: an old phone has little memory. */
async function pixelsOf(source) {
  let picture = source;
  try {
    if (source instanceof Blob) picture = await createImageBitmap(source);
  } catch {
    return null;
  }
  const [width, height] = [picture.videoWidth || picture.width, picture.videoHeight || picture.height];
  if (!width || !height) return null;
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
