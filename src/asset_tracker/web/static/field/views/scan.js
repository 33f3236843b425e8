// Scanning: the camera, a keyboard scanner or typing; a running list; then one action for many.

import * as camera from "../camera.js";
import { get } from "../db.js";
import { badge, button, fill, flash, h, icon, linkButton } from "../dom.js";
import { signal } from "../feedback.js";
import * as list from "../list.js";
import * as outbox from "../outbox.js";
import * as rounds from "../rounds.js";
import * as sender from "../sender.js";
import { complaint, formatTag, fromKeys, meant, read } from "../tags.js";
import { actionsFor, targetsOf } from "../targets.js";
import { form, moment, msg, n, named, t, word } from "../words.js";

/** @typedef {import("../list.js").Item} Item */

/** So many actions are shown at once; the others are one touch away. */
const FIRST = 4;

/** @param {import("../app.js").Place} place */
export async function show({ main }) {
  /** @type {camera.Running|null} */
  let running = null;
  let left = false;
  const said = h("div", { class: "said", role: "status", "aria-live": "assertive" });
  const video = /** @type {HTMLVideoElement} */ (h("video", { playsinline: true, muted: true, ".muted": true, "aria-label": t("What the camera sees") }));
  const finder = h("div", { class: "finder", hidden: true }, video, h("div", { class: "aim", "aria-hidden": "true" }));
  const tools = h("div", { class: "buttons camera-tools" });
  const items = h("div", {});
  const actions = h("div", {});
  const context = h("div", {});

  // What is being taken or drawn is not there yet: whoever has the page read out, or waits for it, is told so.
  let atWork = 0;
  const during = async (/** @type {() => Promise<void>} */ work) => {
    atWork++;
    main.setAttribute("aria-busy", "true");
    try {
      await work();
    } finally {
      if (!--atWork) main.removeAttribute("aria-busy");
    }
  };
  const take = (/** @type {string} */ text, foreign = false) => during(() => taken(text, foreign));
  const taken = async (/** @type {string} */ text, /** @type {boolean} */ foreign) => {
    const scan = await list.scanned(text, { foreign });
    if (scan.outcome === "ignored") return;
    signal(scan.outcome === "new" && scan.item?.kind === "unknown" ? "wrong" : scan.outcome);
    tell(scan);
    if (scan.outcome === "new" && list.current().campaign && scan.item) await counted(scan.item);
    await redraw();
  };
  const tell = (/** @type {list.Scanned} */ scan) => {
    const [tone, mark, text] = toldOf(scan);
    said.className = `said ${tone}`;
    const many = list.current().items.length;
    fill(said, icon(mark), h("strong", {}, scan.item?.shown ?? ""), " ", text, h("span", { class: "many", "aria-label": n("%(n)s scanned", "%(n)s scanned", many) }, String(many)));
  };

  // Typing, pasting, and scanners that type.
  const field = /** @type {HTMLInputElement} */ (h("input", {
    id: "f-tag", name: "tag", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "done",
    inputmode: "text", maxlength: 4000, "aria-describedby": "h-tag e-tag",
  }));
  const wrong = h("p", { class: "wrong", id: "e-tag", role: "alert", hidden: true });
  const typed = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = fromKeys(field.value);
    const found = read(text);
    wrong.hidden = true;
    // Eight characters or nearly so are meant to be a tag: say what is wrong with them before taking them as a foreign code.
    const looksLikeTag = /^[\p{L}\d\s·.‐-―-]{1,11}$/u.test(text.trim());
    if (!text.trim() || ("code" in found && found.wrong) || ("code" in found && looksLikeTag && !(await rounds.byKey(text.trim())))) {
      const near = await nearest(text);
      wrong.hidden = false;
      fill(wrong, icon("bad"), h("span", {}, t(("code" in found && found.wrong) || complaint(text)), " ",
        text.trim() && button(t("It is a foreign code"), "label", () => { field.value = ""; wrong.hidden = true; void take(text, true); }, { class: "near" }), " ",
        near.length > 0 && [t("Is it one of these?"), " ", near.map((each) => button(formatTag(each), "", () => { field.value = each; void typed(new Event("submit")); }, { class: "near" }))]));
      field.focus();
      return;
    }
    field.value = "";
    await take(text);
    field.focus();
  };
  const keyboard = h("form", { class: "typed", onsubmit: typed },
    h("label", { for: "f-tag" }, t("Type the tag, or use a scanner that types")),
    h("div", { class: "pair wide" }, field, h("button", { class: "main" }, t("Take it"))),
    h("p", { class: "hint", id: "h-tag" }, t("Eight characters, the last one checks the others. O for 0, I for 1 and Cyrillic look-alikes are put right.")),
    wrong);

  const photo = h("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", id: "f-photo", onchange: (/** @type {any} */ event) => void fromPhoto(event.target) });
  const fromPhoto = async (/** @type {HTMLInputElement} */ input) => {
    const [file] = input.files ?? [];
    input.value = "";
    if (!file) return;
    try {
      const codes = await camera.readPhoto(file);
      for (const code of codes) await take(code);
      if (!codes.length) told("wait", "warn", t("No code was found on the photo. Go nearer, hold still, avoid reflections."));
    } catch {
      told("bad", "bad", t("The photo could not be read. Type the tag instead."));
    }
  };
  /** A bar code has weak checks, so a camera's must be read twice; a tag has a check of its own.
   * @type {Map<string, number>} */
  const once = new Map();
  const sure = (/** @type {string} */ text) => {
    if (!("code" in read(text))) return true;
    const before = once.get(text);
    once.set(text, performance.now());
    return text.length > 3 && before !== undefined && performance.now() - before < 1500;
  };
  const told = (/** @type {string} */ tone, /** @type {string} */ mark, /** @type {string} */ text) => {
    said.className = `said ${tone}`;
    fill(said, icon(mark), text);
  };

  const open = async () => {
    tools.querySelector("button")?.setAttribute("disabled", "");
    finder.hidden = false;
    try {
      const made = await camera.start(video, (text) => void (sure(text) && take(text)));
      if (left) return made.stop();
      running = made;
      told("info", "verify", t("Point the camera at a label."));
    } catch (error) {
      finder.hidden = true;
      const why = error instanceof camera.CameraError ? error.why : "busy";
      told("wait", "warn", t(WHY[why]));
    }
    drawTools();
  };
  const close = () => {
    running?.stop();
    running = null;
    finder.hidden = true;
    drawTools();
  };
  const drawTools = () => {
    const photoLabel = h("label", { for: "f-photo", class: "button" }, icon("photo"), t("Photo of a label"));
    if (!running) {
      fill(tools, button(t("Open the camera"), "photo", () => void open(), { class: "main" }), photoLabel, photo);
      return;
    }
    const { torch, zoom, cameras, using } = running;
    let lit = false;
    const light = button(t("Light"), "fault", () => {
      lit = !lit;
      void torch?.(lit);
      light.setAttribute("aria-pressed", String(lit));
    }, { "aria-pressed": "false" });
    fill(
      tools,
      button(t("Close the camera"), "back", close),
      torch && light,
      zoom && h("label", { class: "zoom" }, t("Zoom"), h("input", { type: "range", min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: zoom.value, oninput: (/** @type {any} */ event) => void zoom.set(Number(event.target.value)) })),
      cameras.length > 1 && h("label", { class: "camera" }, h("span", { class: "visually-hidden" }, t("Which camera")),
        h("select", { onchange: (/** @type {any} */ event) => { camera.remember(event.target.value); close(); void open(); } },
          cameras.map((each, at) => h("option", { value: each.deviceId, selected: each.deviceId === using }, each.label || t("Camera %(n)s", { n: at + 1 }))))),
      photoLabel, photo,
    );
  };

  let drawings = 0;
  const redraw = () => during(draw);
  const draw = async () => {
    const mine = ++drawings;
    const now = { ...list.current(), items: [...list.current().items] };
    const shown = await contextOf(redraw);
    if (mine !== drawings) return; // another one has begun, and knows more
    fill(context, shown);
    const listed = await itemsOf(now, redraw);
    if (mine !== drawings) return;
    fill(items, listed);
    const offered = await offers(now);
    if (mine === drawings) fill(actions, offered);
  };

  drawTools();
  fill(main, h("h1", {}, t("Scan")), context, finder, tools, said, keyboard, actions, items);
  await redraw();

  // A scanner that types sends its keys to whatever is focused; outside of fields they are collected here.
  let keys = "";
  const listen = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.target instanceof HTMLElement && event.target.matches("input, select, textarea, button, a"))) return;
    if (event.key === "Enter" && keys.length > 5) {
      void take(fromKeys(keys));
      keys = "";
    } else if (event.key.length === 1) keys += event.key;
  };
  document.addEventListener("keydown", listen);
  if ((await camera.permission()) === "granted") void open();
  return () => {
    left = true;
    running?.stop();
    document.removeEventListener("keydown", listen);
  };
}

