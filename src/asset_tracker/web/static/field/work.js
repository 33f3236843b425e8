// Work orders: what somebody asked for, how soon, and what closes it.

import { now } from "./clock.js";
import { badge, h, linkButton } from "./dom.js";
import { isOpen } from "./rounds.js";
import { day, form, n, t } from "./words.js";

const SOON_DAYS = 7;
const DAY_MS = 86400_000;

/** The traffic light of an open order: late from the day after its own, soon a week before.
 * @param {{due_on: string|null}} order @returns {"planned"|"due"|"overdue"} */
export function light({ due_on }) {
  const days = due_on ? Math.round((Date.parse(due_on) - Date.parse(today())) / DAY_MS) : Infinity;
  return days < 0 ? "overdue" : days <= SOON_DAYS ? "due" : "planned";
}

/** The day by the clock of Kyiv, as 2026-03-01. */
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Kyiv" }).format(new Date(now()));

const LIGHTS = /** @type {const} */ ({ planned: ["clock", "plain"], due: ["clock", "wait"], overdue: ["warn", "bad"] });

/** @param {{due_on: string|null, by_name: boolean}} order */
export function lights(order) {
  const [mark, tone] = LIGHTS[light(order)];
  const text = !order.due_on ? t("no day was set") : light(order) === "overdue" ? t("late since %(day)s", { day: day(order.due_on) }) : t("by %(day)s", { day: day(order.due_on) });
  return [badge(text, mark, tone), order.by_name ? badge(t("for you"), "person", "info") : null];
}

/** @param {import("./rounds.js").Order} order @param {any} [more] */
export function orderCard(order, more = null) {
  return h("div", { class: "card stack order" },
    h("p", {}, h("strong", {}, order.title)),
    order.work && h("p", {}, order.work),
    h("p", { class: "badges" }, lights(order)),
    more);
}

/** The button that does an order: the kind that was asked for where it can be recorded, else maintenance.
 * @param {import("./rounds.js").Order} order @param {import("./targets.js").Action[]} can */
export function doing(order, can) {
  const kind = [order.kind, "maintained"].find((each) => can.some((one) => one.kind === each));
  const asked = kind && form(kind);
  return asked ? linkButton(`#/do/${kind}/${order.id}`, t("Do it"), asked.icon, "main") : null;
}

/** How many wait, and how many of them are late. @param {(import("./rounds.js").Order & {fact?: any})[]} orders */
export function toldOf(orders) {
  const open = orders.filter(isOpen);
  const late = open.filter((each) => light(each) === "overdue").length;
  return h("span", { class: "badges" },
    open.length ? badge(n("%(n)s to do", "%(n)s to do", open.length), "maintain", "info") : badge(t("all done"), "good", "good"),
    late > 0 && badge(n("%(n)s late", "%(n)s late", late), "warn", "bad"));
}
