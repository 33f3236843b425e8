// A signature written on the glass.

import { button, h } from "./dom.js";
import { penOn } from "./pen.js";
import { signatureOf } from "./photos.js";
import { t } from "./words.js";

/** A field to sign in; `picture()` is null while nothing was written. */
export function signatureField() {
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "glass", width: 800, height: 300, role: "img", "aria-label": t("Signature field"), tabindex: 0 }));
  const { wipe, strokes } = penOn(canvas);
  const element = h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, t("Signature of who took it over"), h("span", { class: "optional" }, ` (${t("optional")})`)),
    h("p", { class: "hint" }, t("They sign with a finger. The signature is kept apart from the photos.")),
    canvas,
    h("div", { class: "buttons" }, button(t("Clear and sign again"), "back", wipe, { class: "quiet" })),
  );
  return { element, picture: async () => (strokes() > 2 ? signatureOf(canvas) : null) };
}
