// Codes out of pictures: the browser's own detector where it knows QR codes, else zxing in a worker.

import { setup } from "./setup.js";

/** @type {{detect: (source: any) => Promise<string[]>, name: string}|null} */
let chosen = null;

/** @returns {Promise<{detect: (source: any, thorough?: boolean) => Promise<string[]>, name: string}>} */
export async function decoder() {
  chosen ??= (await native()) ?? (await zxing());
  return chosen;
}

/** Whether the browser has a detector of its own, so that none needs to be fetched. */
export async function hasNative() {
  return (await native()) !== null;
}

async function native() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  if (!Detector) return null;
  try {
    const known = await Detector.getSupportedFormats();
    if (!known.includes("qr_code")) return null;
    const formats = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13"].filter((each) => known.includes(each));
    const detector = new Detector({ formats });
    const detect = async (/** @type {any} */ source) => (await detector.detect(source)).map((/** @type {any} */ each) => each.rawValue);
    return { detect, name: "native" };
  } catch {
    return null;
  }
}

async function zxing() {
  const { files } = setup;
  const worker = new Worker(files.worker);
  /** @type {Map<number, {resolve: (codes: string[]) => void, reject: (error: Error) => void}>} */
  const open = new Map();
  let last = 0;
  worker.onmessage = ({ data }) => {
    const waiting = open.get(data.id);
    open.delete(data.id);
    if (data.error) waiting?.reject(new Error(data.error));
    else waiting?.resolve(data.codes);
  };
  worker.onerror = () => {
    for (const each of open.values()) each.reject(new Error("the decoder stopped"));
    open.clear();
  };
  const say = (/** @type {any} */ message, /** @type {Transferable[]} */ away = []) =>
    new Promise((/** @type {(codes: string[]) => void} */ resolve, reject) => {
      open.set(++last, { resolve, reject });
      worker.postMessage({ id: last, ...message }, away);
    });
  await say({ lib: files.zxing, wasm: files.wasm });
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const detect = async (/** @type {any} */ source, thorough = false) => {
    const width = source.videoWidth ?? source.width;
    const height = source.videoHeight ?? source.height;
    const scale = Math.min(1, (thorough ? 2400 : 1280) / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    return say({ picture, thorough }, [picture.data.buffer]);
  };
  return { detect, name: "zxing" };
}
