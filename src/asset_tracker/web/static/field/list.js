// The running list: what was scanned in this go, kept over a restart until it is put away.

import { get, set, StoreError } from "./db.js";
import { now } from "./clock.js";
import * as rounds from "./rounds.js";
import { formatTag, read } from "./tags.js";
import { msg } from "./words.js";

/** Twice within this time is one scan: a camera sees a label many times. */
export const DOUBLE_MS = 2000;

/**
 * @typedef {object} Item
 * @property {string} key what was read: a tag, or a foreign code
 * @property {string} shown
 * @property {"asset"|"blank"|"unknown"} kind blank: one of our tags that no asset of the round bears
 * @property {string} [asset]
 * @property {string} name_uk
 * @property {string|null} [name_en]
 * @property {number} at
 * @property {number} times
 * @property {boolean} chosen
 */
/** @typedef {{place: string|null, campaign: string|null, items: Item[]}} List */

/** @type {List} */
let list = { place: null, campaign: null, items: [] };
/** @type {Map<string, number>} */
const lastSeen = new Map();

export const current = () => list;

export async function load() {
  list = (await get("meta", "list")) ?? list;
}

async function keep() {
  try {
    await set("meta", list, "list");
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.info("the list is kept for this run only:", error); // what is recorded of it says whether it was saved
  }
}

/** @typedef {{outcome: "new"|"again"|"ignored"|"place"|"wrong", item?: Item, wrong?: string, place?: any}} Scanned */

/** What was just read goes on the list; `foreign` when somebody says that it is no tag of ours.
 * @param {string} text @param {{foreign?: boolean}} [how] @returns {Promise<Scanned>} */
export async function scanned(text, { foreign = false } = {}) {
  const found = foreign ? { code: text.trim() } : read(text);
  const key = "tag" in found ? found.tag : "point" in found ? `point ${found.point}` : found.code;
  const before = lastSeen.get(key);
  lastSeen.set(key, performance.now());
  if (before !== undefined && performance.now() - before < DOUBLE_MS) return { outcome: "ignored" };
  if ("point" in found) {
    const place = (await rounds.points()).find((each) => each.id === found.point);
    if (!place) return { outcome: "wrong", wrong: msg("This place is not on the phone.") };
    await setPlace(place.id);
    return { outcome: "place", place };
  }
  const asset = await rounds.byKey(key);
  if (!asset && "wrong" in found && found.wrong) return { outcome: "wrong", wrong: found.wrong };
  const known = list.items.find((each) => (asset ? each.asset === asset.id : each.key === key));
  if (known) {
    known.times++;
    await keep();
    return { outcome: "again", item: known };
  }
  const item = /** @type {Item} */ ({
    key, shown: asset ? formatTag(asset.tag) : "tag" in found ? formatTag(key) : key.slice(0, 200),
    kind: asset ? "asset" : "tag" in found ? "blank" : "unknown",
    asset: asset?.id, name_uk: asset?.name_uk ?? "", name_en: asset?.name_en,
    at: now(), times: 1, chosen: true,
  });
  list.items.unshift(item);
  await keep();
  return { outcome: "new", item };
}

/** @param {string|null} point */
export async function setPlace(point) {
  list.place = point;
  await keep();
}

/** Begin or end counting for a campaign. @param {string|null} campaign */
export async function setCampaign(campaign) {
  list.campaign = campaign;
  await keep();
}

/** @param {Item} item @param {boolean} chosen */
export async function choose(item, chosen) {
  item.chosen = chosen;
  await keep();
}

/** @param {boolean} chosen */
export async function chooseAll(chosen) {
  for (const each of list.items) each.chosen = chosen;
  await keep();
}

/** @param {Item} item */
export async function remove(item) {
  list.items = list.items.filter((each) => each !== item);
  await keep();
}

export async function clear() {
  list.items = [];
  lastSeen.clear();
  await keep();
}

/** The assets of the list that are chosen. @returns {Promise<rounds.Asset[]>} */
export async function chosen() {
  const ids = list.items.flatMap((each) => (each.chosen && each.asset ? [each.asset] : []));
  const found = await Promise.all(ids.map((id) => rounds.byId(id)));
  return found.flatMap((each) => (each ? [each] : []));
}
