// What the phone takes along: the assets, places and counting lists of a round, and how they stand by now.

import { all, answer, find, get, transact } from "./db.js";
import * as outbox from "./outbox.js";
import { after, CARRIED } from "./rules.js";
import { call } from "./sender.js";

/**
 * @typedef {object} Asset
 * @property {string} id
 * @property {string} tag
 * @property {string} name_uk
 * @property {string|null} name_en
 * @property {string} category
 * @property {string|null} model
 * @property {string|null} serial
 * @property {string} stage
 * @property {string} condition
 * @property {string|null} [gone_reason]
 * @property {{municipality_code?: string|null, service_point_id?: string|null, name?: string|null, kind?: string}} place
 * @property {number} head_seq
 * @property {string} head_hash
 * @property {string|null} [kit]
 * @property {string|null} [consignment]
 * @property {string[]} expected_in
 * @property {{kind: string, allowed: boolean, reason?: string}[]} actions
 * @property {string} round
 * @property {string} made_at
 */
/** @typedef {{kind: "municipality"|"consignment"|"verification"|"mine", value: string, name: string}} Choice */
/** @typedef {{key: string, choice: Choice, etag: string, made_at: string, taken_at: number, bytes: number,
 *   assets: number, points: number, consignments?: Consignment[], orders?: Order[]}} Round */
/** @typedef {{id: string, asset: string, kind: string, title: string, work: string|null, plan: string|null,
 *   due_on: string|null, by_name: boolean, done_by?: string}} Order */
/** @typedef {{id: string, number: string, municipality_code: string, status: string}} Consignment */

const STORES = ["rounds", "assets", "points", "campaigns"];

/** @param {Choice} choice */
const keyOf = (choice) => `${choice.kind}=${choice.value}`;

/** Take a round along, or see that it is as it was. Its pages are put away in one step, so a line that
 * breaks in the middle leaves what was there before.
 * @param {Choice} choice @param {(done: number) => void} tell @returns {Promise<Round>} */
export async function take(choice, tell) {
  const key = keyOf(choice);
  const known = /** @type {Round|undefined} */ (await get("rounds", key));
  /** @type {{assets: any[], service_points: any[], municipalities: any[], verifications: any[], consignments: Consignment[], orders: Order[]}} */
  const whole = { assets: [], service_points: [], municipalities: [], verifications: [], consignments: [], orders: [] };
  let [cursor, etag, made, bytes] = ["", "", "", 0];
  do {
    const asked = new URLSearchParams({ [choice.kind]: choice.value, ...(cursor ? { after: cursor } : {}) });
    const headers = /** @type {Record<string, string>} */ (known && !cursor ? { "if-none-match": known.etag } : {});
    const response = await call(`/api/v1/field/round?${asked}`, { headers });
    if (response.status === 304 && known) return refreshed(known);
    const text = await response.text();
    const page = JSON.parse(text);
    bytes += text.length;
    etag ||= response.headers.get("etag") ?? "";
    made ||= page.made_at;
    for (const name of /** @type {(keyof typeof whole)[]} */ (Object.keys(whole))) whole[name].push(...(page[name] ?? []));
    cursor = page.next ?? "";
    tell(whole.assets.length);
  } while (cursor);
  const round = { key, choice, etag, made_at: made, taken_at: Date.now(), bytes, assets: whole.assets.length, points: whole.service_points.length, consignments: whole.consignments, orders: whole.orders };
  await keep(round, whole);
  return round;
}

/** @param {Round} known @returns {Promise<Round>} */
async function refreshed(known) {
  const again = { ...known, taken_at: Date.now() };
  await transact(["rounds"], "readwrite", (t) => answer(t.objectStore("rounds").put(again)));
  return again;
}

/** @param {Round} round @param {any} whole */
async function keep(round, whole) {
  const towns = Object.fromEntries(whole.municipalities.map((/** @type {any} */ each) => [each.code, each]));
  await transact(STORES, "readwrite", async (t) => {
    await clear(t, round.key);
    for (const each of whole.assets) {
      const keys = [each.tag, ...(each.tags ?? []), ...(each.codes ?? []), ...(each.serial ? [each.serial] : [])];
      t.objectStore("assets").put({ ...each, keys: [...new Set(keys)], round: round.key, made_at: round.made_at });
    }
    for (const each of whole.service_points) {
      const town = towns[each.municipality_code];
      t.objectStore("points").put({ ...each, town, round: round.key });
    }
    for (const each of whole.verifications) t.objectStore("campaigns").put({ ...each, round: round.key });
    await answer(t.objectStore("rounds").put(round));
  }, { strict: true });
}

