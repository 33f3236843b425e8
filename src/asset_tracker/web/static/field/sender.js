// Sending: one tab at a time, again until it is answered; the same event twice is the server's "duplicate".

import * as clock from "./clock.js";
import { all, answer, drop, get, set, StoreError, transact } from "./db.js";
import * as outbox from "./outbox.js";
import { fileOf, makeKeys } from "./seal.js";

/** @typedef {"idle"|"sending"|"offline"|"login"|"other"|"busy"} Mood */

const BATCH = 50;
const BATCH_BYTES = 1_500_000;
const SLICE = 256 * 1024;
const TIMEOUT = 30_000;

/** @type {Mood} */
let mood = "idle";
let detail = "";
const moods = new EventTarget();
/** @type {number|undefined} */
let timer;
let failures = 0;

export const state = () => ({ mood, detail });
/** @param {() => void} listener */
export const onMood = (listener) => moods.addEventListener("change", listener);

/** @param {Mood} next @param {string} [more] */
function feel(next, more = "") {
  [mood, detail] = [next, more];
  moods.dispatchEvent(new Event("change"));
}

/** The server answered, but not as hoped. */
export class ServerError extends Error {
  /** @param {number} status @param {any} problem @param {number} wait seconds */
  constructor(status, problem, wait) {
    super(problem?.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.wait = wait;
  }
}

/** Ask the server. Raises TypeError without network, ServerError.
 * @param {string} path @param {RequestInit} [how] @returns {Promise<Response>} */
export async function call(path, how = {}) {
  const asked = performance.now();
  const response = await fetch(path, {
    credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT), ...how,
  });
  const date = Date.parse(response.headers.get("date") ?? "");
  if (date) await clock.heard(date + 500, asked);
  if (response.ok || response.status === 304) return response;
  let problem = null;
  try {
    problem = await response.json();
  } catch {
    problem = null; // a proxy's page
  }
  throw new ServerError(response.status, problem, Number(response.headers.get("retry-after")) || 0);
}

/** @param {any} body @param {Record<string, string>} [headers] */
const post = (body, headers = {}) => ({
  method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers },
});

/** Who is logged in, by the server; kept for when there is no network. */
export async function me() {
  const found = await (await call("/api/v1/field/me")).json();
  const known = await get("meta", "me");
  if (known && known.id !== found.id) await forget();
  await unlessFull(() => set("meta", found, "me"));
  return found;
}

/** What is written besides may fail on a full disk: that must not stop the sending, which makes room.
 * Tells whether it was written. @param {() => Promise<any>} work */
async function unlessFull(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof StoreError) || !error.full) throw error;
    console.info("no room on this phone:", error);
    return false;
  }
}

/** What the phone took along for somebody else, or for nobody any more, goes; what waits stays. */
export async function forget() {
  await transact(["assets", "points", "campaigns", "rounds", "meta"], "readwrite", async (t) => {
    for (const name of ["assets", "points", "campaigns", "rounds"]) t.objectStore(name).clear();
    t.objectStore("meta").delete("list");
    await answer(t.objectStore("meta").delete("me"));
  });
  await outbox.tidy(0);
}

/** Make this phone known to the server, and learn the key to seal with; again after each log-in.
 * @param {{id: string, session?: string}} who */
export async function register(who) {
  const phone = await outbox.device(who.id);
  if (phone.registered && phone.session === who.session) return;
  const { pair, raw, alg } = phone.pair ? phone : await makeKeys();
  // Kept before the server is told: where its answer is lost, or the page goes, the same key is told again.
  if (!phone.pair) await outbox.remember(who.id, { pair, raw, alg });
  const told = { id: phone.id, name: phoneName(), public_key: raw };
  const made = await (await call("/api/v1/devices", post(told))).json();
  const server_key = alg === "X25519" ? made.server_key : made.server_key_p256;
  await outbox.remember(who.id, { server_key, key_id: made.key_id, registered: true, session: who.session });
}

function phoneName() {
  const agent = navigator.userAgent;
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0] ?? "";
  const browser = /Firefox|Edg|OPR|SamsungBrowser|Chrome|Safari/.exec(agent)?.[0] ?? "";
  return `${system} ${browser}`.trim() || "browser";
}

let running = false;
let wanted = false;

