// The outbox: what was done is on the phone's disk before the screen says so, and stays until the ledger has it.

import { answer, all, get, StoreError, transact } from "./db.js";
import { now, reading } from "./clock.js";
import { sha256, uuid7 } from "./ids.js";
import { seal } from "./seal.js";

/**
 * saved: on this phone. sent: it left the phone, the answer is not known (it is sent again, which is safe).
 * ledger: the server answered with a receipt. The others wait for somebody.
 * @typedef {"saved"|"sent"|"ledger"|"conflict"|"quarantined"|"rejected"} State
 */
/** @typedef {{id: string, name: string}} Person */
/**
 * @typedef {object} Draft
 * @property {string} asset id or tag
 * @property {string} tag
 * @property {string} name what the asset is called, for the list
 * @property {any} payload with its `kind`
 * @property {string} [head] the head of the asset's chain that the phone knew
 * @property {number} [head_seq]
 * @property {number} [at] when it happened, if not now
 * @property {{campaign: string, code: string}} [scan] a code for a campaign instead of a fact
 */
/** @typedef {{sha256: string, blob: Blob, kind: "photo"|"signature"}} Picture */
/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {number} seq of this device, gapless
 * @property {Person} by
 * @property {string} device
 * @property {string} asset
 * @property {string} tag
 * @property {string} name
 * @property {string} kind
 * @property {any} says the little of the payload that the phone itself needs
 * @property {string} at
 * @property {string} saved_at
 * @property {State} state
 * @property {string[]} photos
 * @property {number} schema of the body, which is sent as it was saved whatever the app is by then
 * @property {any} [body] the event in the clear, where the phone knows no key of the server
 * @property {any} [box] the event sealed to the server
 * @property {string} [key_id]
 * @property {string} [campaign]
 * @property {number} tries
 * @property {string} [reason]
 * @property {any[]} [errors]
 * @property {{hash: string, seq: number, recorded_at: string}} [receipt]
 * @property {{size: number, root: string, made_at: string, note: string}} [checkpoint] it stands under
 */

/** The version in which the server reads what is made here (assets/upcast.py). */
export const SCHEMA = 2;
export const WAITING = /** @type {State[]} */ (["saved", "sent"]);
export const TROUBLED = /** @type {State[]} */ (["conflict", "quarantined", "rejected"]);
const SHOWN = ["service_point", "municipality", "condition", "outcome", "campaign", "tag", "code", "order"];

const changes = new EventTarget();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("field-outbox") : null;
channel?.addEventListener("message", () => changes.dispatchEvent(new Event("change")));

/** @param {() => void} listener */
export const onChange = (listener) => changes.addEventListener("change", listener);

export function changed() {
  changes.dispatchEvent(new Event("change"));
  channel?.postMessage("change");
}

/** One at a time over all tabs. @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
function alone(name, work) {
  if (navigator.locks) return navigator.locks.request(name, work);
  const turn = queue.then(work, work);
  queue = turn.catch(() => {});
  return turn;
}
/** @type {Promise<any>} */
let queue = Promise.resolve();

/** This phone as it is known for a person: each has one of their own, since its facts are that person's.
 * @param {string} person @returns {Promise<any>} */
export async function device(person) {
  const key = `device ${person}`;
  return transact(["meta"], "readwrite", async (t) => {
    const store = t.objectStore("meta");
    const known = await answer(store.get(key));
    if (known) return known;
    const made = { id: crypto.randomUUID(), seq: 0 };
    await answer(store.put(made, key));
    return made;
  }, { strict: true });
}

/**
 * Record facts: on the disk and read back, or an error and nothing saved.
 * @param {Person} by @param {Draft[]} drafts @param {Picture[]} [pictures] they belong to all of them
 * @returns {Promise<Entry[]>}
 */
