// The centre's own page: the label is read by the camera in the page, where there is one. Without this file
// the phone's own camera does, or the tag is typed.

import { start } from "./camera.js";

const form = /** @type {HTMLFormElement|null} */ (document.querySelector("#confirm"));
const open = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-camera]"));
const video = /** @type {HTMLVideoElement|null} */ (document.querySelector("#camera"));
const tag = /** @type {HTMLInputElement|null} */ (form?.querySelector("[name=tag]") ?? null);

if (form && open && video && tag && "mediaDevices" in navigator) {
  /** @type {{stop: () => void}|null} */
  let running = null;
  const close = () => {
    running?.stop();
    running = null;
    video.hidden = true;
    open.hidden = false;
  };
  open.hidden = false;
  open.addEventListener("click", async () => {
    open.hidden = true;
    video.hidden = false;
    try {
      running = await start(video, (text) => {
        if (!running) return;
        tag.value = text;
        navigator.vibrate?.(60);
        close();
        /** @type {HTMLInputElement|null} */ (form.querySelector("[name=condition]"))?.focus();
      });
    } catch (error) {
      console.info("the camera cannot be used:", error);
      close();
      open.hidden = true; // the tag can be typed
      tag.focus();
    }
  });
  addEventListener("pagehide", close);
}
