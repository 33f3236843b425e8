// A signature written on the glass.

import { button, h } from "./dom.js";
import { signatureOf } from "./photos.js";
import { t } from "./words.js";

/** A field to sign in; `picture()` is null while nothing was written. */
export function signatureField() {
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "glass", width: 800, height: 300, role: "img", "aria-label": t("Field for the signature"), tabindex: 0 }));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let strokes = 0;
  const clean = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "#111";
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    strokes = 0;
  };
  clean();
  const at = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height]);
  };
  let down = false;
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    down = true;
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    pen.lineTo(...at(event));
    pen.stroke();
    strokes++;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (down = false));
  const element = h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, t("Signature of who took it over"), h("span", { class: "optional" }, ` (${t("optional")})`)),
    h("p", { class: "hint" }, t("They sign with a finger. It is kept apart from the photos.")),
    canvas,
    h("div", { class: "buttons" }, button(t("Wipe and sign again"), "back", clean, { class: "quiet" })),
  );
  return { element, picture: async () => (strokes > 2 ? signatureOf(canvas) : null) };
}
