// Jump to…: one field that finds any channel, person, app or act by a few letters.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { go } from "./route.js";
import { openApp, openDm } from "./sidebar.js";
import { channelName, isAppChannel, isBot, state, userName } from "./state.js";

let open = null;

/** Open the switcher. */
export function openSwitcher() {
  if (open) return;
  const back = document.activeElement;
  const list = h("div", { class: "switcher-list", role: "listbox", id: "switcher-list" });
  const input = h("input", { class: "switcher-input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "switcher-list", "aria-label": "Jump to", placeholder: "Jump to a channel or a person", autocomplete: "off", spellcheck: "false", data: { testid: "switcher-input" } });
  const dialog = h("dialog", { class: "switcher", "aria-label": "Jump to", data: { testid: "switcher" } }, h("div", { class: "switcher-top" }, icon("search"), input, h("kbd", {}, "esc")), list);
  const view = { dialog, input, list, rows: [], at: 0, back };
  open = view;
  input.addEventListener("input", () => fill(view));
  dialog.addEventListener("keydown", (event) => keys(view, event));
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(view); });
  dialog.addEventListener("pointerdown", (event) => { if (event.target === dialog) close(view); });
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  fill(view);
}

function close(view) {
  open = null;
  view.dialog.close();
  view.dialog.remove();
  view.back?.focus?.({ preventScroll: true });
}

function targets() {
  const rooms = [...state.channels.values()].filter((c) => !isAppChannel(c.id)).map((c) => ({ name: channelName(c.id), sub: c.kind === "im" ? "Direct message" : c.topic, weight: (c.rings ?? 0) * 4 + (c.unread ? 2 : 0) - (c.is_archived ? 9 : 0) + (c.kind === "im" ? 0 : 1), face: c.kind === "im" ? avatar(c.with, { size: "small" }) : icon(c.kind === "private" ? "lock" : "hash"), act: () => go({ channel: c.id }) }));
  const app = { name: state.app.name ?? "App", sub: "App, Home and messages", weight: 1, face: avatar(state.app.bot_user, { size: "small" }), act: openApp };
  const known = new Set([...state.channels.values()].map((c) => c.with));
  const people = [...state.users.values()].filter((u) => !isBot(u) && u.kind !== "deactivated" && u.id !== state.me && !known.has(u.id)).map((u) => ({ name: userName(u.id), sub: u.title, weight: 0, face: avatar(u.id, { size: "small" }), act: () => openDm(u.id) }));
  const acts = [...state.users.values()].filter((u) => !isBot(u) && u.kind !== "deactivated" && u.id !== state.me).map((u) => ({ name: `Act as ${userName(u.id)}`, sub: u.title, weight: -5, face: icon("right"), act: () => go({ as: u.id }) }));
  return [...rooms, app, ...people, ...acts];
}

/** How well a name fits what was typed; lower than zero does not fit. */
function fits(name, q) {
  const text = name.toLowerCase();
  if (!q) return 1;
  if (text.startsWith(q)) return 100;
  if (text.split(/[\s_-]+/).some((part) => part.startsWith(q))) return 60;
  if (text.includes(q)) return 40;
  let at = -1;
  for (const char of q) { at = text.indexOf(char, at + 1); if (at < 0) return -1; }
  return 10;
}

function fill(view) {
  const q = view.input.value.trim().toLowerCase().replace(/^[#@]/, "");
  const found = targets().map((t) => ({ ...t, score: fits(t.name, q) })).filter((t) => t.score > 0 && (q || t.weight > -5)).sort((a, b) => b.score + b.weight - a.score - a.weight).slice(0, 9);
  view.rows = found.map((t, i) => row(view, t, i));
  view.list.replaceChildren(...(view.rows.length ? view.rows : [h("div", { class: "listbox-note" }, "Nothing fits")]));
  mark(view, 0);
}

function row(view, target, i) {
  const el = h("div", { class: "switcher-row", role: "option", id: `jump-${i}`, data: { testid: "switcher-row", name: target.name } }, h("span", { class: "side-face" }, target.face), h("span", { class: "switcher-name" }, target.name), h("span", { class: "switcher-sub" }, target.sub ?? ""));
  el.addEventListener("pointermove", () => mark(view, i));
  el.addEventListener("click", () => { view.back = null; close(view); target.act(); });
  return el;
}

function mark(view, at) {
  view.at = at;
  view.rows.forEach((el, i) => { el.classList.toggle("at", i === at); el.setAttribute("aria-selected", String(i === at)); });
  if (view.rows[at]) { view.input.setAttribute("aria-activedescendant", view.rows[at].id); view.rows[at].scrollIntoView({ block: "nearest" }); }
}

function keys(view, event) {
  event.stopPropagation();
  const n = view.rows.length;
  if (event.key === "ArrowDown" && n) mark(view, (view.at + 1) % n);
  else if (event.key === "ArrowUp" && n) mark(view, (view.at - 1 + n) % n);
  else if (event.key === "Enter") view.rows[view.at]?.click();
  else if (event.key === "k" && (event.metaKey || event.ctrlKey)) close(view);
  else return;
  event.preventDefault();
}
