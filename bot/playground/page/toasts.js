// Shows what rings in the corner, as a desktop would, keeps the count in the page's title, and tells what the server refused.

import { announce, append, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { go } from "./route.js";
import { channelName, emit, on, rings, state, unread, userName } from "./state.js";

const WHY = { mention: "mentioned you", group: "mentioned your group", dm: "wrote to you", here: "called everyone here", channel: "called the channel", thread: "replied in a thread" };
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

/** Something rings for this person; the event's text is what a lock screen would show: plain. */
export function ring(event) {
  const who = userName(event.user);
  const where = state.channels.get(event.channel);
  const words = WHY[event.why] ?? "";
  const title = event.title || `${who}${where?.kind === "im" ? "" : ` in #${channelName(event.channel)}`}`;
  announce(`${who} ${words}. ${event.text ?? ""}`);
  const act = () => {
    go({ channel: event.channel, thread: event.thread_ts ?? null, tab: null });
    emit("goto", { thread: event.thread_ts, ts: event.ts });
  };
  toast({ title, text: plain(event.text ?? ""), tone: "ring", face: avatar(event.user, { size: "medium" }), act });
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
