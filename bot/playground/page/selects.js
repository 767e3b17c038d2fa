// The select menus of Block Kit: static, external, people, channels and conversations, each with one or several choices.

import { append, h } from "./dom.js";
import { write } from "./api.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { avatar, kindLabel } from "./people.js";
import { closePopover, openPopover } from "./popover.js";
import { channelName, isBot, state, userName } from "./state.js";

const KINDS = {
  static: { one: "selected_option", many: "selected_options", initialOne: "initial_option", initialMany: "initial_options" },
  external: { one: "selected_option", many: "selected_options", initialOne: "initial_option", initialMany: "initial_options" },
  users: { one: "selected_user", many: "selected_users", initialOne: "initial_user", initialMany: "initial_users" },
  channels: { one: "selected_channel", many: "selected_channels", initialOne: "initial_channel", initialMany: "initial_channels" },
  conversations: { one: "selected_conversation", many: "selected_conversations", initialOne: "initial_conversation", initialMany: "initial_conversations" },
};
let serial = 0;

/** Is this element type a select that we draw? */
export const isSelect = (type) => /^(multi_)?(static|external|users|channels|conversations)_select$/.test(type ?? "");

/** Draw a select; `changed` hears each finished choice. Gives {el, read, write, touched}. */
export function select(element, ctx, changed) {
  const several = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const names = KINDS[kind];
  const field = { element, ctx, kind, several, names, chosen: initial(element, names, several, ctx), changed, dirty: false };
  field.button = h("button", { type: "button", class: "select", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": element.accessibility_label, data: { testid: "select" }, on: { click: () => open(field), keydown: (e) => { if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); open(field); } } } });
  show(field);
  return { el: field.button, read: () => value(field), write: (v) => { field.chosen = taken(v, names, several); show(field); }, touched: () => field.dirty, empty: () => field.chosen.length === 0 };
}

function initial(element, names, several, ctx) {
  const set = several ? element[names.initialMany] : element[names.initialOne];
  if (set) return several ? [...set] : [set];
  return element.default_to_current_conversation && ctx.channel ? [ctx.channel] : [];
}

const taken = (v, names, several) => (several ? [...(v[names.many] ?? [])] : v[names.one] ? [v[names.one]] : []);

function value(field) {
  const { names, several, chosen, element } = field;
  return several ? { type: element.type, [names.many]: chosen } : { type: element.type, [names.one]: chosen[0] ?? null };
}

const keyOf = (choice) => (typeof choice === "string" ? choice : choice.value);

function label(field, choice) {
  if (typeof choice !== "string") return textObject(choice.text);
  if (field.kind === "users") return [userName(choice)];
  const channel = state.channels.get(choice);
  return [channel?.kind === "im" ? channelName(choice) : `#${channelName(choice)}`];
}

function show(field) {
  const { button, chosen, element, several } = field;
  button.replaceChildren();
  const empty = chosen.length === 0;
  button.classList.toggle("empty", empty);
  if (empty) append(button, h("span", { class: "select-value" }, plain(element.placeholder?.text ?? (several ? "Choose some" : "Choose one"))));
  else if (several) append(button, h("span", { class: "select-value chips" }, chosen.map((c) => h("span", { class: "chip" }, label(field, c)))));
  else append(button, h("span", { class: "select-value" }, label(field, chosen[0])));
  button.append(icon("down"));
}

function open(field) {
  const id = `list-${++serial}`;
  const list = h("div", { class: "listbox", role: "listbox", id, "aria-multiselectable": field.several ? "true" : undefined });
  const search = h("input", { class: "listbox-search", type: "text", role: "searchbox", placeholder: field.kind === "external" ? "Type to search" : "Filter", "aria-controls": id, "aria-label": "Filter the choices", autocomplete: "off", data: { testid: "select-search" } });
  const before = JSON.stringify(field.chosen);
  const finish = () => { if (JSON.stringify(field.chosen) !== before) { field.dirty = true; field.changed(value(field)); } };
  const pop = openPopover(field.button, [search, list], { label: "Choices", width: Math.max(220, field.button.offsetWidth), onClose: finish, testid: "select-list" });
  const view = { field, list, search, pop, at: 0, rows: [] };
  search.addEventListener("input", () => refill(view));
  search.addEventListener("keydown", (event) => keys(view, event));
  search.focus();
  refill(view);
}

async function refill(view) {
  const { field, search } = view;
  const query = search.value.trim();
  const turn = (view.turn = (view.turn ?? 0) + 1);
  let groups;
  if (field.kind === "external") {
    if (query.length < (field.element.min_query_length ?? 3)) return note(view, tooShort(field.element.min_query_length ?? 3));
    note(view, "Looking…");
    groups = await external(field, query).catch(() => null);
    if (turn !== view.turn) return undefined;
    if (!groups) return note(view, "We had trouble loading the choices");
  } else groups = local(field, query);
  return fill(view, groups);
}

const tooShort = (n) => `Type at least ${n} ${n === 1 ? "character" : "characters"}`;

async function external(field, query) {
  const { element, ctx } = field;
  const found = await write("options", { ...ctx.origin(), block_id: ctx.blockId, action_id: element.action_id, value: query });
  return found.option_groups?.length ? found.option_groups : [{ options: found.options ?? [] }];
}

function local(field, query) {
  const { element, kind } = field;
  if (kind === "static") {
    const groups = element.option_groups ?? [{ options: element.options ?? [] }];
    return groups.map((g) => ({ ...g, options: (g.options ?? []).filter((o) => match(o.text?.text, query)) }));
  }
  const people = [...state.users.values()].filter((u) => u.kind !== "deactivated" && (match(u.real_name, query) || match(u.name, query))).map((u) => u.id);
  const rooms = [...state.channels.values()].filter((c) => !c.is_archived && (kind === "conversations" || c.kind === "channel") && match(channelName(c.id), query)).map((c) => c.id);
  return [{ options: kind === "users" ? people : rooms }];
}

const match = (text, query) => String(text ?? "").toLowerCase().includes(query.toLowerCase());

function note(view, words) {
  view.rows = [];
  view.list.replaceChildren(h("div", { class: "listbox-note" }, words));
  view.pop.place();
}

function fill(view, groups) {
  view.list.replaceChildren();
  view.rows = [];
  view.at = 0;
  for (const group of groups) {
    if (!group.options?.length) continue;
    if (group.label) view.list.append(h("div", { class: "listbox-group" }, textObject(group.label)));
    for (const option of group.options) view.list.append(row(view, option));
  }
  if (view.rows.length === 0) return note(view, "Nothing fits");
  const held = view.rows.findIndex((r) => r.getAttribute("aria-selected") === "true");
  mark(view, Math.max(0, held));
  return view.pop.place();
}

function row(view, option) {
  const { field } = view;
  const held = field.chosen.some((c) => keyOf(c) === keyOf(option));
  const user = field.kind === "users" ? state.users.get(option) : null;
  const words = h("span", { class: "option-words" }, h("span", {}, label(field, option)), option.description ? h("span", { class: "option-detail" }, textObject(option.description)) : user && !isBot(user) && kindLabel(user) ? h("span", { class: "option-detail" }, kindLabel(user)) : null);
  const el = h("div", { class: "option", role: "option", id: `opt-${++serial}`, "aria-selected": String(held), data: { value: keyOf(option), testid: "option" } }, user ? avatar(option, { size: "small" }) : null, words, icon("check", "tick"));
  el.addEventListener("pointermove", () => mark(view, view.rows.indexOf(el), false));
  el.addEventListener("click", () => choose(view, option, el));
  view.rows.push(el);
  return el;
}

function mark(view, at, scroll = true) {
  view.rows[view.at]?.classList.remove("at");
  view.at = at;
  const el = view.rows[at];
  if (!el) return;
  el.classList.add("at");
  view.search.setAttribute("aria-activedescendant", el.id);
  if (scroll) el.scrollIntoView({ block: "nearest" });
}

function choose(view, option, el) {
  const { field } = view;
  if (!field.several) {
    field.chosen = [option];
    show(field);
    closePopover();
    return field.button.focus();
  }
  const held = field.chosen.some((c) => keyOf(c) === keyOf(option));
  const limit = field.element.max_selected_items ?? 100;
  if (!held && field.chosen.length >= limit) return undefined;
  field.chosen = held ? field.chosen.filter((c) => keyOf(c) !== keyOf(option)) : [...field.chosen, option];
  el.setAttribute("aria-selected", String(!held));
  show(field);
  return view.pop.place();
}

function keys(view, event) {
  const count = view.rows.length;
  if (event.key === "ArrowDown" && count) mark(view, (view.at + 1) % count);
  else if (event.key === "ArrowUp" && count) mark(view, (view.at - 1 + count) % count);
  else if (event.key === "Enter" && view.rows[view.at]) view.rows[view.at].click();
  else if (event.key === "Tab") return closePopover();
  else return undefined;
  return event.preventDefault();
}

