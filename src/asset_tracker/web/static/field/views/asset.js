// One asset: how it stands, and what may be done with it, with a reason for what may not.

import { badge, fill, flash, h, icon, linkButton } from "../dom.js";
import * as list from "../list.js";
import * as outbox from "../outbox.js";
import * as rounds from "../rounds.js";
import { formatTag, read } from "../tags.js";
import { actionsFor, targetsOf } from "../targets.js";
import { ago, form, kindName, moment, named, t, word } from "../words.js";
import { stateBadge } from "../entry.js";
import { doing, orderCard } from "../work.js";

const FIRST = 4;

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const found = read(rest[0] ?? "");
  if (!("tag" in found)) {
    fill(main, h("h1", {}, t("Scan")), flash("bad", t(("wrong" in found && found.wrong) || "This is not a tag of ours.")), linkButton("#/scan", t("Scan"), "verify", "main"));
    return;
  }
  const asset = await rounds.byKey(found.tag);
  await only(found.tag, asset);
  const [target] = await targetsOf(list.current().items.filter((each) => each.chosen));
  const facts = (await outbox.entries()).filter((each) => each.asset === (asset?.id ?? found.tag) || each.tag === found.tag);
  const actions = await actionsFor([target]);
  const asked = (await rounds.orders()).filter((each) => asset && each.asset === asset.id && rounds.isOpen(each));
  const can = actions.filter((each) => each.can.length);
  const cannot = actions.filter((each) => !each.can.length);
  fill(
    main,
    h("p", { class: "crumbs" }, h("a", { href: "#/scan" }, t("To the list"))),
    h("h1", {}, asset ? named(asset) : t("A tag that is not on this phone")),
    h("p", {}, h("span", { class: "tag" }, formatTag(asset?.tag ?? found.tag))),
    asset ? facts_of(asset, target.standing) : flash("info", t("The phone does not know its present state; the server checks what you record when it is sent."), h("p", {}, h("a", { href: `/a/${formatTag(found.tag)}` }, t("Look it up on the server")))),
    asked.map((each) => orderCard(each, doing(each, can))),
    h("div", { class: "buttons wrap" }, offered(can.slice(0, FIRST), !asked.length), !asset && linkButton(`#/bind/tag/${found.tag}`, t("Bind this blank label to an asset"), "label")),
    can.length > FIRST && h("details", {}, h("summary", {}, t("Other actions")), h("div", { class: "buttons wrap" }, offered(can.slice(FIRST), false))),
    cannot.length > 0 && h("details", { class: "card" }, h("summary", {}, t("What cannot be done now, and why")),
      h("dl", { class: "facts" }, cannot.map((each) => [h("dt", {}, form(each.kind)?.verb ?? kindName(each.kind)), h("dd", {}, each.cannot[0]?.reason)]))),
    facts.length > 0 && h("section", {}, h("h2", {}, t("Recorded on this phone")),
      h("ul", { class: "plain-list" }, facts.map((each) => h("li", {}, stateBadge(each), " ", h("a", { href: `#/outbox/${each.id}` }, kindName(each.kind)), " ", h("span", { class: "soft" }, moment(each.at)))))),
  );
}

/** @param {import("../targets.js").Action[]} actions @param {boolean} [leads] */
const offered = (actions, leads = true) =>
  actions.map(({ kind }, at) => {
    const asked = form(kind);
    return asked && linkButton(`#/do/${kind}`, asked.verb, asked.icon, `${leads && at === 0 ? "main" : ""} ${asked.tone === "danger" ? "danger" : ""}`);
  });

/** The list becomes this one asset for what is done next, without losing what else is on it.
 * @param {string} tag @param {rounds.Asset|undefined} asset */
async function only(tag, asset) {
  let item = list.current().items.find((each) => (asset ? each.asset === asset.id : each.key === tag));
  if (!item) item = (await list.scanned(tag)).item ?? list.current().items.find((each) => each.key === tag);
  for (const each of list.current().items) each.chosen = each === item;
  if (item) await list.choose(item, true);
}

/** @param {rounds.Asset} asset @param {any} standing */
function facts_of(asset, standing) {
  const [stage, condition] = [word("stage", standing.stage), word("condition", standing.condition)];
  const fact = (/** @type {string} */ name, /** @type {any} */ value) => value && [h("dt", {}, name), h("dd", {}, value)];
  return h("div", { class: "card stack" },
    h("div", { class: "badges" }, badge(stage.text, stage.icon, stage.tone), badge(condition.text, condition.icon, condition.tone),
      standing.touched && badge(t("with what is on this phone"), "install", "info")),
    h("dl", { class: "facts" },
      fact(t("Model"), asset.model), fact(t("Serial number"), asset.serial),
      fact(t("Place"), asset.place?.name && [icon("place"), " ", asset.place.name])),
    h("p", { class: "soft small" }, t("As the server knew it: %(when)s.", { when: ago(asset.made_at, Date.now()) })));
}
