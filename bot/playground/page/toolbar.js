// The small bar over a message: react, reply in thread, and more, with the app's message shortcuts; and the reaction picker.

import { h } from "./dom.js";
import { write } from "./api.js";
import { PICKS, codes, shortcode } from "./emoji.js";
import { icon } from "./icons.js";
import { closePopover, openMenu, openPopover } from "./popover.js";
import { go } from "./route.js";
import { state } from "./state.js";
import { attempt, toast } from "./toasts.js";

const tool = (name, label, act, testid) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, data: { testid }, on: { click: (event) => act(event.currentTarget) } }, icon(name));

/** The bar for one message. */
export function toolbar(m, view) {
  const root = m.thread_ts ?? m.ts;
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    tool("smile", "Add a reaction", (el) => pickReaction(el, m), "react"),
    view.inThread ? null : tool("thread", "Reply in thread", () => go({ thread: root }), "reply"),
    tool("dots", "More actions", (el) => more(el, m, root, view), "more"));
}

function more(anchor, m, root, view) {
  const own = state.shortcuts.filter((s) => s.type === "message").map((s) => ({
    label: s.name, detail: s.description, icon: icon("bolt"), data: { shortcut: s.callback_id }, act: () => attempt(write("shortcut", { callback_id: s.callback_id, channel: m.channel, ts: m.ts })),
  }));
  const rest = [
    ...(view.inThread ? [] : [{ label: "Reply in thread", icon: icon("thread"), act: () => go({ thread: root }) }]),
    { label: "Copy text", icon: icon("copy"), act: () => copy(m.text ?? "") },
  ];
  openMenu(anchor, own.length ? [...own, null, ...rest] : rest, { label: "Message actions", align: "end" });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast({ title: "Copied", text: "The message's text is on your clipboard." });
  } catch {
    toast({ title: "Not copied", text: "This browser keeps its clipboard to itself.", tone: "error" });
  }
}

/** Choose an emoji for a message. */
export function pickReaction(anchor, m) {
  pickInto(anchor, (name) => attempt(write("react", { channel: m.channel, ts: m.ts, name })));
}

/** Choose an emoji for whatever `take(name)` does with it. */
export function pickInto(anchor, take) {
  const grid = h("div", { class: "emoji-grid" });
  const search = h("input", { class: "listbox-search", type: "text", placeholder: "Find an emoji", "aria-label": "Find an emoji", autocomplete: "off" });
  const choose = (name) => { closePopover(); take(name); };
  const pick = (name) => h("button", { type: "button", class: "emoji-pick", "aria-label": name.replace(/_/g, " "), title: `:${name}:`, data: { emoji: name }, on: { click: () => choose(name) } }, shortcode(name));
  const fill = () => {
    const q = search.value.trim().toLowerCase();
    const names = q ? codes().filter((c) => c.includes(q)).slice(0, 40) : PICKS;
    grid.replaceChildren(...names.map(pick));
  };
  search.addEventListener("input", fill);
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") grid.querySelector("button")?.click(); });
  fill();
  openPopover(anchor, [search, grid], { label: "Choose an emoji", align: "end", testid: "emoji-picker" });
  search.focus();
}
