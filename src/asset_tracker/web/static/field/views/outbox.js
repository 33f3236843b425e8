// The outbox: what waits, what is in the ledger, what needs somebody; and the way out when there is no network for days.

import { get } from "../db.js";
import { badge, button, fill, flash, h, icon, linkButton } from "../dom.js";
import { stateBadge, STATES, WHAT_TO_DO } from "../entry.js";
import * as outbox from "../outbox.js";
import { exportQueue } from "../handover.js";
import * as sender from "../sender.js";
import { formatTag } from "../tags.js";
import { witness } from "../witness.js";
import { ago, kindName, moment, n, t } from "../words.js";

const SHOWN = 100;

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const box = h("div", { class: "stack" });
  const draw = rest[0] ? () => one(box, rest[0]) : () => all(box);
  fill(main, box);
  await draw();
  const stop = new AbortController();
  const again = () => stop.signal.aborted || void draw();
  outbox.onChange(again);
  sender.onMood(again);
  return () => stop.abort();
}

/** @param {HTMLElement} box */
async function all(box) {
  const [me, found, counts] = [await get("meta", "me"), await outbox.entries(), await outbox.counts()];
  const troubled = found.filter((each) => outbox.TROUBLED.includes(each.state));
  const waiting = found.filter((each) => outbox.WAITING.includes(each.state));
  const others = waiting.filter((each) => each.by.id !== me?.id);
  fill(
    box,
    h("h1", {}, t("Outbox")),
    h("div", { class: "tiles three" }, ["saved", "sent", "ledger"].map((state) => {
      const [text, mark, tone] = STATES[state];
      return h("div", { class: `tile ${tone}` }, h("b", {}, String(counts[/** @type {"saved"} */ (state)])), h("span", {}, icon(mark), " ", t(text)));
    })),
    mood(),
    others.length > 0 && flash("wait", n("%(n)s fact of %(who)s waits for them: it is sent when they log in on this phone, or handed in as a file.", "%(n)s facts of %(who)s wait for them: they are sent when they log in on this phone, or handed in as a file.", others.length, { who: [...new Set(others.map((each) => each.by.name))].join(", ") })),
    counts.photos > 0 && h("p", {}, badge(n("%(n)s photo to send", "%(n)s photos to send", counts.photos), "photo", "info")),
    h("div", { class: "buttons" },
      button(t("Send now"), "transit", () => void sender.send({ now: true }), { class: "main" }),
      waiting.length > 0 && button(t("Save the outbox as a file"), "attach", () => void exportQueue(waiting).catch((error) => fill(box, flash("bad", String(error)))))),
    waiting.length > 0 && h("p", { class: "hint" }, t("The file is sealed: only the server can open it. Carry it to any device with network, and hand it in there.")),
    h("div", { class: "buttons" }, h("label", { for: "f-file", class: "button" }, icon("attach"), t("Hand in a file of another phone")), h("input", { id: "f-file", class: "visually-hidden", type: "file", accept: ".json,.sealed,application/json", onchange: (/** @type {any} */ event) => void handIn(event.target, told) })),
    told,
    section(t("Needs a look"), troubled),
    section(t("Waits on this phone"), waiting),
    section(t("In the ledger"), found.filter((each) => each.state === "ledger").slice(0, SHOWN)),
    !found.length && h("p", { class: "soft" }, t("Nothing was recorded on this phone yet.")),
  );
}
const told = h("div", { "aria-live": "polite" });

function mood() {
  const { mood: now, detail } = sender.state();
  if (now === "offline") return flash("wait", t("There is no network. Everything stays here and is sent by itself later."));
  if (now === "login") return flash("wait", h("p", {}, t("Your log-in has ended."), " ", h("a", { href: "/login?next=/field" }, t("Log in"))));
  if (now === "busy") return flash("wait", t("The server cannot take it just now: %(why)s It is tried again.", { why: detail }));
  if (now === "sending") return h("p", { class: "soft" }, t("Sending …"));
  return null;
}

