// The field app: starts, shows the view that the address names, and keeps the three states in sight.

import * as clock from "./clock.js";
import * as store from "./db.js";
import { button, fill, flash, h, icon } from "./dom.js";
import * as list from "./list.js";
import * as outbox from "./outbox.js";
import * as sender from "./sender.js";
import { setup } from "./setup.js";
import { lang, msg, n, speak, t } from "./words.js";

/** @typedef {{name: string, rest: string[], main: HTMLElement, again: () => Promise<void>}} Place */
/** @typedef {{show: (place: Place) => Promise<void|(() => void)>}} View */

/** @type {Record<string, () => Promise<View>>} */
const VIEWS = {
  "": () => import("./views/home.js"),
  scan: () => import("./views/scan.js"),
  a: () => import("./views/asset.js"),
  do: () => import("./views/act.js"),
  done: () => import("./views/done.js"),
  prepare: () => import("./views/prepare.js"),
  outbox: () => import("./views/outbox.js"),
  count: () => import("./views/count.js"),
  work: () => import("./views/work.js"),
  bind: () => import("./views/bind.js"),
};
/** @type {[string, string, string][]} */
const BAR = [["scan", msg("Scan"), "verify"], ["outbox", msg("Outbox"), "transit"], ["prepare", msg("Prepare"), "consignment"], ["", msg("Overview"), "today"]];

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
const main = h("main", { id: "main", tabindex: "-1" });
const notices = h("div", { class: "notices", "aria-live": "polite" });
const chips = h("a", { href: "#/outbox", class: "chips" });
/** What the view wants done when it is left. @type {void|(() => void)} */
let leave;
let turn = 0;
/** A new version runs behind this page. */
let stale = false;

async function start() {
  // With a service worker the face is on the phone; without one it must not hold up the first page.
  if (navigator.serviceWorker?.controller) document.body.classList.add("face");
  const greeting = greet();
  const speaking = language(localStorage.getItem("field-lang") ?? (document.documentElement.lang || "uk"));
  try {
    await clock.wind();
    await list.load();
    await Promise.all([speaking, greeting]);
  } catch (error) {
    await speaking;
    fill(main, flash("bad", t("The store of this phone cannot be opened. Nothing can be recorded until it can: close other tabs, free space, and open the app again."), String(error)));
    return;
  }
  elsewhere();
  addEventListener("hashchange", () => {
    if (stale) return location.reload();
    for (const each of notices.querySelectorAll(".flash.good")) each.remove();
    void show();
  });
  outbox.onChange(() => void count());
  sender.onMood(() => void count());
  for (const event of ["online", "offline"]) addEventListener(event, () => void count());
  await Promise.all([show(), count()]);
  performance.mark("field-usable");
  sender.start();
  document.body.classList.add("face");
  await serve();
}

/** Somebody who opens the app for the first time is asked for while the rest is still on its way. */
async function greet() {
  if (await store.get("meta", "me")) return;
  try {
    await sender.me();
  } catch (error) {
    unknown = error;
  }
}
/** Why nobody is known yet. @type {unknown} */
let unknown = null;

/** The label of a thing or of a place that was opened with no network, or another page that needs one. */
function elsewhere() {
  const label = /^\/a\/([^/]+)\/?$/i.exec(location.pathname);
  const point = /^\/points\/[^/]+\/?$/i.test(location.pathname);
  if (label) history.replaceState(null, "", `/field#/a/${label[1]}`);
  else if (point) {
    void list.scanned(location.href);
    history.replaceState(null, "", "/field#/scan");
  }
  else if (location.pathname !== "/field") {
    const asked = location.pathname + location.search;
    history.replaceState(null, "", "/field#/");
    notice("wait", t("That page needs the network. What you record here is kept on this phone."), h("a", { href: asked }, t("Try that page again")));
  }
}

/** @param {string} wanted */
export async function language(wanted) {
  const chosen = wanted === "en" ? "en" : "uk";
  speak(await (await fetch(setup.files[chosen])).json());
  localStorage.setItem("field-lang", chosen);
  document.title = t("Asset tracker");
  frame();
}

