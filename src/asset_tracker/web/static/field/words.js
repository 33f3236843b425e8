// What the app says. English stands in the code; the other language comes from the server's catalogues.

/** @typedef {{text: string, icon: string, tone: string}} Word */
/** @typedef {{name: string, label: string, type: string, required: boolean, hint: string,
 *   options: [string, string][], default: string}} Field */
/** @typedef {{kind: string, verb: string, done: string, icon: string, fields: Field[], explains: string,
 *   tone: string, note: string, when: string}} Form */
/** @typedef {{lang: string, words: Record<string, string|string[]>, forms: Record<string, Form>,
 *   vocabulary: Record<string, Record<string, Word>>, offered: string[]}} Catalogue */

/** @type {Catalogue} */
let said = { lang: "en", words: {}, forms: {}, vocabulary: {}, offered: [] };
/** @type {Intl.PluralRules} */
let plural = new Intl.PluralRules("en");
const FORMS_OF_UK = /** @type {Record<string, number>} */ ({ one: 0, few: 1 });

/** @param {Catalogue} catalogue */
export function speak(catalogue) {
  said = catalogue;
  plural = new Intl.PluralRules(catalogue.lang);
  document.documentElement.lang = catalogue.lang;
}

/** @returns {string} */
export const lang = () => said.lang;
export const offered = () => said.offered;

/** @param {string} text @param {Record<string, any>} params */
function filled(text, params) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in params ? String(params[name]) : whole)).replaceAll("%%", "%");
}

/** The text in the language of the app, its places filled. @param {string} text @param {Record<string, any>} [params] */
export function t(text, params = {}) {
  const found = said.words[text];
  return filled(Array.isArray(found) ? found[0] : (found ?? text), params);
}

/** The form that the number asks for. @param {string} one @param {string} many @param {number} count
 * @param {Record<string, any>} [params] */
export function n(one, many, count, params = {}) {
  const found = said.words[one];
  const text = Array.isArray(found)
    ? found[Math.min(FORMS_OF_UK[plural.select(count)] ?? 2, found.length - 1)]
    : count === 1
      ? one
      : many;
  return filled(text, { n: count, ...params });
}

/** Marks a text that is translated later. @param {string} text */
export const msg = (text) => text;

/** @param {string} family @param {string|null|undefined} value @returns {Word} */
export function word(family, value) {
  return said.vocabulary[family]?.[value ?? ""] ?? { text: value ?? "", icon: "unknown", tone: "plain" };
}

/** @param {string} kind @returns {Form|undefined} */
export const form = (kind) => said.forms[kind];

/** What a kind of fact is called. @param {string} kind */
export const kindName = (kind) => word("event", kind).text || kind;

/** Of two names of one thing the one in the language of the app. @param {any} thing */
export function named(thing) {
  if (!thing) return "";
  return (said.lang === "en" ? thing.name_en || thing.name_uk : thing.name_uk) ?? thing.name ?? "";
}

/** 22.11.2026, 06:55 or 22 Nov 2026, 06:55, as the pages write it. @param {string|number|Date} at */
export function moment(at) {
  return new Intl.DateTimeFormat(said.lang === "uk" ? "uk-UA" : "en-GB", {
    day: said.lang === "uk" ? "2-digit" : "numeric",
    month: said.lang === "uk" ? "2-digit" : "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Europe/Kyiv",
  }).format(new Date(at));
}

/** A calendar day such as 2026-03-01, as the pages write it. @param {string} iso */
export function day(iso) {
  const uk = said.lang === "uk";
  return new Intl.DateTimeFormat(uk ? "uk-UA" : "en-GB", { day: uk ? "2-digit" : "numeric", month: uk ? "2-digit" : "short", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${iso}T00:00:00Z`));
}

/** How long ago. @param {string|number} at @param {number} now milliseconds */
export function ago(at, now) {
  const minutes = Math.max(0, Math.round((now - new Date(at).getTime()) / 60000));
  if (minutes < 1) return t("just now");
  const relative = new Intl.RelativeTimeFormat(said.lang, { numeric: "auto" });
  if (minutes < 90) return relative.format(-minutes, "minute");
  if (minutes < 36 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

/** @param {number} bytes */
export function size(bytes) {
  const unit = bytes < 1e6 ? "kilobyte" : bytes < 1e9 ? "megabyte" : "gigabyte";
  const value = bytes / (bytes < 1e6 ? 1e3 : bytes < 1e9 ? 1e6 : 1e9);
  return new Intl.NumberFormat(said.lang, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
