// A count: how far it has come, what was not scanned yet, what stands in the wrong place, and unknown codes.

import { get } from "../db.js";
import { badge, button, fill, flash, h } from "../dom.js";
import { progress } from "../counting.js";
import * as list from "../list.js";
import * as outbox from "../outbox.js";
import * as rounds from "../rounds.js";
import { formatTag } from "../tags.js";
import { named, t } from "../words.js";

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const campaign = await get("campaigns", rest[0]);
  if (!campaign) return void fill(main, flash("wait", t("This count is not on the phone: prepare it first.")));
  const box = h("div", { class: "view" });
  fill(main, box);
  // What is saved a moment after the count was opened, here or in another tab, counts as well.
  const stop = new AbortController();
  outbox.onChange(() => stop.signal.aborted || void draw(box, campaign));
  await draw(box, campaign);
  return () => stop.abort();
}

/** @param {HTMLElement} box @param {any} campaign */
async function draw(box, campaign) {
  const { found, mine, unknown } = await progress(campaign);
  const assets = (await Promise.all(campaign.expected.map((/** @type {string} */ id) => rounds.byId(id)))).flatMap((each) => (each ? [each] : []));
  const scans = new Map(mine.filter((each) => each.kind === "verified").map((each) => [each.asset, each]));
  const wrongPlace = assets.filter((each) => {
    const seen = scans.get(each.id)?.says.service_point;
    return seen && each.place?.service_point_id && seen !== each.place.service_point_id;
  });
  const open = assets.filter((each) => !found.has(each.id));
  const extra = [...scans.values()].filter((each) => !campaign.expected.includes(each.asset));
  const begin = async () => {
    await list.clear();
    await list.setCampaign(campaign.id);
    if (campaign.service_point_id) await list.setPlace(campaign.service_point_id);
    location.hash = "#/scan";
  };
  const line = (/** @type {any} */ asset, /** @type {any} */ mark) => h("li", {}, mark, " ", h("span", { class: "tag" }, formatTag(asset.tag)), " ", named(asset), asset.place?.name && h("span", { class: "soft small" }, ` · ${asset.place.name}`));
  fill(
    box,
    h("p", { class: "crumbs" }, h("a", { href: "#/" }, t("Overview"))),
    h("h1", {}, campaign.name),
    h("div", { class: "card meter" }, h("strong", { class: "loud" }, t("found %(found)s of %(all)s", { found: found.size, all: campaign.expected.length })),
      h("progress", { value: found.size, max: campaign.expected.length || 1 })),
    h("div", { class: "buttons" }, button(t("Count by scanning"), "verify", () => void begin(), { class: "main" })),
    wrongPlace.length > 0 && h("section", {}, h("h2", {}, t("In another place than the register says")), h("ul", { class: "plain-list" }, wrongPlace.map((each) => line(each, badge(t("wrong place"), "place", "wait"))))),
    extra.length > 0 && h("section", {}, h("h2", {}, t("Not expected here")), h("ul", { class: "plain-list" }, extra.map((each) => h("li", {}, badge(t("not expected"), "warn", "wait"), " ", h("span", { class: "tag" }, formatTag(each.tag)), " ", each.name)))),
    unknown.length > 0 && h("section", {}, h("h2", {}, t("Unknown codes, kept")), h("ul", { class: "plain-list" }, unknown.map((each) => h("li", {}, h("code", {}, each.tag))))),
    open.length > 0 && h("section", {}, h("h2", {}, t("Not yet scanned")), h("p", { class: "hint" }, t("Nothing counts as missing until the count has ended.")), h("ul", { class: "plain-list" }, open.map((each) => line(each, badge(t("not yet scanned"), "clock", "plain"))))),
  );
}
