// A signature on the glass of an act's page takes the place of a picture to choose; without this file the picture is sent.

import { penOn } from "./pen.js";

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-glass]"))) {
  const canvas = /** @type {HTMLCanvasElement} */ (form.querySelector("canvas"));
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  const again = /** @type {HTMLButtonElement} */ (form.querySelector("[data-wipe]"));
  const { wipe, strokes } = penOn(canvas);
  canvas.hidden = again.hidden = false;
  file.required = false;
  const label = /** @type {HTMLLabelElement} */ (file.labels?.[0]);
  label.textContent = label.dataset.or ?? label.textContent;
  again.addEventListener("click", wipe);
  form.addEventListener("submit", (event) => {
    if (file.files?.length || !strokes() || form.dataset.drawn) return;
    event.preventDefault();
    canvas.toBlob((blob) => {
      const box = new DataTransfer();
      box.items.add(new File([/** @type {Blob} */ (blob)], "signature.png", { type: "image/png" }));
      file.files = box.files;
      form.dataset.drawn = "yes";
      delete form.dataset.sent;
      form.requestSubmit();
    }, "image/png");
  });
}
