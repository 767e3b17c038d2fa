// Shows what rings in the corner, as a desktop would, keeps the count in the page's title, and tells what the server refused.

import { announce, append, h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn, readable } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { go } from "./route.js";
import { emit, on, rings, state, unread } from "./state.js";

const WHY = { mention: "mentioned you", group: "mentioned your group", dm: "sent you a message", here: "called everyone here", channel: "called the channel", thread: "replied in a thread" };
const KEEP = 7000;
const MOST = 4;
let tray;

/** Make the corner. */
export function mountToasts() {
  tray = h("div", { class: "toasts", role: "region", "aria-label": "Notifications", data: { testid: "toasts" } });
  document.body.append(tray);
  on("state channels", title);
}

function title() {
  const count = rings();
  const mark = count ? `(${count}) ` : unread() ? "• " : "";
  document.title = `${mark}${state.team.name ?? "Playground"} · Quarterdeck`;
}

/** A small message in the corner. */
export function toast({ title: head, text, tone = "info", face, act, keep = KEEP }) {
  const el = h("div", { class: `toast ${tone}`, role: tone === "error" ? "alert" : "status", data: { testid: "toast" } });
  const close = () => { el.classList.add("leaving"); setTimeout(() => el.remove(), 160); };
  const open = h(act ? "button" : "div", { type: act ? "button" : undefined, class: "toast-open", on: act ? { click: () => { close(); act(); } } : {} },
    face ?? h("span", { class: "toast-icon" }, icon(tone === "error" ? "warn" : "info")),
    h("span", { class: "toast-words" }, h("span", { class: "toast-title" }, head), append(h("span", { class: "toast-text" }), text)));
  append(el, [open, h("button", { type: "button", class: "tool", "aria-label": "Close", on: { click: close } }, icon("x"))]);
  tray.prepend(el);
  while (tray.children.length > MOST) tray.lastChild.remove();
  let timer = setTimeout(close, keep);
  el.addEventListener("pointerenter", () => clearTimeout(timer));
  el.addEventListener("pointerleave", () => { timer = setTimeout(close, 2500); });
  return el;
}

/** Something rings for this person. */
export function ring(event) {
  const name = state.users.get(event.user);
  const words = WHY[event.why] ?? "";
  const where = { channel: event.channel, thread: event.thread_ts ?? null };
  const text = readable(event.text ?? "");
  announce(`${event.title ?? ""} ${words}. ${text}`);
  toast({ title: event.title || `${name?.real_name ?? "Somebody"} ${words}`, text: mrkdwn(event.text ?? "").slice(0, 12), tone: "ring", face: avatar(event.user, { size: "medium" }), act: () => { go(where); emit("goto", { ...where, ts: event.ts }); } });
}

/** Wait for a write; what was refused is told in the corner. Gives the answer, or null. */
export async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    toast({ title: "That did not go through", text: error.message, tone: "error" });
    return null;
  }
}