const WHY = /** @type {Record<string, string>} */ ({
  refused: msg("The camera is blocked. Allow it in the browser’s settings, or type the tag, or take a photo of the label."),
  none: msg("There is no camera here. Type the tag, or use a scanner that types."),
  busy: msg("Another app is using the camera. Type the tag, or take a photo of the label."),
  insecure: msg("This browser does not allow the camera at this address. Type the tag, or use a scanner that types."),
  decoder: msg("The code reader is not on this phone yet: open the app once with network. Until then, type the tag."),
});

/** @param {list.Scanned} scan @returns {[string, string, string]} */
function toldOf(scan) {
  if (scan.outcome === "place") return ["info", "place", t("Everything that follows goes into: %(place)s", { place: named(scan.place) })];
  if (scan.outcome === "wrong") return ["bad", "bad", t(scan.wrong ?? "")];
  if (scan.outcome === "again") return ["wait", "warn", t("already scanned")];
  if (scan.item?.kind === "asset") return ["good", "good", named(scan.item)];
  if (scan.item?.kind === "blank") return ["info", "info", t("a tag that is not on this phone")];
  return ["wait", "warn", t("a foreign code: link it to an asset")];
}

/** @param {string} text */
async function nearest(text) {
  const { all } = await import("../db.js");
  return meant(text, (await all("assets")).map((each) => each.tag));
}

