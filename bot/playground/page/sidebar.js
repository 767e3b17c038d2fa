// The left column: the workspace, who you act as, channels, direct messages and the app, each with its unread and ring badges.

import { h, narrow } from "./dom.js";
import { write } from "./api.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { avatar, badge, kindLabel, presence } from "./people.js";
import { openMenu, step } from "./popover.js";
import { go } from "./route.js";
import { appChannel, channelName, isAppChannel, isBot, me, on, state, userName } from "./state.js";
import { attempt } from "./toasts.js";

/** Fill the sidebar. */
export function mountSidebar(root) {
  const lists = h("div", { class: "side-lists" });
  const head = h("div", { class: "side-head" });
  root.append(head, lists);
  const render = () => { renderHead(head); renderLists(lists); };
  on("state channels route users app", render);
  lists.addEventListener("keydown", (event) => step(event, [...lists.querySelectorAll(".side-row")]));
}

/** Open or close the drawer of the one-column layout. */
export function drawer(open) {
  document.body.classList.toggle("drawer-open", open);
  if (open) document.querySelector("#sidebar .side-row.here, #sidebar .persona")?.focus();
}

function renderHead(head) {
  const mine = me();
  reconcile(head, [
    { key: "team", sig: `${state.team.name}`, make: () => h("div", { class: "team" }, h("span", { class: "team-mark" }, icon("helm")), h("div", { class: "team-words" }, h("h1", {}, state.team.name ?? "Workspace"), h("span", {}, "Playground, on this machine"))) },
    { key: "persona", sig: JSON.stringify(mine), make: () => persona(mine) },
  ]);
}

function persona(mine) {
  const role = [mine.title, kindLabel(mine)].filter(Boolean).join(" · ");
  const label = `You act as ${userName(mine.id)}. Switch person`;
  return h("button", { type: "button", class: "persona", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, data: { testid: "persona", user: mine.id }, on: { click: (event) => switchPerson(event.currentTarget) } },
    avatar(mine.id, { size: "medium" }), h("span", { class: "persona-words" }, h("span", { class: "persona-name" }, userName(mine.id)), h("span", { class: "persona-role" }, role || "Member")), icon("down"));
}

/** The menu of people one can act as. */
export function switchPerson(anchor) {
  const people = [...state.users.values()].filter((u) => !isBot(u) && u.kind !== "deactivated");
  openMenu(anchor, people.map((u) => ({
    label: u.real_name || u.name, detail: [u.title, kindLabel(u) || "Member"].filter(Boolean).join(" · "), icon: avatar(u.id, { size: "medium" }), checked: u.id === state.me,
    tail: u.id === state.me ? icon("check", "tick") : null, data: { persona: u.id }, act: () => go({ as: u.id }),
  })), { label: "Act as", testid: "persona-menu" });
}

function renderLists(lists) {
  const all = [...state.channels.values()];
  const rooms = all.filter((c) => ["channel", "private"].includes(c.kind)).sort((a, b) => Number(a.is_archived) - Number(b.is_archived) || Number(b.is_member !== false) - Number(a.is_member !== false) || a.name.localeCompare(b.name));
  const talks = all.filter((c) => (c.kind === "im" || c.kind === "mpim") && !isAppChannel(c.id));
  reconcile(lists, [
    ...group("Channels", rooms.map(roomPart)),
    ...group("Direct messages", [...talks.map(talkPart), ...strangers(talks)]),
    ...group("Apps", [appPart()]),
  ]);
}

const group = (title, rows) => (rows.length ? [{ key: `g-${title}`, sig: "", make: () => h("h2", { class: "side-title" }, title) }, ...rows] : []);

const here = (id) => state.open.channel === id;

function row(id, { face, name, tail, muted, act, unread = 0, rings = 0, testid = "channel", label }) {
  const classes = ["side-row", here(id) ? "here" : "", unread && !here(id) ? "unread" : "", muted ? "muted" : ""].filter(Boolean).join(" ");
  const count = rings && !here(id) ? h("span", { class: "ring-badge", data: { testid: "rings" }, "aria-label": `${rings} for you` }, rings > 99 ? "99+" : String(rings)) : null;
  return h("button", { type: "button", class: classes, "aria-current": here(id) ? "page" : undefined, "aria-label": label, data: { testid, channel: id, name }, on: { click: () => { act(); if (narrow()) drawer(false); } } }, h("span", { class: "side-face" }, face), h("span", { class: "side-name" }, name), tail, count);
}

function roomPart(c) {
  const outside = c.is_ext_shared ? icon("globe", "faint") : null;
  return { key: c.id, sig: `${JSON.stringify(c)}${here(c.id)}`, make: () => row(c.id, { face: icon(c.is_archived ? "archive" : c.kind === "private" ? "lock" : "hash"), name: c.name, tail: outside, muted: c.is_archived || c.is_member === false, unread: c.unread, rings: c.rings, act: () => go({ channel: c.id }) }) };
}

function talkPart(c) {
  const make = () => row(c.id, { face: c.kind === "im" ? [avatar(c.with, { size: "small" }), presence(c.with)] : icon("at"), name: channelName(c.id), unread: c.unread, rings: c.rings, act: () => go({ channel: c.id }) });
  return { key: c.id, sig: `${JSON.stringify(c)}${here(c.id)}`, make };
}

// People without a conversation yet stand there too: one click opens one.
function strangers(talks) {
  const known = new Set(talks.map((c) => c.with));
  const rest = [...state.users.values()].filter((u) => u.id !== state.me && !isBot(u) && u.kind !== "deactivated" && u.kind !== "external" && !known.has(u.id));
  return rest.map((u) => ({ key: u.id, sig: JSON.stringify(u), make: () => row(u.id, { face: [avatar(u.id, { size: "small" }), presence(u.id)], name: userName(u.id), muted: true, testid: "person", act: () => openDm(u.id) }) }));
}

function appPart() {
  const c = appChannel();
  const id = c?.id ?? "app";
  const sig = JSON.stringify([c, state.app, here(id)]);
  const act = () => openApp();
  return { key: "app", sig, make: () => row(id, { face: [avatar(state.app.bot_user, { size: "small" }), presence(state.app.bot_user)], name: state.app.name ?? "App", tail: badge({ kind: "bot" }), unread: c?.unread, rings: c?.rings, testid: "app", act }) };
}

/** Open the app: its messages when something waits there, else its Home tab. */
export async function openApp() {
  const known = appChannel();
  const channel = known ?? (await openDm(state.app.bot_user, { stay: true }));
  if (channel) go({ channel: channel.id, tab: channel.unread ? null : "home" });
}

/** Open a direct message with somebody. */
export async function openDm(user, { stay = false } = {}) {
  const answer = await attempt(write("open_dm", { user }));
  if (!answer?.channel) return null;
  state.channels.set(answer.channel.id, answer.channel);
  if (!stay) go({ channel: answer.channel.id });
  return answer.channel;
}
