// The queue as a file that only the server can open, to be carried by anybody.

import { get } from "./db.js";
import { base64 } from "./ids.js";
import * as outbox from "./outbox.js";
import { fileOf, seal } from "./seal.js";
import { t } from "./words.js";

/** @param {outbox.Entry[]} waiting */
export async function exportQueue(waiting) {
  const byKey = new Map();
  for (const each of waiting) {
    if (each.campaign && each.kind === "unknown_code") continue;
    const phone = await outbox.device(each.by.id);
    const sealed = each.box ? each : await seal(phone, each.body);
    if (!sealed) throw new Error(t("This phone does not have the server’s key yet: open the app once with network."));
    const boxes = [sealed, ...(await photosOf(phone, each))];
    const key = `${each.device} ${sealed.key_id}`;
    byKey.set(key, [...(byKey.get(key) ?? []), ...boxes.map((box) => ({ ...box, device: each.device }))]);
  }
  for (const boxes of byKey.values()) download(fileOf(boxes[0].device, boxes), boxes[0].device);
}

/** @param {any} phone @param {outbox.Entry} entry */
async function photosOf(phone, entry) {
  const found = [];
  for (const sha of entry.photos) {
    const photo = await get("photos", sha);
    if (!photo || photo.done) continue;
    const sealed = await seal(phone, { sha256: sha, ...(photo.kind === "signature" ? { kind: photo.kind } : {}), photo: base64(new Uint8Array(await photo.blob.arrayBuffer())) });
    if (sealed) found.push(sealed);
  }
  return found;
}

/** @param {any} file @param {string} device */
function download(file, device) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(file)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `outbox-${device.slice(0, 8)}-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}.sealed.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