/** Send what waits. Only one tab does; the others see what it did. @param {{now?: boolean}} [how] */
export async function send({ now = false } = {}) {
  wanted = true;
  if (running) return; // it is done once more at its end, so that nothing said meanwhile is left to a timer
  running = true;
  clearTimeout(timer);
  let elsewhere = false;
  const work = async (/** @type {Lock|null} */ lock) => {
    elsewhere = !lock;
    if (lock) await sendAll(now);
  };
  try {
    while (wanted) {
      wanted = false;
      if (navigator.locks) await navigator.locks.request("field-sender", { ifAvailable: true }, work);
      else await sendAll(now);
    }
  } finally {
    running = false;
    plan(elsewhere ? 3 : Math.min(15 * 60, 20 * 2 ** Math.min(failures, 6)));
  }
}

/** By a jittered timer, later the more often it failed. @param {number} seconds */
function plan(seconds) {
  clearTimeout(timer);
  timer = setTimeout(() => void send(), seconds * 1000 * (0.6 + 0.8 * Math.random()));
}

/** @param {boolean} asked by somebody, not by a timer */
async function sendAll(asked) {
  try {
    if (asked) stuck.clear();
    later.clear();
    feel("sending");
    const who = await me();
    await registerQuietly(who);
    await sendEntries(who);
    await sendPhotos(who);
    await outbox.tidy(200);
    failures = 0;
    const left = (await outbox.entries()).filter((each) => outbox.WAITING.includes(each.state));
    feel(left.some((each) => each.by.id !== who.id) ? "other" : "idle", left.find((each) => each.by.id !== who.id)?.by.name);
  } catch (error) {
    failures += asked ? 0 : 1;
    if (error instanceof ServerError) {
      if (error.status === 401) feel("login");
      else feel("busy", error.message);
    } else feel("offline");
  }
  outbox.changed();
}

/** A phone that cannot be registered sends its events all the same. @param {{id: string}} who */
async function registerQuietly(who) {
  try {
    await register(who);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status === 401 || error.status >= 500) throw error;
    console.info("this phone is not registered:", error.message);
    // It was revoked, and whoever logged in anew has it in hand: it gets a new identity for what is to come.
    // What it recorded under the old one waits in quarantine, as that of a lost phone does.
    if (error.status === 409) await outbox.anew(who.id);
  }
}

/** @param {{id: string}} who */
async function sendEntries(who) {
  for (;;) {
    const waiting = (await outbox.entries()).reverse().filter((each) => outbox.WAITING.includes(each.state) && each.by.id === who.id && !stuck.has(each.id) && !later.has(each.id));
    if (!waiting.length) return;
    await sendBatch(batchOf(waiting), who);
  }
}
/** Those that the server could not even answer in this run of the page; the next run tries again. */
const stuck = new Set();
/** Those whose answer could not be written down for want of room; the next sending asks again. */
const later = new Set();

/** The first of them that go the same way, and not too much. @param {outbox.Entry[]} waiting */
function batchOf(waiting) {
  const way = wayOf(waiting[0]);
  const batch = [];
  let bytes = 0;
  for (const each of waiting) {
    bytes += JSON.stringify(each.body ?? each.box).length;
    if (wayOf(each) !== way || batch.length === BATCH || (batch.length && bytes > BATCH_BYTES)) break;
    batch.push(each);
  }
  return batch;
}

/** Answers that say no for good, so that what follows must not wait behind it. A count may be out of reach by
 * now; that the way itself is closed is no fault of what is sent. @param {outbox.Entry} entry */
const refusals = (entry) => (wayOf(entry).startsWith("scan ") ? [400, 403, 404, 409, 413, 422] : [400, 413, 422]);

/** @param {any} entry */
const wayOf = (entry) => (entry.campaign && entry.kind === "unknown_code" ? `scan ${entry.campaign}` : entry.box ? `sealed ${entry.device} ${entry.key_id} ${entry.mode} ${entry.alg}` : "events");

/** @param {outbox.Entry[]} batch @param {{id: string}} who @returns {Promise<void>} */
async function sendBatch(batch, who) {
  await unlessFull(() => outbox.update(new Map(batch.map((each) => [each.id, { state: "sent", tries: each.tries + 1 }]))));
  try {
    await keepOutcomes(batch, await outcomesOf(batch, who));
  } catch (error) {
    if (!(error instanceof ServerError) || !refusals(batch[0]).includes(error.status)) throw error;
    // One of them cannot be read: halve until it is alone, so that it keeps no other out.
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await sendBatch(batch.slice(0, middle), who);
      return sendBatch(batch.slice(middle), who);
    }
    stuck.add(batch[0].id);
    await outbox.update(new Map([[batch[0].id, { state: "rejected", reason: error.message, errors: error.problem?.errors ?? [] }]]));
  }
}

