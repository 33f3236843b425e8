// Before leaving: take along what the work needs, and see that the phone is fit.

import * as camera from "../camera.js";
import { get } from "../db.js";
import { badge, button, fill, flash, h } from "../dom.js";
import * as rounds from "../rounds.js";
import * as sender from "../sender.js";
import { setup } from "../setup.js";
import { ago, n, named, size, t } from "../words.js";

/** @param {import("../app.js").Place} place */
export async function show({ main, again }) {
  const told = h("div", { "aria-live": "polite" });
  const taken = h("div", {});
  const choices = h("div", { class: "stack" }, h("p", { class: "soft" }, t("One moment …")));
  fill(main, h("h1", {}, t("Prepare")), h("p", {}, t("Take along what you need where there is no network. Names and telephone numbers are left out.")), taken, told, choices, await fitness(again));
  await drawTaken(taken, told, again);
  void offer(choices, told, again);
}

/** @param {HTMLElement} box @param {HTMLElement} told @param {() => Promise<void>} again */
async function drawTaken(box, told, again) {
  const found = await rounds.rounds();
  fill(box, found.length > 0 && h("section", {}, h("h2", {}, t("On this phone")), h("ul", { class: "plain-list" }, found.map((each) =>
    h("li", { class: "row" }, h("div", {}, h("strong", {}, each.choice.name), h("br"), n("%(n)s asset", "%(n)s assets", each.assets), ", ", n("%(n)s place", "%(n)s places", each.points), " · ", size(each.bytes), " · ", ago(each.taken_at, Date.now())),
      h("div", { class: "buttons" },
        button(t("Renew"), "import", () => void take(each.choice, told, again)),
        button("", "dispose", () => void rounds.leave(each.key).then(again), { class: "quiet", "aria-label": t("Leave %(name)s here", { name: each.choice.name }) })))))));
}

/** What there is to choose from, from the server. @param {HTMLElement} box @param {HTMLElement} told @param {() => Promise<void>} again */
async function offer(box, told, again) {
  try {
    const json = async (/** @type {string} */ path) => (await sender.call(path)).json();
    const items = (/** @type {any} */ page) => (Array.isArray(page) ? page : (page.items ?? []));
    const quietly = (/** @type {string} */ path) => json(path).then(items, () => []);
    const [consignments, campaigns] = await Promise.all([quietly("/api/v1/consignments?limit=50"), quietly("/api/v1/verifications?status=running&limit=50")]);
    const choice = (/** @type {rounds.Choice} */ each, /** @type {string} */ mark) => h("li", {}, button(each.name, mark, () => void take(each, told, again), { class: "wide start" }));
    fill(
      box,
      h("h2", {}, t("Take along")),
      button(t("My work: what I have to do, what is on its way, what I count"), "consignment", () => void take({ kind: "mine", value: "true", name: t("My work") }, told, again), { class: "main" }),
      h("form", { class: "field", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void byTown(town, told, again); } },
        h("label", { for: "f-town" }, t("A municipality")), h("div", { class: "pair wide" }, town, h("button", {}, t("Take along"))), found),
      campaigns.length > 0 && h("section", {}, h("h3", {}, t("Counts in progress")), h("ul", { class: "plain-list" }, campaigns.map((/** @type {any} */ each) =>
        choice({ kind: "verification", value: each.id, name: `${each.number} · ${each.municipality_uk ?? ""}` }, "verify")))),
      consignments.length > 0 && h("section", {}, h("h3", {}, t("Consignments")), h("ul", { class: "plain-list" }, consignments.map((/** @type {any} */ each) =>
        choice({ kind: "consignment", value: each.id, name: `${each.number} · ${named({ name_uk: each.municipality_uk, name_en: each.municipality_en })}` }, "consignment")))),
    );
  } catch (error) {
    fill(box, flash("wait", error instanceof sender.ServerError && error.status === 401 ? t("Log in to take something along.") : t("There is no network: what is on the phone stays as it is.")));
  }
}
const found = h("div", { class: "buttons wrap" });
const town = /** @type {HTMLInputElement} */ (h("input", { id: "f-town", name: "town", autocomplete: "off", maxlength: 100 }));

