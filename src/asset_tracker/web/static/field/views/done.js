// What was just saved, and how far it has come: the three states, as they change.

import { fill, flash, h, linkButton } from "../dom.js";
import { stateBadge, WHAT_TO_DO } from "../entry.js";
import * as outbox from "../outbox.js";
import * as sender from "../sender.js";
import { formatTag } from "../tags.js";
import { kindName, n, t } from "../words.js";

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const ids = (rest[0] ?? "").split(",");
  const box = h("div", { class: "stack" });
  const draw = async () => {
    const found = (await Promise.all(ids.map((id) => outbox.entry(id)))).flatMap((each) => (each ? [each] : []));
    const worst = ["rejected", "conflict", "quarantined", "saved", "sent", "ledger"].find((state) => found.some((each) => each.state === state)) ?? "ledger";
    fill(
      box,
      flash(worst === "ledger" ? "good" : ["saved", "sent"].includes(worst) ? "info" : "wait",
        h("p", { class: "loud" }, h("strong", {}, worst === "ledger" ? t("It is in the ledger.") : t("Saved on this phone."))),
        h("p", {}, worst === "sent" && sender.state().mood === "sending" ? t("Sending …") : t(WHAT_TO_DO[worst]))),
      h("ul", { class: "plain-list" }, found.map((each) => h("li", {}, stateBadge(each), " ", h("a", { href: `#/outbox/${each.id}` }, kindName(each.kind)), " ", h("span", { class: "tag" }, formatTag(each.tag)), " ", each.name))),
    );
  };
  fill(
    main,
    h("h1", {}, n("%(n)s fact recorded", "%(n)s facts recorded", ids.length)),
    box,
    h("div", { class: "buttons" }, linkButton("#/scan", t("Continue with the list"), "verify", "main"), linkButton("#/outbox", t("Outbox"), "transit")),
  );
  await draw();
  const stop = new AbortController();
  const again = () => stop.signal.aborted || void draw();
  outbox.onChange(again);
  sender.onMood(again);
  return () => stop.abort();
}
