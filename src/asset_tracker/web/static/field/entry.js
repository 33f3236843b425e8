// How an entry of the outbox stands, in words that say what to do.

import { badge } from "./dom.js";
import { msg, t } from "./words.js";

/** @type {Record<string, [string, string, string]>} */
export const STATES = {
  saved: [msg("saved on this phone"), "install", "info"],
  sent: [msg("sent, not confirmed"), "transit", "wait"],
  ledger: [msg("in the ledger"), "good", "good"],
  conflict: [msg("conflict"), "disputed", "bad"],
  quarantined: [msg("kept for a coordinator"), "quarantine", "wait"],
  rejected: [msg("not taken"), "bad", "bad"],
};

/** @type {Record<string, string>} */
export const WHAT_TO_DO = {
  saved: msg("It is on the disk of this phone and is sent as soon as there is network."),
  sent: msg("It left this phone, but no answer came. It is sent again until one does; it is recorded once."),
  ledger: msg("The ledger has it. The phone need not keep it any longer."),
  conflict: msg("Another fact was sent with the same number. The server keeps both; tell your coordinator, who decides which one stands."),
  quarantined: msg("The server keeps it, but did not record it yet. Your coordinator sees it in the list of what waits; tell them what happened."),
  rejected: msg("The server could not take it. Show it to your coordinator, or record it anew; then take it off this list."),
};

/** @param {{state: string}} entry */
export function stateBadge(entry) {
  const [text, mark, tone] = STATES[entry.state] ?? STATES.saved;
  return badge(t(text), mark, tone);
}
