// A blank label, or a foreign code, and the asset that it shall stand for.

import { get } from "../db.js";
import { button, fill, flash, h } from "../dom.js";
import * as list from "../list.js";
import * as outbox from "../outbox.js";
import * as rounds from "../rounds.js";
import * as sender from "../sender.js";
import { formatTag } from "../tags.js";
import { named, t } from "../words.js";

/** @param {import("../app.js").Place} place */
export async function show({ main, rest }) {
  const [how, key] = rest;
  const found = h("ul", { class: "plain-list", "aria-live": "polite" });
  const problem = h("div", {});
  const input = /** @type {HTMLInputElement} */ (h("input", { id: "f-asset", autocomplete: "off", maxlength: 100, oninput: () => void look() }));
  const look = async () => {
    const hits = input.value.trim() ? await rounds.search(input.value) : await onTheList(key);
    fill(found, hits.map((each) => h("li", {}, button(`${formatTag(each.tag)} ${named(each)} ${each.serial ?? ""}`, "label", () => void bind(each), { class: "wide start" }))));
  };
  const bind = async (/** @type {rounds.Asset} */ asset) => {
    const me = await get("meta", "me");
    const payload = how === "tag" ? { kind: "label_bound", tag: key } : { kind: "code_linked", code: key };
    try {
      const [made] = await outbox.record({ id: me.id, name: me.name }, [{ asset: asset.id, tag: asset.tag, name: asset.name_uk, payload, head: asset.head_hash, head_seq: asset.head_seq }]);
      void sender.send();
      location.hash = `#/done/${made.id}`;
    } catch (error) {
      fill(problem, flash("bad", t("Nothing was saved."), String(error)));
    }
  };
  fill(
    main,
    h("p", { class: "crumbs" }, h("a", { href: "#/scan" }, t("To the list"))),
    h("h1", {}, how === "tag" ? t("Bind a blank label") : t("Link a foreign code")),
    h("p", {}, h("span", { class: "tag" }, how === "tag" ? formatTag(key) : key)),
    h("p", {}, how === "tag" ? t("You stuck this label on an asset. Which one? The tag it had before still finds it.") : t("A maker’s code, an old sticker or a serial number. Which asset does it stand for?")),
    h("div", { class: "field" }, h("label", { for: "f-asset" }, t("Serial number, name or tag of the asset")), input),
    problem,
    found,
  );
  await look();
}

/** What else was scanned. @param {string} key */
async function onTheList(key) {
  const ids = list.current().items.flatMap((each) => (each.asset && each.key !== key ? [each.asset] : []));
  return (await Promise.all(ids.map((id) => rounds.byId(id)))).flatMap((each) => (each ? [each] : []));
}
