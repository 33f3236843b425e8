// Tags, checked with no network: the same rules as the server's (ledger/tags.py).

import { msg } from "./words.js";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;

const LOOKS_LIKE = /** @type {Record<string, string>} */ ({
  O: "0", I: "1", L: "1",
  "А": "A", "В": "B", "С": "C", "Е": "E", "Н": "H", "Ј": "J", "К": "K", "М": "M", "Р": "P", "Ѕ": "S",
  "Т": "T", "У": "Y", "Х": "X", "О": "0", "І": "1", "Ӏ": "1", "З": "3",
});
const IN_URL = /\/a\/([^/?#]+)\/?(?:[?#].*)?$/i;
const POINT_URL = /\/points\/([0-9a-f]{8}-[0-9a-f-]{27})\/?(?:[?#].*)?$/i;
// What a Ukrainian keyboard gives for the key of a Latin letter, for scanners that type as a keyboard.
const KEYS_UK = "йцукенгшщзфівапролдячсмитью.ж";
const KEYS_EN = "qwertyuiopasdfghjklzxcvbnm./:";

/** @param {number} value */
const twice = (value) => (value << 1) ^ (value & 16 ? 0b100101 : 0);

/** @param {string} characters */
function sum(characters) {
  let state = 1;
  for (const character of characters) state = twice(state ^ ALPHABET.indexOf(character));
  return state;
}

/** The eighth character for seven. @param {string} seven */
export function checkCharacter(seven) {
  const state = sum(seven);
  for (let value = 0; value < 32; value++) if (twice(state ^ value) === 0) return ALPHABET[value];
  return "";
}

/** `XXXX-XXXX`. @param {string} tag */
export const formatTag = (tag) => `${tag.slice(0, 4)}-${tag.slice(4)}`;

/** @param {string} text */
function cleaned(text) {
  return [...text.normalize("NFKC").replace(/[\p{Cf}\p{Cc}]/gu, "").replace(/[\s\-‐-―−_.·]+/g, "").toUpperCase()]
    .map((each) => LOOKS_LIKE[each] ?? each)
    .join("");
}

/**
 * What was scanned, typed or pasted: one of our tags, a place, or a code of somebody else's.
 * @param {string} text
 * @returns {{tag: string} | {point: string} | {code: string, wrong?: string}}
 */
export function read(text) {
  const written = text.slice(0, 4000).trim();
  const point = POINT_URL.exec(written);
  if (point) return { point: point[1].toLowerCase() };
  const found = written.includes("/") ? IN_URL.exec(written) : null;
  if (written.includes("/") && !found) return { code: written };
  const tag = cleaned(found ? found[1] : written);
  if (tag.length === LENGTH && [...tag].every((each) => ALPHABET.includes(each))) {
    return sum(tag) === 0 ? { tag } : { code: written, wrong: msg("A character is wrong or two are swapped: compare the tag with the label.") };
  }
  return { code: written, ...(found ? { wrong: msg("This address is not one from our labels.") } : {}) };
}

/** What is wrong with a tag that somebody types. @param {string} text */
export function complaint(text) {
  const tag = cleaned(text);
  if (!tag) return msg("Enter the tag from the label.");
  if (tag.length < LENGTH) return msg("A tag has eight characters: some are missing.");
  if (tag.length > LENGTH) return msg("A tag has eight characters: these are more.");
  return [...tag].every((each) => ALPHABET.includes(each))
    ? msg("A character is wrong or two are swapped: compare the tag with the label.")
    : msg("There is a character that never occurs in a tag: look at the label again.");
}

/** Of known tags those that are one slip away: one character wrong, or two swapped.
 * @param {string} text @param {Iterable<string>} known */
export function meant(text, known) {
  const tag = cleaned(text);
  const near = [];
  for (const each of known) {
    if (each.length !== tag.length) continue;
    const wrong = [...each].flatMap((character, at) => (character === tag[at] ? [] : [at]));
    const swapped = wrong.length === 2 && each[wrong[0]] === tag[wrong[1]] && each[wrong[1]] === tag[wrong[0]];
    if (wrong.length === 1 || swapped) near.push(each);
  }
  return near.slice(0, 4);
}

/** A scanner that types as a keyboard, while the phone's layout was Ukrainian: https://… became реезіЖ…. Only
 * what makes sense when it is put back is taken so. @param {string} text */
export function fromKeys(text) {
  if (!/[а-яіїєґ]/i.test(text) || "tag" in read(text)) return text;
  const meant = [...text]
    .map((each) => {
      const at = KEYS_UK.indexOf(each.toLowerCase());
      return at < 0 ? each : each === each.toLowerCase() ? KEYS_EN[at] : KEYS_EN[at].toUpperCase();
    })
    .join("");
  return "code" in read(meant) ? text : meant;
}