export function record(by, drafts, pictures = []) {
  return alone("field-record", async () => {
    const phone = await device(by.id);
    /** @type {Entry[]} */
    const entries = [];
    for (const [n, draft] of drafts.entries()) entries.push(await entryOf(phone, phone.seq + n + 1, by, draft, pictures));
    const write = () => transact(["meta", "outbox", "photos"], "readwrite", async (t) => {
      const meta = t.objectStore("meta");
      const kept = await answer(meta.get(`device ${by.id}`));
      if (kept.seq !== phone.seq) throw new Error("another page recorded at the same moment");
      for (const entry of entries) t.objectStore("outbox").add(entry);
      for (const each of pictures) {
        t.objectStore("photos").put({ ...each, size: each.blob.size, done: false });
      }
      const clock = await answer(meta.get("clock"));
      if (clock) meta.put({ ...clock, at: Math.max(clock.at, Date.now()) }, "clock");
      await answer(meta.put({ ...kept, seq: phone.seq + entries.length }, `device ${by.id}`));
    }, { strict: true });
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StoreError) || !error.full) throw error;
      await tidy(0); // what the ledger has makes room
      await write();
    }
    await readBack(entries, pictures);
    changed();
    void navigator.storage?.persist?.();
    return entries;
  });
}

/** @param {any} phone @param {number} seq @param {Person} by @param {Draft} draft @param {Picture[]} pictures
 * @returns {Promise<Entry>} */
async function entryOf(phone, seq, by, draft, pictures) {
  const at = new Date(draft.at ?? now()).toISOString();
  const id = uuid7(now());
  const photos = pictures.map((each) => each.sha256);
  const payload = { ...draft.payload, ...(photos.length ? { photos } : {}) };
  const body = draft.scan
    ? { id, code: draft.scan.code, scanned_at: at, device: phone.id, ...(payload.service_point ? { service_point: payload.service_point } : {}) }
    : eventOf(id, at, draft, payload, phone, seq);
  const says = Object.fromEntries(SHOWN.filter((name) => name in payload).map((name) => [name, payload[name]]));
  const entry = /** @type {Entry} */ ({
    id, seq, by, device: phone.id, at, says, photos, schema: SCHEMA, tries: 0, state: "saved",
    asset: draft.asset, tag: draft.tag, name: draft.name, kind: payload.kind,
    saved_at: new Date(now()).toISOString(),
    ...(draft.scan ? { campaign: draft.scan.campaign } : {}),
  });
  const sealed = draft.scan ? null : await seal(phone, body);
  return sealed ? { ...entry, ...sealed } : { ...entry, body };
}

/** The event as the server takes it. @param {string} id @param {string} at @param {Draft} draft @param {any} payload
 * @param {any} phone @param {number} seq */
function eventOf(id, at, draft, payload, phone, seq) {
  const event = { id, asset: draft.asset, occurred_at: at, payload };
  if (!phone.registered) return { ...event, device: phone.id };
  const head = draft.head ? { head: { hash: draft.head, seq: draft.head_seq } } : {};
  return { v: SCHEMA, ...event, device: { id: phone.id, seq, clock: reading(), ...head } };
}

/** @param {Entry[]} entries @param {Picture[]} pictures */
async function readBack(entries, pictures) {
  const [kept, photos] = await transact(["outbox", "photos"], "readonly", async (t) => {
    const outbox = entries.map((each) => answer(t.objectStore("outbox").get(each.id)));
    const files = pictures.map((each) => answer(t.objectStore("photos").get(each.sha256)));
    return [await Promise.all(outbox), await Promise.all(files)];
  });
  entries.forEach((entry, n) => {
    if (JSON.stringify(kept[n]) !== JSON.stringify(entry)) throw new Error("what was read back is not what was written");
  });
  for (const [n, each] of pictures.entries()) {
    if (!photos[n] || (await sha256(photos[n].blob)) !== each.sha256) throw new Error("a photo was not kept whole");
  }
}

/** All entries, newest first. @returns {Promise<Entry[]>} */
export const entries = async () => (await all("outbox")).sort((a, b) => (a.id < b.id ? 1 : -1));

