// The live camera: which one is remembered, its light and its zoom where it has them.

import { decoder } from "./decoder.js";

const KEY = "field-camera";
const PAUSE_MS = 120;

/** @typedef {{stop: () => void, torch: ((on: boolean) => Promise<void>)|null,
 *   zoom: {min: number, max: number, step: number, value: number, set: (value: number) => Promise<void>}|null,
 *   cameras: MediaDeviceInfo[], using: string}} Running */

/** Why there is no camera, as a text to show. */
export class CameraError extends Error {
  /** @param {"refused"|"none"|"busy"|"insecure"|"decoder"} why @param {unknown} [cause] */
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
  }
}

/** Whether a camera may be used: granted, prompt, denied, or none. */
export async function permission() {
  if (!navigator.mediaDevices?.getUserMedia) return "none";
  try {
    return (await navigator.permissions.query({ name: /** @type {any} */ ("camera") })).state;
  } catch {
    return "prompt";
  }
}

/** @returns {Promise<MediaStream>} */
async function stream() {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("insecure");
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const kept = localStorage.getItem(KEY);
  const ways = [...(kept ? [{ deviceId: { exact: kept } }] : []), { facingMode: { ideal: "environment" } }];
  for (const [n, which] of ways.entries()) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
    } catch (error) {
      const name = /** @type {any} */ (error)?.name;
      if (n < ways.length - 1 && name !== "NotAllowedError") continue; // the camera that was remembered is gone
      throw new CameraError(name === "NotAllowedError" ? "refused" : name === "NotFoundError" ? "none" : "busy", error);
    }
  }
  throw new CameraError("none");
}

/**
 * Show the camera in `video` and tell each code that it sees, again and again.
 * @param {HTMLVideoElement} video @param {(text: string) => void} seen @returns {Promise<Running>}
 */
export async function start(video, seen) {
  const media = await stream();
  let on = true;
  const [track] = media.getVideoTracks();
  const stop = () => {
    on = false;
    for (const each of media.getTracks()) each.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = media;
    await video.play();
    const reader = await decoder();
    void look();
    async function look() {
      while (on) {
        if (video.readyState >= 2 && document.visibilityState === "visible") {
          try {
            for (const text of await reader.detect(video)) if (on) seen(text);
          } catch (error) {
            console.info("a frame could not be read:", error);
          }
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  } catch (error) {
    stop();
    throw error instanceof CameraError ? error : new CameraError("decoder", error);
  }
  const can = /** @type {any} */ (track.getCapabilities?.() ?? {});
  const set = (/** @type {any} */ wanted) => track.applyConstraints({ advanced: [wanted] });
  const using = track.getSettings().deviceId ?? "";
  if (using) localStorage.setItem(KEY, using);
  return {
    stop, using,
    torch: can.torch ? (lit) => set({ torch: lit }) : null,
    zoom: can.zoom ? { ...can.zoom, value: /** @type {any} */ (track.getSettings()).zoom ?? can.zoom.min, set: (value) => set({ zoom: value }) } : null,
    cameras: (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.kind === "videoinput"),
  };
}

/** @param {string} device */
export const remember = (device) => localStorage.setItem(KEY, device);

/** The codes on a photo of a label. @param {Blob} file */
export async function readPhoto(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const reader = await decoder();
    return await reader.detect(picture, true);
  } finally {
    picture.close();
  }
}