/** @param {HTMLInputElement} input @param {HTMLElement} told @param {() => Promise<void>} again */
async function byTown(input, told, again) {
  const answer = await (await sender.call(`/api/v1/municipalities?q=${encodeURIComponent(input.value.trim())}&limit=8`)).json();
  const towns = Array.isArray(answer) ? answer : (answer.items ?? []);
  fill(found, towns.length
    ? towns.map((/** @type {any} */ each) => button(named(each), "municipality", () => void take({ kind: "municipality", value: each.code, name: named(each) }, told, again)))
    : h("p", {}, t("There is no such municipality.")));
}

/** @param {rounds.Choice} choice @param {HTMLElement} told @param {() => Promise<void>} again */
async function take(choice, told, again) {
  const line = h("p", {}, t("Taking along …"));
  fill(told, line);
  try {
    await navigator.storage?.persist?.();
    const round = await rounds.take(choice, (done) => fill(line, t("Taking along …"), " ", n("%(n)s asset", "%(n)s assets", done)));
    await again();
    const { notice } = await import("../app.js");
    notice("good", n("%(name)s is on this phone: %(n)s asset.", "%(name)s is on this phone: %(n)s assets.", round.assets, { name: choice.name }), null, "prepared");
  } catch (error) {
    console.info("taking along failed:", error);
    const why = error instanceof sender.ServerError ? error.message : /** @type {any} */ (error)?.full ? t("The disk of this phone is full.") : t("There is no network.");
    fill(told, flash("bad", t("Nothing was taken along, and what was here before is still here."), why));
  }
}

/** Whether the phone is fit for a day without network. @param {() => Promise<void>} again */
async function fitness(again) {
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  const estimate = await navigator.storage?.estimate?.();
  const free = estimate ? (estimate.quota ?? 0) - (estimate.usage ?? 0) : 0;
  const allowed = await camera.permission();
  const phone = await get("meta", "me").then((me) => me && import("../outbox.js").then((outbox) => outbox.device(me.id)));
  const { hasNative } = await import("../decoder.js");
  const { files } = setup;
  const decoder = (await hasNative()) || (files.wasm && (await caches.match(files.wasm)));
  const line = (/** @type {boolean} */ good, /** @type {string} */ text, /** @type {any} */ more = null) => h("li", {}, badge(good ? t("ready") : t("look at this"), good ? "good" : "warn", good ? "good" : "wait"), " ", text, more);
  const persist = async () => {
    await navigator.storage.persist();
    await again();
  };
  const look = async () => {
    try {
      (await navigator.mediaDevices.getUserMedia({ video: true })).getTracks().forEach((each) => each.stop());
    } catch (error) {
      console.info("no camera:", error);
    }
    await again();
  };
  return h("section", {}, h("h2", {}, t("Is this phone ready?")), h("ul", { class: "plain-list" },
    line(Boolean(navigator.serviceWorker?.controller), navigator.serviceWorker?.controller ? t("The app opens without network.") : t("The app is not kept on this phone yet: open it once more.")),
    line(persisted, persisted ? t("The browser promised to keep what is saved.") : t("The browser may delete what is saved when space runs out: install the app, or ask again."), !persisted && [" ", button(t("Ask"), "", () => void persist(), { class: "quiet" })]),
    line(free > 50e6, t("Free space for this app: %(size)s", { size: size(Math.max(0, free)) })),
    line(allowed === "granted", allowed === "granted" ? t("The camera may be used.") : allowed === "denied" ? t("The camera is blocked: allow it in the browser’s settings, or type the tags.") : allowed === "none" ? t("There is no camera; tags are typed.") : t("The app has not asked for the camera yet."), allowed === "prompt" && [" ", button(t("Try the camera"), "", () => void look(), { class: "quiet" })]),
    line(Boolean(decoder), decoder ? t("The code reader is on the phone.") : t("The code reader is not on the phone yet; it is downloaded when there is network.")),
    line(Boolean(phone?.server_key), phone?.server_key ? t("What you record is sealed: who finds the phone cannot read it.") : t("The phone is not registered yet: what you record is not sealed.")),
  ));
}
