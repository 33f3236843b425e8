// The signed checkpoint that an entry stands under: whoever keeps it can tell when the ledger is rewritten.

import { button, fill, flash, h } from "./dom.js";
import * as outbox from "./outbox.js";
import { call, ServerError } from "./sender.js";
import { moment, t } from "./words.js";

/** A place for it, filled once the server was asked; what was told before is shown without network.
 * @param {outbox.Entry} entry in the ledger */
export function witness(entry) {
  const box = h("section", { class: "card stack", "aria-live": "polite" });
  const draw = (/** @type {any} */ checkpoint, /** @type {string} */ more = "") =>
    fill(
      box,
      h("h2", {}, t("Checkpoint of the ledger")),
      checkpoint
        ? [
            h("p", {}, t("Since %(when)s a signed checkpoint covers this fact and everything before it. Nobody can change it unnoticed.", { when: moment(checkpoint.made_at) })),
            h("p", { class: "wrap" }, h("code", {}, `${checkpoint.size}:${checkpoint.root.slice(0, 32)}…`)),
            h("details", {}, h("summary", {}, t("The signed text")), h("pre", { class: "wrap", tabindex: 0 }, checkpoint.note)),
          ]
        : h("p", { class: "soft" }, more || t("One moment …")),
      !checkpoint && more && h("div", { class: "buttons" }, button(t("Look again"), "back", () => void ask(), { class: "quiet" })),
    );
  const ask = async () => {
    draw(null);
    try {
      const { receipt, proof } = await (await call(`/api/v1/events/${entry.id}/proof`)).json();
      if (receipt.hash !== entry.receipt?.hash) {
        fill(box, flash("bad", t("The ledger now gives a different receipt from the one this phone was given. Show this to your administrator.")));
        return;
      }
      if (!proof) return draw(null, t("It is sealed within some minutes."));
      const { size, root, made_at, note } = proof.checkpoint;
      await outbox.witnessed(entry.id, { size, root, made_at, note });
      draw({ size, root, made_at, note });
    } catch (error) {
      draw(null, error instanceof ServerError ? t("The server cannot say just now.") : t("There is no network."));
    }
  };
  if (entry.checkpoint) draw(entry.checkpoint);
  else void ask();
  return box;
}