/** Where things go, and what is being counted. @param {() => Promise<void>} redraw */
async function contextOf(redraw) {
  const { place, campaign } = list.current();
  const points = await rounds.points();
  const counting = campaign && (await get("campaigns", campaign));
  return [
    counting && flash("info", h("p", {}, h("strong", {}, t("Counting:")), " ", h("a", { href: `#/count/${campaign}` }, counting.name)),
      h("div", { class: "buttons" }, button(t("Stop counting"), "check", () => void list.setCampaign(null).then(redraw)))),
    points.length > 0 && h("div", { class: "field place" }, h("label", { for: "f-place" }, t("Everything into this place")),
      h("select", { id: "f-place", onchange: (/** @type {any} */ event) => void list.setPlace(event.target.value || null).then(redraw) },
        h("option", { value: "" }, t("No place chosen")),
        points.map((each) => h("option", { value: each.id, selected: each.id === place }, `${named(each)}${each.town ? `, ${named(each.town)}` : ""}`)))),
  ];
}

/** @param {import("../list.js").List} now @param {() => Promise<void>} redraw */
async function itemsOf(now, redraw) {
  if (!now.items.length) return [];
  const assets = await Promise.all(now.items.map((each) => (each.asset ? rounds.byId(each.asset) : null)));
  const standing = await rounds.standing(assets.flatMap((each) => (each ? [each] : [])));
  const every = now.items.every((each) => each.chosen);
  return [
    h("div", { class: "list-head" },
      h("h2", {}, n("%(n)s scanned", "%(n)s scanned", now.items.length)),
      h("div", { class: "buttons" },
        button(every ? t("Choose none") : t("Choose all"), "check", () => void list.chooseAll(!every).then(redraw), { class: "quiet" }),
        button(t("Clear the list"), "dispose", () => void list.clear().then(redraw), { class: "quiet" }))),
    h("ol", { class: "scans" }, now.items.map((item, at) => row(item, assets[at], standing.get(item.asset ?? ""), redraw))),
  ];
}