/** @param {any[]} batch @param {{id: string}} who @returns {Promise<any[]>} */
async function outcomesOf(batch, who) {
  const way = wayOf(batch[0]);
  if (way.startsWith("scan ")) {
    const path = `/api/v1/verifications/${batch[0].campaign}/scans`;
    const told = await (await call(path, post({ scans: batch.map((each) => each.body) }))).json();
    return told.map((/** @type {any} */ each) => ({ id: each.id, outcome: "recorded" }));
  }
  if (way.startsWith("sealed ")) {
    // What was sealed cannot be changed any more; what the clocks say now goes beside it.
    const { wall, mono, boot } = clock.reading();
    const file = { ...fileOf(batch[0].device, batch), sent: { wall, mono, boot } };
    const told = await (await call("/api/v1/field/sealed", post(file))).json();
    return Array.isArray(told) ? told : told.outcomes;
  }
  return (await call("/api/v1/events", post(batch.map((each) => each.body)))).json();
}

/** @param {outbox.Entry[]} batch @param {any[]} outcomes */
async function keepOutcomes(batch, outcomes) {
  const news = new Map();
  batch.forEach((entry, place) => {
    const unnamed = outcomes.length === batch.length && !outcomes[place].id ? outcomes[place] : null;
    const told = outcomes.find((each) => each.id === entry.id) ?? unnamed;
    if (!told) {
      stuck.add(entry.id); // it stays, and is not sent again and again at once
      return;
    }
    const state = ["recorded", "duplicate"].includes(told.outcome) ? "ledger" : told.outcome;
    const { receipt } = told;
    news.set(entry.id, {
      state, reason: told.reason, errors: told.errors,
      ...(receipt ? { receipt: { hash: receipt.hash, seq: receipt.seq, recorded_at: receipt.recorded_at } } : {}),
      // It is in the ledger, or kept by the server: the phone needs no copy of what it says.
      ...(state === "ledger" || state === "quarantined" ? { body: undefined, box: undefined } : {}),
    });
  });
  if (await unlessFull(() => outbox.update(news))) return;
  // No room even to write that less is needed: what the ledger has goes; the rest is asked again later.
  await outbox.drop([...news].flatMap(([id, more]) => (more.state === "ledger" ? [id] : [])));
  for (const id of news.keys()) later.add(id);
}

/** @param {{id: string}} who */
async function sendPhotos(who) {
  const mine = new Set((await outbox.entries()).filter((each) => each.by.id === who.id).flatMap((each) => each.photos));
  for (const photo of await all("photos")) {
    if (photo.done || !mine.has(photo.sha256)) continue;
    await sendPhoto(photo);
    const more = { ...(await get("photos", photo.sha256)), done: true };
    if (!(await unlessFull(() => set("photos", more)))) await drop("photos", photo.sha256);
    outbox.changed();
  }
}

/** In slices, from where the server says it stands. @param {any} photo */
async function sendPhoto(photo) {
  const path = `/api/v1/photos/${photo.sha256}`;
  let offset = await standing(path, photo);
  while (offset < photo.blob.size) {
    const slice = photo.blob.slice(offset, offset + SLICE);
    try {
      const response = await call(path, { method: "PATCH", body: slice, headers: { "content-type": "application/offset+octet-stream", "upload-offset": String(offset) } });
      offset = Number(response.headers.get("upload-offset") ?? offset + slice.size);
    } catch (error) {
      // Somebody sent some of it meanwhile: go on from there.
      if (!(error instanceof ServerError) || error.status !== 409) throw error;
      offset = await standing(path, photo);
    }
  }
}

/** How much of it the server has; begins the upload where it has nothing. @param {string} path @param {any} photo */
async function standing(path, photo) {
  try {
    const response = await call(path, { method: "HEAD" });
    return Number(response.headers.get("upload-offset") ?? photo.blob.size);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status !== 404) throw error;
  }
  const headers = { "upload-length": String(photo.blob.size), "upload-kind": photo.kind };
  const response = await call(path, { method: "PUT", headers });
  return Number(response.headers.get("upload-offset") ?? 0);
}

/** On opening, on coming online, on becoming visible, after each fact. */
export function start() {
  addEventListener("online", () => void send());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void send());
  void send();
}
