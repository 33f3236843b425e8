// Photos: made small on the phone, without what the camera wrote about place and time, and hashed.

import { sha256 } from "./ids.js";

const EDGE = 1600;
const QUALITY = 0.8;

/** @param {HTMLCanvasElement} canvas @param {string} type @returns {Promise<Blob>} */
const blobOf = (canvas, type) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("the picture could not be made"))), type, QUALITY),
  );

/** A picture file as a JPEG of at most 1600 pixels: only its pixels remain.
 * @param {Blob} file @returns {Promise<import("./outbox.js").Picture>} */
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await blobOf(canvas, "image/jpeg");
  return { sha256: await sha256(blob), blob, kind: "photo" };
}

/** The signature as PNG. @param {HTMLCanvasElement} canvas @returns {Promise<import("./outbox.js").Picture>} */
export async function signatureOf(canvas) {
  const blob = await blobOf(canvas, "image/png");
  return { sha256: await sha256(blob), blob, kind: "signature" };
}