/** @param {string} id @returns {Promise<Entry|undefined>} */
export const entry = (id) => get("outbox", id);

/** How many stand where. @returns {Promise<Record<State|"photos", number>>} */
export async function counts() {
  const found = { saved: 0, sent: 0, ledger: 0, conflict: 0, quarantined: 0, rejected: 0, photos: 0 };
  for (const each of await all("outbox")) found[/** @type {State} */ (each.state)]++;
  for (const each of await all("photos")) if (!each.done) found.photos++;
  return found;
}

/** Change entries in one durable step. @param {Map<string, Partial<Entry>>} news */
export async function update(news) {
  await transact(["outbox"], "readwrite", async (t) => {
    const store = t.objectStore("outbox");
    for (const [id, more] of news) {
      const kept = await answer(store.get(id));
      // What the ledger has stays so, whatever an older answer says.
      if (kept && kept.state !== "ledger") store.put({ ...kept, ...more });
    }
  }, { strict: true });
  changed();
}

/** The checkpoint that an entry stands under, kept beside its receipt. @param {string} id @param {any} checkpoint */
export const witnessed = (id, checkpoint) =>
  transact(["outbox"], "readwrite", async (t) => {
    const store = t.objectStore("outbox");
    const kept = await answer(store.get(id));
    if (kept) store.put({ ...kept, checkpoint });
  });

/** They leave the phone, which has no room to note that the ledger has them. Photos of theirs that still wait
 * need an entry that names them, so those that have some stay. @param {string[]} ids */
export async function drop(ids) {
  const open = new Set((await all("photos")).filter((each) => !each.done).map((each) => each.sha256));
  await transact(["outbox"], "readwrite", async (t) => {
    const store = t.objectStore("outbox");
    for (const id of ids) {
      const kept = await answer(store.get(id));
      if (kept && !kept.photos.some((/** @type {string} */ sha) => open.has(sha))) store.delete(id);
    }
  }, { strict: true });
  changed();
}

/** What the ledger has and whose photos arrived need not stay; a little history does. @param {number} keep */
export async function tidy(keep) {
  const done = (await entries()).filter((each) => each.state === "ledger");
  const open = new Set((await all("photos")).filter((each) => !each.done).map((each) => each.sha256));
  const away = done.slice(keep).filter((each) => !each.photos.some((sha) => open.has(sha)));
  const needed = new Set((await entries()).filter((each) => !away.includes(each)).flatMap((each) => each.photos));
  await transact(["outbox", "photos"], "readwrite", async (t) => {
    for (const each of away) t.objectStore("outbox").delete(each.id);
    const photos = t.objectStore("photos");
    for (const each of await answer(photos.getAll())) {
      if (each.done && !needed.has(each.sha256)) photos.delete(each.sha256);
      else if (each.done && each.blob.size) photos.put({ ...each, blob: new Blob([]) });
    }
  });
  changed();
}

/** Somebody looked at it and it need not be shown any more; the server keeps what it was sent. @param {string} id */
export async function dismiss(id) {
  await transact(["outbox"], "readwrite", async (t) => {
    const store = t.objectStore("outbox");
    const kept = await answer(store.get(id));
    if (kept && TROUBLED.includes(kept.state) && kept.state !== "rejected") store.delete(id);
    else if (kept && kept.state === "rejected") store.put({ ...kept, state: "saved", tries: 0 });
  }, { strict: true });
  changed();
}

/** The phone becomes another one for this person. @param {string} person */
export const anew = (person) =>
  alone("field-record", () =>
    transact(["meta"], "readwrite", (t) => answer(t.objectStore("meta").put({ id: crypto.randomUUID(), seq: 0 }, `device ${person}`)), { strict: true }),
  );

/** What the phone remembers of itself. @param {string} person @param {any} more */
export const remember = (person, more) =>
  transact(["meta"], "readwrite", async (t) => {
    const store = t.objectStore("meta");
    store.put({ ...(await answer(store.get(`device ${person}`))), ...more }, `device ${person}`);
  }, { strict: true });
