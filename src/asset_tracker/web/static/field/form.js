// One form from its description (the same that the desk's pages are drawn from), and what was answered.

import { h } from "./dom.js";
import { msg, named, t } from "./words.js";

/** @typedef {import("./words.js").Field} Field */
/** @typedef {{points: any[], towns: any[], place: string|null}} Around */

const UNITS = [msg("km"), msg("hours"), msg("pages")];
const CURRENCIES = ["UAH", "EUR", "USD", "SEK"];

/** @param {Field} field */
const label = (field) =>
  h("label", { for: `f-${field.name}` }, field.label, !field.required && h("span", { class: "optional" }, ` (${t("optional")})`));

/** @param {Field} field */
const hint = (field) => field.hint && h("p", { class: "hint", id: `h-${field.name}` }, field.hint);

/** @param {Field} field @param {Around} around @returns {HTMLElement} */
export function draw(field, around) {
  const own = { id: `f-${field.name}`, name: field.name, required: field.required, "aria-describedby": field.hint ? `h-${field.name}` : null };
  const wrapped = (/** @type {any} */ ...inner) => h("div", { class: "field" }, label(field), hint(field), inner, wrong(field.name));
  switch (field.type) {
    case "choice":
      return h(
        "fieldset",
        { class: "field", id: `f-${field.name}` },
        h("legend", {}, field.label, !field.required && h("span", { class: "optional" }, ` (${t("optional")})`)),
        hint(field),
        h("div", { class: "choices" }, field.options.map(([value, text]) =>
          h("label", { class: "choice" }, h("input", { type: "radio", name: field.name, value, checked: value === field.default, required: field.required }), text))),
        wrong(field.name),
      );
    case "text":
      return wrapped(h("textarea", { ...own, maxlength: 2000 }, field.default));
    case "flag":
      return h("div", { class: "field" }, h("label", { class: "choice" }, h("input", { type: "checkbox", name: field.name, value: "yes" }), field.label));
    case "point":
    case "place":
      return wrapped(pointSelect(own, around, field.type === "place"));
    case "meter":
      return wrapped(h("div", { class: "pair" }, h("input", { ...own, inputmode: "numeric" }),
        h("select", { name: `${field.name}_unit`, "aria-label": t("What it counts") }, UNITS.map((each) => h("option", { value: each }, t(each))))));
    case "money":
      return wrapped(h("div", { class: "pair" }, h("input", { ...own, inputmode: "decimal" }),
        h("select", { name: "currency", "aria-label": t("Currency") }, CURRENCIES.map((each) => h("option", { value: each }, each)))));
    case "number":
      return wrapped(h("input", { ...own, inputmode: "numeric" }));
    case "date":
      return wrapped(h("input", { ...own, type: "date" }));
    default:
      return wrapped(h("input", { ...own, maxlength: 200, autocomplete: "off" }));
  }
}

/** @param {any} own @param {Around} around @param {boolean} towns */
function pointSelect(own, around, towns) {
  const groups = new Map();
  for (const point of around.points) {
    const key = point.municipality_code;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(point);
  }
  return h(
    "select",
    own,
    h("option", { value: "" }, t("Choose …")),
    [...groups].map(([code, points]) =>
      h("optgroup", { label: named(points[0].town) || code },
        towns && h("option", { value: `town ${code}` }, t("Somewhere in this municipality")),
        points.map((/** @type {any} */ each) => h("option", { value: each.id, selected: each.id === around.place }, named(each))))),
  );
}

/** @param {string} name */
const wrong = (name) => h("p", { class: "wrong", id: `e-${name}`, hidden: true });

const MONEY = /^\d+([.,]\d{1,2})?$/;

/**
 * What was answered, as a payload; `errors` tells what is wrong by field.
 * @param {Field[]} fields @param {HTMLFormElement} form
 */
export function answers(fields, form) {
  const data = new FormData(form);
  /** @type {Record<string, any>} */
  const payload = {};
  /** @type {Record<string, string>} */
  const errors = {};
  for (const field of fields) {
    const text = String(data.get(field.name) ?? "").trim();
    if (!text) {
      if (field.required) errors[field.name] = t("Please fill this in.");
      continue;
    }
    if (field.type === "number" || field.type === "meter") {
      const digits = text.replace(/\s/g, "");
      if (!/^\d{1,8}$/.test(digits)) errors[field.name] = t("Write a whole number.");
      else payload[field.name] = field.type === "meter" ? { value: Number(digits), unit: String(data.get(`${field.name}_unit`)) } : Number(digits);
    } else if (field.type === "money") {
      const plain = text.replace(/[\s’'₴€$]/g, "");
      if (!MONEY.test(plain)) errors[field.name] = t("Write an amount such as 1 250,00.");
      else {
        const [whole, cents = ""] = plain.split(/[.,]/);
        payload[field.name] = `${whole}.${cents.padEnd(2, "0")}`;
        payload.currency = String(data.get("currency") ?? "UAH");
      }
    } else if (field.type === "flag") payload[field.name] = true;
    else if (text.startsWith("town ")) payload.municipality = text.slice(5);
    else payload[field.name] = text;
  }
  return { payload, errors };
}

/** Show what is wrong beside its field, and go to the first. @param {HTMLFormElement} form @param {Record<string, string>} errors */
export function complain(form, errors) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".wrong"))) each.hidden = true;
  for (const each of form.querySelectorAll(".has-error")) each.classList.remove("has-error");
  const [first] = Object.keys(errors);
  for (const [name, text] of Object.entries(errors)) {
    const place = form.querySelector(`#e-${name}`);
    if (!(place instanceof HTMLElement)) continue;
    place.textContent = text;
    place.hidden = false;
    place.closest(".field")?.classList.add("has-error");
  }
  const field = first && form.querySelector(`#f-${first}`);
  if (field instanceof HTMLElement) (field.matches("fieldset") ? field.querySelector("input") : field)?.focus();
}
