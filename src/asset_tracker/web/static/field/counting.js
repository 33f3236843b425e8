// How far a count has come: what the server knew of it, and what this phone scanned since.

import * as outbox from "./outbox.js";

/** @param {any} campaign @returns {Promise<{found: Set<string>, unknown: outbox.Entry[], mine: outbox.Entry[]}>} */
export async function progress(campaign) {
  const mine = (await outbox.entries()).filter((each) => each.says.campaign === campaign.id || each.campaign === campaign.id);
  const found = new Set(campaign.found);
  for (const each of mine) if (each.kind === "verified" && each.state !== "rejected" && campaign.expected.includes(each.asset)) found.add(each.asset);
  return { found, mine, unknown: mine.filter((each) => each.kind === "unknown_code") };
}
