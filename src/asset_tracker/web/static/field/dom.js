// Building the page. Texts only ever become text nodes, so nothing that was scanned or downloaded is markup.

/**
 * @typedef {Node|string|number|null|undefined|false|Child[]} Child
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners (`onclick`), properties (`.value`) and children.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.startsWith(".")) /** @type {any} */ (made)[key.slice(1)] = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  put(made, children);
  return made;
}

/** @param {Node} parent @param {Child[]} children */
function put(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else if (child !== null && child !== undefined && child !== false) parent.appendChild(new Text(String(child)));
  }
}

/** What `parent` holds is replaced. @param {Element} parent @param {...Child} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  put(parent, children);
  return parent;
}

/** One of the marks that stand in the page. @param {string} name @param {string} [more] */
export function icon(name, more = "") {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", `icon ${more}`);
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${name}`);
  made.appendChild(use);
  return made;
}

/** @param {string} text @param {string} mark @param {string} [tone] */
export function badge(text, mark, tone = "plain") {
  return h("span", { class: `badge ${tone}` }, icon(mark), text);
}

/** A message in the page. @param {"good"|"wait"|"bad"|"info"} tone @param {...Child} children */
export function flash(tone, ...children) {
  const mark = { good: "good", wait: "warn", bad: "bad", info: "info" }[tone];
  const said = h("div", {}, ...children.map((each) => (typeof each === "string" ? h("p", {}, each) : each)));
  return h("div", { class: `flash ${tone}`, role: tone === "bad" ? "alert" : "status" }, icon(mark), said);
}

/** @param {string} text @param {string} mark @param {() => void} act @param {Record<string, any>} [more] */
export function button(text, mark, act, more = {}) {
  return h("button", { type: "button", ...more, onclick: act }, mark && icon(mark), text);
}

/** @param {string} href @param {string} text @param {string} mark @param {string} [cls] */
export function linkButton(href, text, mark, cls = "") {
  return h("a", { href, class: `button ${cls}` }, icon(mark), text);
}

/** A question to be answered before anything happens. @param {string} title @param {Child[]} body
 * @param {{text: string, danger?: boolean, no: string}} choice @returns {Promise<boolean>} */
export function ask(title, body, choice) {
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ yes) => {
      box.close();
      box.remove();
      resolve(yes);
    };
    const box = h(
      "dialog",
      { class: "card", "aria-label": title, oncancel: () => answer(false) },
      h("h2", {}, title),
      ...body,
      h(
        "div",
        { class: "buttons" },
        button(choice.text, "", () => answer(true), { class: choice.danger ? "main danger" : "main" }),
        button(choice.no, "", () => answer(false)),
      ),
    );
    document.body.append(box);
    box.showModal();
  });
}