function frame() {
  const other = lang() === "uk" ? "en" : "uk";
  const switched = async () => {
    await language(other);
    await Promise.all([show(), count()]);
    const body = new URLSearchParams({ lang: other, next: "/field" });
    fetch("/language", { method: "POST", body, redirect: "manual" }).catch(() => {}); // with no network only here
  };
  fill(
    app,
    h("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => (event.preventDefault(), main.focus()) }, t("To the content")),
    h("header", { class: "top" },
      h("a", { class: "brand", href: "#/" }, icon("logo"), h("span", {}, t("Asset tracker"))),
      chips,
      h("div", { class: "top-tools" },
        button(other === "en" ? "EN" : "УК", "", () => void switched(), { class: "quiet", lang: other, "aria-label": other === "en" ? "EN: English" : "УК: Українська" }))),
    notices,
    main,
    h("nav", { class: "bar", "aria-label": t("Main") }, BAR.map(([name, text, mark]) => h("a", { href: `#/${name}`, "data-view": name }, icon(mark), t(text)))),
  );
}

/** Show what the address names. */
export async function show() {
  const mine = ++turn;
  const [, name = "", ...rest] = location.hash.split("?")[0].split("/").map(decodeURIComponent);
  if (leave) leave();
  leave = undefined;
  for (const each of app.querySelectorAll(".bar a")) {
    if (each.getAttribute("data-view") === name) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  const place = h("div", { class: "view", "data-address": location.hash });
  try {
    const view = await (VIEWS[name] ?? VIEWS[""])();
    if (!(await known(place))) {
      fill(main, place);
      return;
    }
    const left = await view.show({ name, rest, main: place, again: show });
    if (mine !== turn) {
      if (left) left();
      return;
    }
    leave = left;
  } catch (error) {
    console.error(error);
    fill(place, flash("bad", t("This did not work. What was saved before is still on this phone."), String(error)));
  }
  if (mine !== turn) return;
  const focused = main.contains(document.activeElement);
  fill(main, place);
  if (focused || document.activeElement === document.body) main.focus({ preventScroll: true });
}

/** Whether somebody logged in on this phone; if not, `place` says how. @param {HTMLElement} place */
async function known(place) {
  if (await store.get("meta", "me")) return true;
  if (!unknown) await greet(); // somebody logged out
  if (await store.get("meta", "me")) return true;
  const login = unknown instanceof sender.ServerError && unknown.status === 401;
  unknown = null; // asked again at the next view
  fill(place, h("div", { class: "card stack" },
    h("h1", {}, t("Log in once, while you have network")),
    h("p", {}, login ? t("Then this phone works without network too.") : t("There is no network, and nobody has logged in on this phone yet.")),
    h("a", { class: "button main", href: "/login?next=/field" }, t("Log in"))));
  return false;
}

/** The three states, always in sight. */
async function count() {
  const found = await outbox.counts();
  const troubled = found.conflict + found.quarantined + found.rejected;
  const { mood } = sender.state();
  const offline = !navigator.onLine || mood === "offline";
  const chip = (/** @type {string} */ tone, /** @type {string} */ mark, /** @type {number} */ many, /** @type {string} */ text) =>
    h("span", { class: `badge ${tone}`, title: text }, icon(mark), String(many), h("span", { class: "visually-hidden" }, ` ${text}`));
  fill(
    chips,
    h("span", { class: `badge ${offline ? "wait" : "plain"}`, title: offline ? t("No network") : t("Network") }, icon(offline ? "warn" : "works"),
      h("span", { class: "visually-hidden" }, offline ? t("No network") : t("Network"))),
    chip(found.saved ? "info" : "plain", "install", found.saved, t("saved on this phone")),
    chip(found.sent ? "wait" : "plain", "transit", found.sent, t("sent, not confirmed")),
    chip(found.ledger ? "good" : "plain", "good", found.ledger, t("in the ledger")),
    troubled ? chip("bad", "warn", troubled, t("need a look")) : null,
  );
  if (mood === "login") notice("wait", t("Your log-in has ended. What you record stays on this phone and is sent after you log in again."), h("a", { href: "/login?next=/field" }, t("Log in")), "login");
  else drop("login");
  store.remember(found.saved + found.sent);
  if (store.lost()) notice("bad", n("The browser erased what this phone kept: %(n)s fact that was not sent yet is gone. Record it again, and tell your coordinator.", "The browser erased what this phone kept: %(n)s facts that were not sent yet are gone. Record them again, and tell your coordinator.", store.lost()),
    button(t("I have read this"), "check", () => { store.seen(); drop("erased"); }), "erased");
}

/** @param {"good"|"wait"|"bad"|"info"} tone @param {string} text @param {Node|null} [more] @param {string} [key] */
export function notice(tone, text, more = null, key = text) {
  drop(key);
  const box = flash(tone, text, more);
  box.dataset.key = key;
  box.append(button("", "check", () => box.remove(), { class: "quiet", "aria-label": t("Close") }));
  notices.append(box);
}

/** @param {string} key */
function drop(key) {
  for (const each of notices.children) if (/** @type {HTMLElement} */ (each).dataset.key === key) each.remove();
}

/** The service worker: what it keeps for days without network, and how it takes a new version. */
async function serve() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    notice("info", t("A new version is ready. What is in the outbox stays and is sent as it was saved."),
      button(t("Use it now"), "back", () => registration.waiting?.postMessage("take over")), "update");
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  const controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled) return;
    if (app.querySelector("form.form")) stale = true; // after what is being written here
    else location.reload();
  });
  const ready = await navigator.serviceWorker.ready;
  const { hasNative } = await import("./decoder.js");
  ready.active?.postMessage((await hasNative()) ? "take the face" : "take the rest");
}

void start();