/** @param {Item} item @param {any} asset @param {any} standing @param {() => Promise<void>} redraw */
function row(item, asset, standing, redraw) {
  const place = list.current().place;
  const elsewhere = asset && place && standing?.service_point && standing.service_point !== place;
  const stage = standing && word("stage", standing.stage);
  const condition = standing && word("condition", standing.condition);
  return h(
    "li",
    { class: `scan ${item.kind}` },
    h("input", { type: "checkbox", checked: item.chosen, "aria-label": t("Choose %(tag)s", { tag: item.shown }), disabled: item.kind === "unknown", onchange: (/** @type {any} */ event) => void list.choose(item, event.target.checked).then(redraw) }),
    h("div", { class: "what" },
      h("a", { class: "tag", href: item.kind === "unknown" ? `#/bind/code/${encodeURIComponent(item.key)}` : `#/a/${item.key}` }, item.shown), " ",
      asset ? named(asset) : item.kind === "blank" ? t("not on this phone") : t("foreign code"),
      asset?.serial && h("span", { class: "soft small" }, ` ${asset.serial}`),
      h("div", { class: "badges" },
        stage && badge(stage.text, stage.icon, stage.tone),
        condition && standing.condition !== "unknown" && badge(condition.text, condition.icon, condition.tone),
        item.times > 1 && badge(t("already scanned, %(n)s times", { n: item.times }), "warn", "wait"),
        elsewhere && badge(t("belongs to another place"), "place", "wait"),
        h("span", { class: "soft small" }, moment(item.at)))),
    button("", "dispose", () => void list.remove(item).then(redraw), { class: "quiet", "aria-label": t("Take %(tag)s off the list", { tag: item.shown }) }),
  );
}

/** What can be done with all that is chosen. @param {import("../list.js").List} now */
async function offers(now) {
  const chosen = now.items.filter((each) => each.chosen && each.kind !== "unknown");
  if (!chosen.length || now.campaign) return [];
  const all = await actionsFor(await targetsOf(chosen));
  const possible = all.filter((each) => each.can.length);
  const links = possible.map(({ kind, can }, at) => {
    const asked = form(kind);
    const many = can.length < chosen.length ? ` · ${can.length}/${chosen.length}` : "";
    return asked && linkButton(`#/do/${kind}`, asked.verb + many, asked.icon, `${at === 0 ? "main" : ""} ${asked.tone === "danger" ? "danger" : ""}`);
  });
  return h("section", { class: "offers stack" },
    h("h2", {}, n("For the %(n)s chosen", "For the %(n)s chosen", chosen.length)),
    h("div", { class: "buttons wrap" }, links.slice(0, FIRST)),
    links.length > FIRST && h("details", {}, h("summary", {}, t("Other actions")), h("div", { class: "buttons wrap" }, links.slice(FIRST))));
}

/** While counting, a scan is the fact. @param {Item} item */
async function counted(item) {
  const me = await get("meta", "me");
  const { campaign, place } = list.current();
  const known = campaign && (await get("campaigns", campaign));
  if (!me || !known) return;
  const point = place ?? known.service_point_id ?? null;
  const asset = item.asset ? await rounds.byId(item.asset) : null;
  const where = point ? { service_point: point } : {};
  const draft = asset || item.kind === "blank"
    ? { asset: asset?.id ?? item.key, tag: item.key, name: item.name_uk, payload: { kind: "verified", method: "scan", campaign, ...where }, head: asset?.head_hash, head_seq: asset?.head_seq }
    : { asset: item.key, tag: item.shown, name: t("foreign code"), payload: { kind: "unknown_code", ...where }, scan: { campaign: String(campaign), code: item.key } };
  await outbox.record({ id: me.id, name: me.name }, [draft]);
  void sender.send();
}
