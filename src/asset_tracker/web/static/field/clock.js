// What time it is: the phone's clock, put right by what the server said and by a clock that cannot be set.

import { get, set, StoreError } from "./db.js";

// Below this the difference is the way of the answer, or nothing that matters.
const TOLERANCE = 120_000;

/** Server time minus the phone's clock, in milliseconds; null when no server was ever heard.
 * @type {number|null} */
let offset = null;
/** Wall clock and monotonic clock when the offset was learnt, in this run of the page.
 * @type {{wall: number, mono: number}|null} */
let anchor = null;

/** Names this run of the page, since its monotonic clock begins with it. */
const boot = crypto.randomUUID();

export async function wind() {
  const kept = await get("meta", "clock");
  if (kept && anchor === null) {
    // A clock that is earlier than it was when the app was last used has been set back meanwhile.
    const back = kept.at - Date.now();
    offset = kept.offset + (back > TOLERANCE ? back : 0);
  }
  anchor ??= { wall: Date.now(), mono: performance.now() };
}

/** The server said what time it is. @param {number} server milliseconds @param {number} asked performance.now() then */
export async function heard(server, asked) {
  const middle = (performance.now() - asked) / 2;
  offset = Math.round(server + middle - Date.now());
  anchor = { wall: Date.now(), mono: performance.now() };
  try {
    await set("meta", { offset, at: Date.now() }, "clock");
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.info("what the server said of the time holds for this run only:", error); // a full disk stops no sending
  }
}

/** How far the phone's clock is off, in milliseconds (0 for what is within tolerance or not known). */
export function wrongBy() {
  const jumped = anchor ? Date.now() - anchor.wall - (performance.now() - anchor.mono) : 0;
  const whole = (offset ?? 0) - (Math.abs(jumped) > TOLERANCE ? jumped : 0);
  return Math.abs(whole) > TOLERANCE ? whole : 0;
}

/** Now, in milliseconds, as right as the phone can know. */
export const now = () => Date.now() + wrongBy();

/** What goes along with a fact, so that its time can be judged later: both clocks, and how far off the
 * first is known to be. */
export function reading() {
  const clock = { wall: new Date(Date.now()).toISOString(), mono: Math.round(performance.now()), boot };
  return offset === null ? clock : { ...clock, offset: Math.round(wrongBy() || offset) };
}
