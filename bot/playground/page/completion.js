// What the composer offers while somebody types: slash commands with their usage, people, groups, channels and emoji.

import { append, h } from "./dom.js";
import { codes, shortcode } from "./emoji.js";
import { icon } from "./icons.js";
import { avatar, kindLabel } from "./people.js";
import { isBot, state } from "./state.js";

const MOST = 8;
let serial = 0;

/** What stands before the caret and can be completed: {sigil, word, from}, or null. */
export function query(text, caret, { commands }) {
  const before = text.slice(0, caret);
  const slash = before.match(/^\/[a-z0-9_-]*$/i);
  if (slash) return commands ? { sigil: "/", word: slash[0].slice(1).toLowerCase(), from: 0 } : null;
  const m = before.match(/(^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u);
  if (!m || (m[2] === ":" && m[3].length < 2)) return null;
  return { sigil: m[2], word: m[3].toLowerCase(), from: caret - m[3].length - 1 };
}

/** The choices for a query: [{insert, face, title, detail}]. */
export function choices({ sigil, word }) {
  const found = { "/": commandChoices, "@": peopleChoices, "#": channelChoices, ":": emojiChoices }[sigil](word);
  return found.slice(0, MOST);
}

function commandChoices(word) {
  const fits = state.commands.filter((c) => c.command.slice(1).startsWith(word));
  return fits.map((c) => ({ insert: c.command, face: avatar(state.app.bot_user, { size: "small" }), title: c.command, hint: c.usage_hint, detail: c.description }));
}

const starts = (text, word) => String(text ?? "").toLowerCase().split(/[\s._-]+/).some((part) => part.startsWith(word)) || String(text ?? "").toLowerCase().startsWith(word);

function peopleChoices(word) {
  const users = [...state.users.values()].filter((u) => u.kind !== "deactivated" && (starts(u.real_name, word) || starts(u.name, word)));
  const people = users.map((u) => ({ insert: `@${u.name}`, face: avatar(u.id, { size: "small" }), title: u.real_name || u.name, detail: isBot(u) ? "App" : [u.title, kindLabel(u)].filter(Boolean).join(" · ") }));
  const groups = [...state.groups.values()].filter((g) => starts(g.handle, word) || starts(g.name, word));
  return [...people, ...groups.map((g) => ({ insert: `@${g.handle}`, face: icon("at"), title: `@${g.handle}`, detail: `${g.name}, ${g.users.length} people` }))];
}

function channelChoices(word) {
  const rooms = [...state.channels.values()].filter((c) => (c.kind === "channel" || c.kind === "private") && !c.is_archived && starts(c.name, word));
  return rooms.map((c) => ({ insert: `#${c.name}`, face: icon(c.kind === "private" ? "lock" : "hash"), title: c.name, detail: c.topic }));
}

function emojiChoices(word) {
  const names = codes().filter((c) => c.startsWith(word)).concat(codes().filter((c) => !c.startsWith(word) && c.includes(word)));
  return names.map((name) => ({ insert: `:${name}:`, face: shortcode(name), title: `:${name}:` }));
}

/** The list above the composer. `take(choice)` is told what was chosen. */
export function makeCompletion(input, take) {
  const id = `complete-${++serial}`;
  const el = h("div", { class: "completion", role: "listbox", id, hidden: true, "aria-label": "Suggestions", data: { testid: "completion" } });
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-autocomplete", "list");
  const view = { el, input, items: [], at: 0, take, asked: null };
  return { el, show: (q) => show(view, q), hide: () => hide(view), key: (event) => key(view, event), open: () => !el.hidden, exact: () => exact(view) };
}

// A command that is already spelled out is sent by Enter, not completed again.
const exact = (view) => view.asked?.sigil === "/" && view.items[view.at]?.insert.slice(1) === view.asked.word;

function show(view, q) {
  const items = q ? choices(q) : [];
  if (items.length === 0) return hide(view);
  Object.assign(view, { items, asked: q, at: 0 });
  view.el.replaceChildren(...items.map((item, i) => row(view, item, i)));
  view.el.hidden = false;
  view.input.setAttribute("aria-expanded", "true");
  return mark(view, 0);
}

function hide(view) {
  view.el.hidden = true;
  view.input.setAttribute("aria-expanded", "false");
  view.input.removeAttribute("aria-activedescendant");
}

function row(view, item, i) {
  const title = h("span", { class: "completion-title" }, item.title, item.hint ? h("span", { class: "completion-hint" }, ` ${item.hint}`) : null);
  const el = h("div", { class: "completion-row", role: "option", id: `${view.el.id}-${i}`, data: { testid: "completion-item", insert: item.insert } }, h("span", { class: "completion-face" }, item.face), append(h("span", { class: "completion-words" }), [title, item.detail ? h("span", { class: "completion-detail" }, item.detail) : null]));
  el.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(view, i); });
  el.addEventListener("pointermove", () => mark(view, i));
  return el;
}

function mark(view, at) {
  view.el.querySelector(".at")?.classList.remove("at");
  view.at = at;
  const el = view.el.children[at];
  for (const one of view.el.children) one.setAttribute("aria-selected", String(one === el));
  el?.classList.add("at");
  if (el) { view.input.setAttribute("aria-activedescendant", el.id); el.scrollIntoView({ block: "nearest" }); }
}

function choose(view, at) {
  const item = view.items[at];
  hide(view);
  if (item) view.take(item, view.asked);
}

/** True when the key was ours. */
function key(view, event) {
  if (view.el.hidden) return false;
  const n = view.items.length;
  if (event.key === "ArrowDown") mark(view, (view.at + 1) % n);
  else if (event.key === "ArrowUp") mark(view, (view.at - 1 + n) % n);
  else if (event.key === "Escape") hide(view);
  else if (event.key === "Tab" || (event.key === "Enter" && !exact(view))) choose(view, view.at);
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
