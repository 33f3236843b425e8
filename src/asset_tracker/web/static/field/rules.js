// What may be done to an asset, by its state: the server's rules (assets/rules.py) for what the field does,
// so that after a delivery with no network the installation is offered. A test holds the two together.

import { msg } from "./words.js";

/**
 * @typedef {{category?: string, stage: string, condition: string, place?: string, gone?: string|null,
 *   commissioned?: boolean, service_point?: string|null}} Standing
 */

const GONE = msg("It is gone; only what was lost or stolen can be found again.");
const NOT_YET = msg("It has not been delivered yet.");
export const BEFORE = ["expected", "received", "dispatched"];
const AFTER = ["delivered", "accepted", "installed", "in_service", "out_of_service"];

/** @param {Standing} s */
const here = (s) => !s.gone;
/** @param {Standing} s */
const handedOver = (s) => !s.gone && AFTER.includes(s.stage);

// Of what it is counted how often residents were served with it.
const SERVING = ["vehicle", "mobile_case", "video_kit", "other"];

/** @type {Record<string, [(s: Standing) => boolean, string]>} */
const RULES = {
  received: [(s) => here(s) && ["expected", "dispatched"].includes(s.stage), msg("It has already been received.")],
  delivered: [(s) => here(s) && BEFORE.includes(s.stage), msg("It has already been delivered.")],
  refused: [(s) => s.stage === "dispatched", msg("It is not on its way.")],
  installed: [(s) => handedOver(s) && !["installed", "in_service"].includes(s.stage), msg("It has not been delivered, or is already installed.")],
  commissioned: [(s) => handedOver(s) && !["in_service", "out_of_service"].includes(s.stage), msg("It has not been delivered, or is already in service.")],
  verified: [here, GONE],
  use_changed: [handedOver, NOT_YET],
  fault_reported: [handedOver, NOT_YET],
  maintained: [handedOver, NOT_YET],
  service_counted: [(s) => handedOver(s) && SERVING.includes(s.category ?? "other"), msg("It has not been delivered, or service to residents is not counted for this category.")],
  repaired: [(s) => handedOver(s) && (["needs_attention", "unserviceable"].includes(s.condition) || s.place === "away"), msg("No fault of it is recorded.")],
  sent_for_repair: [(s) => handedOver(s) && s.place !== "away", msg("It is already away.")],
  returned: [here, GONE],
  moved: [handedOver, NOT_YET],
  evacuated: [handedOver, NOT_YET],
  found_inaccessible: [handedOver, NOT_YET],
  damaged: [here, GONE],
  destroyed: [here, GONE],
  lost: [here, GONE],
  stolen: [here, GONE],
  found: [(s) => s.gone === "lost" || s.gone === "stolen", msg("It is not lost.")],
  label_bound: [here, GONE],
  code_linked: [here, GONE],
  note: [() => true, ""],
};

/** What a kit carries its components along in. */
export const CARRIED = ["received", "delivered", "refused", "installed", "commissioned", "moved", "evacuated", "returned", "destroyed", "lost", "stolen", "found", "found_inaccessible"];

/** Why not; an empty text when it may be. @param {string} kind @param {Standing} standing */
export function reason(kind, standing) {
  const rule = RULES[kind];
  return !rule || rule[0](standing) ? "" : rule[1];
}

/** How an asset stands after a fact that the phone holds. @param {Standing} s @param {any} payload @returns {Standing} */
export function after(s, payload) {
  const condition = payload.condition ?? s.condition;
  const point = payload.service_point ?? s.service_point;
  switch (payload.kind) {
    case "received":
      return { ...s, stage: "received", condition };
    case "delivered":
      return { ...s, stage: BEFORE.includes(s.stage) ? "delivered" : s.stage, service_point: point, condition: payload.outcome === "damaged" ? "needs_attention" : s.condition };
    case "installed":
      return { ...s, stage: s.stage === "in_service" ? s.stage : "installed", service_point: point, place: "service_point" };
    case "commissioned":
      return { ...s, stage: "in_service" };
    case "sent_for_repair":
      return { ...s, place: "away" };
    case "returned":
    case "moved":
    case "evacuated":
      return { ...s, condition, service_point: point, place: point ? "service_point" : s.place };
    case "repaired":
      return { ...s, condition: payload.condition ?? "working", place: s.place === "away" ? "service_point" : s.place };
    case "fault_reported":
    case "damaged":
    case "maintained":
    case "verified":
      return { ...s, condition };
    case "lost":
    case "stolen":
    case "destroyed":
      return { ...s, stage: "gone", gone: payload.kind };
    case "found":
      return { ...s, stage: "delivered", gone: null, condition };
    default:
      return s;
  }
}