/** @param {string} title @param {outbox.Entry[]} entries */
function section(title, entries) {
  return entries.length > 0 && h("section", {}, h("h2", {}, title), h("ul", { class: "plain-list entries" }, entries.map((each) =>
    h("li", {}, stateBadge(each), " ", h("a", { href: `#/outbox/${each.id}` }, kindName(each.kind)), " ", h("span", { class: "tag" }, each.tag.length === 8 ? formatTag(each.tag) : each.tag), " ", each.name, " ",
      h("span", { class: "soft small" }, moment(each.at)),
      outbox.TROUBLED.includes(each.state) && h("p", { class: "small" }, each.reason ? t(each.reason) : "", " ", t(WHAT_TO_DO[each.state]))))));
}

/** @param {HTMLElement} box @param {string} id */
async function one(box, id) {
  const each = await outbox.entry(id);
  if (!each) return void fill(box, flash("info", t("This is not on this phone any more; what is in the ledger is.")), linkButton("#/outbox", t("Outbox"), "transit"));
  const fact = (/** @type {string} */ name, /** @type {any} */ value) => value !== undefined && value !== null && value !== "" && [h("dt", {}, name), h("dd", {}, value)];
  fill(
    box,
    h("p", { class: "crumbs" }, h("a", { href: "#/outbox" }, t("Outbox"))),
    h("h1", {}, kindName(each.kind)),
    h("p", {}, stateBadge(each)),
    h("p", {}, t(WHAT_TO_DO[each.state])),
    each.reason && flash("wait", t(each.reason), each.errors?.length ? h("ul", {}, each.errors.map((/** @type {any} */ error) => h("li", {}, `${error.field}: ${error.message}`))) : null),
    h("dl", { class: "facts card" },
      fact(t("Asset"), [h("a", { class: "tag", href: `#/a/${each.tag}` }, each.tag.length === 8 ? formatTag(each.tag) : each.tag), " ", each.name]),
      fact(t("It happened"), moment(each.at)),
      fact(t("Saved"), `${moment(each.saved_at)} (${ago(each.saved_at, Date.now())})`),
      fact(t("By"), each.by.name),
      fact(t("Number on this phone"), String(each.seq)),
      fact(t("Photos"), each.photos.length || null),
      fact(t("Sealed for the server"), each.box ? t("yes: this phone itself cannot read it any more") : null),
      fact(t("Tries"), each.tries || null),
      fact(t("In the ledger since"), each.receipt && moment(each.receipt.recorded_at)),
      fact(t("Receipt"), each.receipt && h("code", {}, `${each.receipt.seq}:${each.receipt.hash.slice(0, 16)}`)),
      fact(t("Identifier"), h("code", {}, each.id))),
    each.state === "ledger" && each.receipt && witness(each),
    outbox.TROUBLED.includes(each.state) && h("div", { class: "buttons" },
      each.state === "rejected" && button(t("Send it again"), "transit", () => void outbox.dismiss(id).then(() => sender.send({ now: true }))),
      each.state !== "rejected" && button(t("Take it off this list"), "check", () => void outbox.dismiss(id).then(() => (location.hash = "#/outbox")))),
  );
}

/** @param {HTMLInputElement} input @param {HTMLElement} place */
async function handIn(input, place) {
  const [file] = input.files ?? [];
  input.value = "";
  if (!file) return;
  try {
    const answer = await sender.call("/api/v1/field/sealed", { method: "POST", body: await file.text(), headers: { "content-type": "application/json" } });
    const { outcomes } = await answer.json();
    const kept = outcomes.filter((/** @type {any} */ each) => ["recorded", "duplicate"].includes(each.outcome)).length;
    fill(place, flash(kept === outcomes.length ? "good" : "wait", t("Handed in: %(kept)s of %(all)s are in the ledger, the server keeps the others for a coordinator.", { kept, all: outcomes.length })));
  } catch (error) {
    fill(place, flash("bad", t("The file was not taken: %(why)s", { why: error instanceof Error ? error.message : String(error) })));
  }
}
