// What an action is about: assets that the phone knows, and tags that it does not (the server will).

import { get } from "./db.js";
import * as rounds from "./rounds.js";
import { reason } from "./rules.js";
import { formatTag } from "./tags.js";
import { msg, named, offered, t } from "./words.js";

/** @typedef {{ref: string, tag: string, shown: string, asset: rounds.Asset|null, standing: any}} Target */

// What is said of one thing at a time: the same number of many would be a mistake.
const ALONE = ["service_counted"];
const NOT_YOURS = msg("Your role may not record this.");

/** @param {import("./list.js").Item[]} items @returns {Promise<Target[]>} */
export async function targetsOf(items) {
  const found = await Promise.all(items.filter((each) => each.kind !== "unknown").map(async (each) => ({ item: each, asset: (each.asset && (await rounds.byId(each.asset))) || (await rounds.byKey(each.key)) || null })));
  const standing = await rounds.standing(found.flatMap((each) => (each.asset ? [each.asset] : [])));
  return found.map(({ item, asset }) => ({
    ref: asset?.id ?? item.key,
    tag: asset?.tag ?? item.key,
    shown: formatTag(asset?.tag ?? item.key),
    asset,
    standing: asset ? standing.get(asset.id) : null,
  }));
}

/** @param {Target} target */
export const nameOf = (target) => (target.asset ? named(target.asset) : t("not on this phone"));

/** Why a kind of fact cannot be recorded of it now; empty when it can. @param {string} kind @param {Target} target
 * @param {string[]} kinds what the person's role records */
function why(kind, target, kinds) {
  if (!kinds.includes(kind)) return t(NOT_YOURS);
  if (!target.asset) return ""; // how it stands the server knows
  if (!target.standing?.touched) {
    const told = target.asset.actions?.find((each) => each.kind === kind);
    if (told) return told.allowed ? "" : t(told.reason ?? "");
  }
  return t(reason(kind, target.standing));
}

/** @typedef {{kind: string, can: Target[], cannot: {target: Target, reason: string}[]}} Action */

/** @param {Target[]} targets @returns {Promise<Action[]>} */
export async function actionsFor(targets) {
  const kinds = (await get("meta", "me"))?.kinds ?? [];
  return offered().filter((kind) => kinds.includes(kind)).map((kind) => {
    const alone = ALONE.includes(kind) && targets.length > 1 ? t("This is recorded for one thing at a time.") : "";
    const judged = targets.map((target) => ({ target, reason: alone || why(kind, target, kinds) }));
    return { kind, can: judged.filter((each) => !each.reason).map((each) => each.target), cannot: judged.filter((each) => each.reason) };
  });
}
