// The overview: is the phone prepared, what waits, what is being counted.

import { all, get } from "../db.js";
import { now } from "../clock.js";
import { badge, button, fill, flash, h, icon, linkButton } from "../dom.js";
import * as outbox from "../outbox.js";
import { consignments, orders, rounds, standing } from "../rounds.js";
import { BEFORE } from "../rules.js";
import * as sender from "../sender.js";
import { quiet, setQuiet } from "../feedback.js";
import { formatTag } from "../tags.js";
import { ago, n, named, t, word } from "../words.js";
import { progress } from "../counting.js";
import { toldOf } from "../work.js";

const OLD_MS = 3 * 86400_000;

/** @param {import("../app.js").Place} place */
export async function show({ main, again }) {
  const [me, taken, campaigns, counts] = [await get("meta", "me"), await rounds(), await all("campaigns"), await outbox.counts()];
  const oldest = Math.min(...taken.map((each) => each.taken_at));
  const assets = taken.reduce((sum, each) => sum + each.assets, 0);
  const counted = await Promise.all(campaigns.map(async (each) => ({ ...each, ...(await progress(each)) })));
  const loads = await consignments();
  const asked = await orders();
  const stands = await standing(loads.flatMap((each) => each.all));
  fill(
    main,
    h("h1", {}, t("Field work")),
    h("div", { class: "big-buttons" },
      linkButton("#/scan", t("Scan"), "verify", "main wide"),
      linkButton("#/prepare", t("Prepare"), "consignment", "wide")),
    taken.length
      ? flash(now() - oldest > OLD_MS ? "wait" : "good",
          h("p", {}, h("strong", {}, t("On this phone:")), " ", n("%(n)s asset", "%(n)s assets", assets), ", ", t("taken along"), " ", ago(oldest, Date.now()), "."),
          now() - oldest > OLD_MS && h("p", {}, t("That is old: prepare again before you leave.")))
      : flash("wait", t("Nothing is prepared. You can scan and record, but the phone does not know any asset by name: prepare while you have network.")),
    asked.length > 0 && h("a", { class: "card row", href: "#/work" }, h("strong", {}, t("What I have to do")), toldOf(asked)),
    counted.length > 0 && h("section", { class: "stack" }, h("h2", {}, t("Counting")), counted.map((each) =>
      h("a", { class: "card row", href: `#/count/${each.id}` },
        h("strong", {}, each.name), h("span", { class: "meter" }, h("span", {}, t("found %(found)s of %(all)s", { found: each.found.size, all: each.expected.length })),
          h("progress", { value: each.found.size, max: each.expected.length || 1 }))))),
    loads.length > 0 && h("section", { class: "stack" }, h("h2", {}, t("Consignments")), loads.map((each) => h("details", { class: "card" },
      h("summary", {}, h("strong", {}, each.number), " · ", t("delivered %(done)s of %(all)s", { done: each.all.filter((one) => !BEFORE.includes(stands.get(one.id)?.stage ?? "")).length, all: each.all.length })),
      h("ul", { class: "plain-list" }, each.all.map((one) => {
        const stage = word("stage", stands.get(one.id)?.stage);
        return h("li", {}, badge(stage.text, stage.icon, stage.tone), " ", h("a", { class: "tag", href: `#/a/${one.tag}` }, formatTag(one.tag)), " ", named(one));
      }))))),
    h("section", { class: "stack" },
      h("h2", {}, t("Outbox")),
      h("p", { class: "badges" },
        badge(t("%(n)s saved on this phone", { n: counts.saved }), "install", counts.saved ? "info" : "plain"),
        badge(t("%(n)s sent, not confirmed", { n: counts.sent }), "transit", counts.sent ? "wait" : "plain"),
        badge(t("%(n)s in the ledger", { n: counts.ledger }), "good", "good"),
        counts.photos > 0 && badge(n("%(n)s photo to send", "%(n)s photos to send", counts.photos), "photo", "info")),
      linkButton("#/outbox", t("Open the outbox"), "transit")),
    h("section", { class: "stack" },
      h("h2", {}, t("This phone")),
      h("p", {}, icon("person"), " ", t("You are %(name)s.", { name: me?.name ?? "—" })),
      h("label", { class: "choice" }, h("input", { type: "checkbox", checked: !quiet(), onchange: (/** @type {any} */ event) => setQuiet(!event.target.checked) }), t("A sound with each scan")),
      h("div", { class: "buttons" },
        linkButton("/", t("To the pages of the desk"), "report"),
        button(t("Log out"), "logout", () => void logOut(again), { class: "quiet" }))),
  );
}

/** What was taken along goes; what was not sent stays until it is. @param {() => Promise<void>} again */
async function logOut(again) {
  await sender.forget();
  try {
    await fetch("/logout", { method: "POST", redirect: "manual" });
  } catch {
    // with no network the session stays on the server until it expires; the phone forgets all the same
  }
  location.hash = "#/";
  await again();
}