/** @param {IDBTransaction} t @param {string} key */
async function clear(t, key) {
  for (const name of ["assets", "points", "campaigns"]) {
    const store = t.objectStore(name);
    for (const each of await answer(store.getAll())) if (each.round === key) store.delete(each.id);
  }
}

/** A round is not needed any more. @param {string} key */
export async function leave(key) {
  await transact(STORES, "readwrite", async (t) => {
    await clear(t, key);
    await answer(t.objectStore("rounds").delete(key));
  });
}

/** @returns {Promise<Round[]>} */
export const rounds = () => all("rounds");

/** The consignments that were taken along, each with its assets. @returns {Promise<(Consignment & {all: Asset[]})[]>} */
export async function consignments() {
  const known = new Map((await rounds()).flatMap((each) => (each.consignments ?? []).map((one) => [one.id, { ...one, all: /** @type {Asset[]} */ ([]) }])));
  for (const each of await all("assets")) known.get(each.consignment ?? "")?.all.push(each);
  return [...known.values()].filter((each) => each.all.length).sort((a, b) => a.number.localeCompare(b.number, "uk"));
}

/** What is to be done, soonest first, each with its asset and with the fact of this phone that did it, if one did.
 * @returns {Promise<(Order & {thing: Asset, fact?: outbox.Entry})[]>} */
export async function orders() {
  const [taken, things, facts] = [await rounds(), new Map((await all("assets")).map((each) => [each.id, each])), await outbox.entries()];
  const known = new Map(taken.sort((a, b) => a.taken_at - b.taken_at).flatMap((each) => (each.orders ?? []).map((one) => [one.id, one])));
  const found = [...known.values()].flatMap((each) => (things.has(each.asset) ? [{ ...each, thing: things.get(each.asset), fact: facts.find((one) => one.says?.order === each.id) }] : []));
  return found.sort((a, b) => (a.due_on ?? "9").localeCompare(b.due_on ?? "9") || a.id.localeCompare(b.id));
}

/** An order is open until a fact of this phone did it; one that the server refused did not.
 * @param {{done_by?: string, fact?: outbox.Entry}} order */
export const isOpen = (order) => (order.fact ? outbox.TROUBLED.includes(order.fact.state) : !order.done_by);

/** Which fact did an order, kept for longer than the fact itself is. @param {string} id @param {string} fact */
export async function close(id, fact) {
  await transact(["rounds"], "readwrite", async (t) => {
    const store = t.objectStore("rounds");
    for (const each of await answer(store.getAll())) {
      if (each.orders?.some((/** @type {Order} */ one) => one.id === id)) store.put({ ...each, orders: each.orders.map((/** @type {Order} */ one) => (one.id === id ? { ...one, done_by: fact } : one)) });
    }
  });
}

/** An asset by its tag, an older tag, a foreign code or its serial number. @param {string} key @returns {Promise<Asset|undefined>} */
export const byKey = (key) => find("assets", "keys", key);

/** @param {string} id @returns {Promise<Asset|undefined>} */
export const byId = (id) => get("assets", id);

/** @returns {Promise<any[]>} */
export const points = async () => (await all("points")).sort((a, b) => String(a.name_uk).localeCompare(b.name_uk, "uk"));

/** Assets that a text may mean: by serial number, name or model. @param {string} text @returns {Promise<Asset[]>} */
export async function search(text) {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < 2) return [];
  const matches = (/** @type {Asset} */ each) =>
    [each.tag, each.serial, each.name_uk, each.name_en, each.model].some((field) => field?.toLowerCase().includes(wanted));
  return (await all("assets")).filter(matches).slice(0, 20);
}

/**
 * How assets stand by now: as they were taken along, and what this phone recorded since.
 * @param {Asset[]} assets
 * @returns {Promise<Map<string, import("./rules.js").Standing & {touched: boolean}>>}
 */
export async function standing(assets) {
  const facts = (await outbox.entries()).reverse();
  return new Map(
    assets.map((asset) => {
      let stands = /** @type {any} */ ({
        category: asset.category, stage: asset.stage, condition: asset.condition, gone: asset.gone_reason ?? null,
        place: asset.place?.kind, service_point: asset.place?.service_point_id ?? null, touched: false,
      });
      for (const fact of facts) {
        const carried = fact.asset === asset.kit && CARRIED.includes(fact.kind);
        if ((fact.asset !== asset.id && !carried) || fact.state === "rejected" || fact.state === "quarantined") continue;
        if (fact.receipt && fact.receipt.recorded_at <= asset.made_at) continue; // the round knows it
        stands = { ...after(stands, { ...fact.says, kind: fact.kind }), touched: true };
      }
      return [asset.id, stands];
    }),
  );
}
