// One fact for one asset or for all that are chosen: asked for, saved, read back, and only then told.

import { get } from "../db.js";
import { now } from "../clock.js";
import { button, fill, flash, h, icon, linkButton } from "../dom.js";
import { answers, complain, draw } from "../form.js";
import * as list from "../list.js";
import * as outbox from "../outbox.js";
import { shrink } from "../photos.js";
import * as rounds from "../rounds.js";
import * as sender from "../sender.js";
import { signatureField } from "../signature.js";
import { actionsFor, nameOf, targetsOf } from "../targets.js";
import { form as formOf, n, t } from "../words.js";
import { orderCard } from "../work.js";

const MAX_PHOTOS = 20;
const SIGNED = ["delivered"];

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const kind = rest[0];
  const asked = formOf(kind);
  const order = rest[1] ? (await rounds.orders()).find((each) => each.id === rest[1]) : undefined;
  const chosen = list.current().items.filter((each) => each.chosen && each.kind !== "unknown");
  const targets = (await targetsOf(chosen)).filter((each) => !order || each.asset?.id === order.asset);
  const action = (await actionsFor(targets)).find((each) => each.kind === kind);
  if (!asked || !action?.can.length) {
    fill(main, flash("wait", t("This cannot be recorded for anything you have chosen.")), linkButton("#/scan", t("Scan"), "verify", "main"));
    return;
  }
  const note = { name: "note", label: asked.note, type: "text", required: false, hint: "", options: [], default: "" };
  const fields = [...asked.fields, note].filter((each) => each.name !== "method")
    .map((each) => (order && each.name === "work" ? { ...each, default: order.title } : each));
  const around = { points: await rounds.points(), towns: [], place: list.current().place ?? placeOf(action.can) };
  /** @type {outbox.Picture[]} */
  const pictures = [];
  const shown = h("div", { class: "preview" });
  const signature = SIGNED.includes(kind) ? signatureField() : null;
  const problem = h("div", {});
  const when = /** @type {HTMLInputElement} */ (h("input", { id: "f-when", type: "datetime-local", value: local(now()), max: local(now() + 3600_000) }));
  const whenShown = when.value;
  const save = h("button", { class: `main ${asked.tone}`, type: "submit" }, icon("check"), t("Save on this phone"));

  const form = /** @type {HTMLFormElement} */ (h(
    "form",
    { class: "form", novalidate: true, onsubmit: (/** @type {Event} */ event) => void submit(event) },
    asked.explains && h("p", {}, asked.explains),
    fields.map((each, at) => [draw(each, around), asked.when && at === 0 && h("div", { class: "field" }, h("label", { for: "f-when" }, asked.when), when)]),
    h("div", { class: "field" }, h("span", { class: "label" }, t("Photos"), h("span", { class: "optional" }, ` (${t("optional")})`)),
      h("p", { class: "hint" }, t("They are made small here; place and time of the camera are taken out.")),
      h("input", { id: "f-photos", class: "visually-hidden", type: "file", accept: "image/*", multiple: true, onchange: (/** @type {any} */ event) => void added(event.target) }),
      h("div", { class: "buttons" }, h("label", { for: "f-photos", class: "button" }, icon("photo"), t("Add photos"))), shown),
    signature?.element,
    !asked.when && h("details", {}, h("summary", {}, t("It happened at another time")), h("div", { class: "field" }, h("label", { for: "f-when" }, t("When it happened")), when)),
    problem,
    h("div", { class: "buttons" }, save, linkButton("#/scan", t("Not now"), "back", "quiet")),
  ));

  const added = async (/** @type {HTMLInputElement} */ input) => {
    for (const file of input.files ?? []) {
      if (pictures.length >= MAX_PHOTOS) break;
      try {
        const made = await shrink(file);
        if (!pictures.some((each) => each.sha256 === made.sha256)) pictures.push(made);
      } catch {
        fill(problem, flash("wait", t("One of the pictures could not be read and was left out: %(name)s", { name: file.name })));
      }
    }
    input.value = "";
    drawPictures();
  };
  const drawPictures = () =>
    fill(shown, pictures.map((each, at) => {
      const url = URL.createObjectURL(each.blob);
      return h("span", { class: "shot" }, h("img", { src: url, alt: t("Photo %(n)s", { n: at + 1 }), onload: () => URL.revokeObjectURL(url) }),
        button("", "dispose", () => { pictures.splice(at, 1); drawPictures(); }, { class: "quiet", "aria-label": t("Remove photo %(n)s", { n: at + 1 }) }));
    }));

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const { payload, errors } = answers(fields, form);
    if (kind === "note" && !payload.note && !pictures.length) errors.note = t("Write a note or add a photo.");
    if (["moved", "evacuated"].includes(kind) && (payload.service_point || payload.municipality)) delete errors.service_point;
    if (kind === "service_counted") uncounted(payload, when.value, errors);
    complain(form, errors);
    if (Object.keys(errors).length) return;
    save.disabled = true;
    fill(problem);
    try {
      const signed = await signature?.picture();
      const me = await get("meta", "me");
      const at = when.value && when.value !== whenShown ? new Date(when.value).getTime() : undefined;
      const said = { kind, ...(kind === "verified" ? { method: "scan" } : {}), ...payload, ...(order ? does(order, kind) : {}) };
      const drafts = action.can.map((each) => ({
        asset: each.ref, tag: each.tag, name: each.asset?.name_uk ?? "", payload: said, at, head: each.asset?.head_hash, head_seq: each.asset?.head_seq,
      }));
      const made = await outbox.record({ id: me.id, name: me.name }, drafts, signed ? [...pictures, signed] : pictures);
      if (order) await rounds.close(order.id, made[0].id);
      void sender.send();
      location.hash = `#/done/${made.map((each) => each.id).join(",")}`;
    } catch (error) {
      save.disabled = false;
      const full = /** @type {any} */ (error)?.full;
      fill(problem, flash("bad",
        h("p", {}, h("strong", {}, t("Nothing was saved."))),
        h("p", {}, full ? t("The disk of this phone is full. Free some space (photos, videos, other apps), then save again: what you wrote is still here.") : t("The phone could not keep it. Try again; what you wrote is still here.")),
        h("p", { class: "small soft" }, String(error))));
      problem.scrollIntoView({ block: "center" });
    }
  };

  fill(
    main,
    h("p", { class: "crumbs" }, order ? h("a", { href: "#/work" }, t("What I have to do")) : h("a", { href: "#/scan" }, t("To the list"))),
    h("h1", {}, asked.verb),
    order && orderCard(order),
    h("details", { class: "card", open: action.can.length === 1 }, h("summary", {}, n("For %(n)s asset", "For %(n)s assets", action.can.length)),
      h("ul", { class: "plain-list" }, action.can.map((each) => h("li", {}, h("span", { class: "tag" }, each.shown), " ", nameOf(each))))),
    action.cannot.length > 0 && h("div", { class: "flash wait" }, icon("warn"), h("div", {}, h("p", {}, n("%(n)s is left out:", "%(n)s are left out:", action.cannot.length)),
      h("ul", {}, action.cannot.map(({ target, reason }) => h("li", {}, h("span", { class: "tag" }, target.shown), " ", nameOf(target), ": ", reason))))),
    form,
  );
}

/** What is missing of a count of service. @param {any} payload @param {string} until @param {Record<string, string>} errors */
function uncounted(payload, until, errors) {
  if (!["trips", "consultations", "meter"].some((each) => each in payload || each in errors)) errors.trips = t("Write how many; 0 is an answer, too.");
  if (payload.since && payload.since > until.slice(0, 10)) errors.since = t("The first day counted is after the last.");
}

/** What a fact says of the order that it does. @param {rounds.Order} order @param {string} kind */
const does = (order, kind) => ({ order: order.id, ...(order.plan && kind === "maintained" ? { plan: order.plan } : {}) });

/** Where they are bound for, when they all go to one place. @param {import("../targets.js").Target[]} targets */
function placeOf(targets) {
  const places = new Set(targets.map((each) => each.standing?.service_point ?? null));
  return places.size === 1 ? [...places][0] : null;
}

/** A time as a field of a form shows it. @param {number} at */
function local(at) {
  const here = new Date(at - new Date(at).getTimezoneOffset() * 60000);
  return here.toISOString().slice(0, 16);
}
