// What I am to do: the work orders that were taken along, soonest first, and what became of them on this phone.

import { badge, fill, flash, h, icon, linkButton } from "../dom.js";
import { stateBadge } from "../entry.js";
import { isOpen, orders } from "../rounds.js";
import { formatTag } from "../tags.js";
import { lights, toldOf } from "../work.js";
import { named, t } from "../words.js";

/** @param {import("../app.js").Place} place */
export async function show({ main }) {
  const found = await orders();
  const [open, done] = [found.filter(isOpen), found.filter((each) => !isOpen(each))];
  fill(
    main,
    h("h1", {}, t("What I have to do")),
    found.length
      ? h("p", {}, toldOf(found))
      : flash("info", t("There are no work orders on this phone. Prepare “My work” while you have network: what the desk asks of you comes with it."), linkButton("#/prepare", t("Prepare"), "consignment")),
    open.length > 0 && h("ul", { class: "plain-list stack" }, open.map((each) =>
      h("li", {}, h("a", { class: "card stack order", href: `#/a/${each.thing.tag}` },
        h("strong", {}, each.title),
        h("span", {}, h("span", { class: "tag" }, formatTag(each.thing.tag)), " ", named(each.thing)),
        each.thing.place?.name && h("span", { class: "soft" }, icon("place"), " ", each.thing.place.name),
        h("span", { class: "badges" }, lights(each), each.fact && stateBadge(each.fact)))))),
    done.length > 0 && h("section", {}, h("h2", {}, t("Done on this phone")), h("ul", { class: "plain-list" }, done.map((each) =>
      h("li", {}, each.fact ? stateBadge(each.fact) : badge(t("in the ledger"), "good", "good"), " ",
        h("a", { href: each.fact ? `#/outbox/${each.fact.id}` : `#/a/${each.thing.tag}` }, each.title), " ", h("span", { class: "soft" }, named(each.thing)))))),
  );
}
