// The middle pane: the header of what is open, its feed or the app's Home tab, and the composer.

import { append, h } from "./dom.js";
import { write } from "./api.js";
import { makeComposer } from "./composer.js";
import { makeHome } from "./home.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { makeFeed } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, kindLabel } from "./people.js";
import { go } from "./route.js";
import { drawer } from "./sidebar.js";
import { channelName, isAppChannel, on, rings, state, userName } from "./state.js";
import { attempt } from "./toasts.js";

/** Fill the middle pane: {show(), feed, composer}. */
export function mountChannel(root) {
  const head = h("header", { class: "pane-head channel-head" });
  const feed = makeFeed({ intro, label: "Messages", inThread: false });
  const home = makeHome();
  const composer = makeComposer();
  root.append(head, feed.el, home.el, composer.el);
  const view = { head, feed, home, composer, shown: null };
  on("state channels app route", () => renderHead(view));
  on("channels", () => { if (state.open.channel) composer.show(state.open.channel); });
  return { feed, composer, show: () => show(view) };
}

function show(view) {
  const { channel, tab } = state.open;
  const onHome = tab === "home" && isAppChannel(channel);
  view.feed.el.hidden = onHome;
  view.composer.el.hidden = onHome;
  view.home.el.hidden = !onHome;
  renderHead(view);
  view.feed.show(channel);
  view.composer.show(channel);
  const mark = `${state.me}/${channel}/${tab}`;
  if (onHome && view.shown !== mark) view.home.show();
  view.shown = mark;
}

function renderHead(view) {
  const room = state.channels.get(state.open.channel);
  if (!room) return;
  const isApp = isAppChannel(room.id);
  const parts = [
    { key: "menu", sig: String(rings()), make: menuButton },
    { key: "title", sig: JSON.stringify([room, state.users.get(room.with), state.app]), make: () => titleOf(room, isApp) },
    ...(isApp ? [{ key: "tabs", sig: `${state.open.tab}${room.unread}`, make: () => tabs(room) }] : []),
    ...(!isApp && room.app_member === false && room.is_member !== false && !room.is_archived && room.kind !== "im" ? [{ key: "invite", sig: room.id, make: () => invite(room) }] : []),
  ];
  reconcile(view.head, parts);
}

function menuButton() {
  const dot = rings() ? h("span", { class: "ring-badge" }, String(rings())) : null;
  return h("button", { type: "button", class: "tool menu-button", "aria-label": "Channels", data: { testid: "drawer" }, on: { click: () => drawer(true) } }, icon("menu"), dot);
}

function titleOf(room, isApp) {
  const person = room.kind === "im" ? state.users.get(room.with) : null;
  const face = person ? avatar(room.with, { size: "small" }) : icon(room.is_archived ? "archive" : room.kind === "private" ? "lock" : "hash");
  const about = isApp ? appState() : person ? [person.title, kindLabel(person)].filter(Boolean).join(" · ") : mrkdwn(room.topic);
  const outside = room.is_ext_shared ? h("span", { class: "badge soft" }, "Shared outside") : null;
  return h("div", { class: "pane-title" }, h("h2", { data: { testid: "channel-name" } }, face, h("span", {}, channelName(room.id)), outside), append(h("span", { class: "pane-sub" }), about));
}

const appState = () => [h("span", { class: state.app.connected ? "presence on inline" : "presence inline" }), state.app.connected ? `Connected, ${state.app.transport === "http" ? "HTTP" : `${state.app.connections ?? 1} connection${state.app.connections === 1 ? "" : "s"}`}` : "Not connected"];

function tabs(room) {
  const tab = (key, label) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String((state.open.tab ?? "messages") === key), data: { testid: `tab-${key}` }, on: { click: () => go({ tab: key === "messages" ? null : key }) } }, label, key === "messages" && room.unread ? h("span", { class: "tab-dot" }) : null);
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": "App" }, tab("home", "Home"), tab("messages", "Messages"));
  bar.addEventListener("keydown", (event) => { if (event.key === "ArrowLeft" || event.key === "ArrowRight") [...bar.children].find((t) => t.getAttribute("aria-selected") === "false")?.click(); });
  return bar;
}

function invite(room) {
  const add = () => attempt(write("join", { channel: room.id, user: state.app.bot_user }));
  return h("button", { type: "button", class: "btn small", data: { testid: "invite" }, on: { click: add } }, icon("plus"), h("span", {}, `Add ${state.app.name}`));
}

/** What stands above the first message. */
function intro(channel, _thread, held) {
  const room = state.channels.get(channel);
  if (!room || !held.loaded) return null;
  const direct = room.kind === "im";
  const title = direct ? userName(room.with) : `#${room.name}`;
  const words = isAppChannel(channel) ? `Talk to ${title} here: a command without its slash, a question, or just “help”.` : direct ? `This is the very beginning of your conversation with ${title}.` : `This is the very beginning of ${title}.`;
  const make = () => h("div", { class: "intro" }, direct ? avatar(room.with, { size: "huge" }) : h("span", { class: "intro-mark" }, icon(room.kind === "private" ? "lock" : "hash")), h("h3", {}, title), append(h("p", {}), [words, room.topic ? [" ", mrkdwn(room.topic)] : null]));
  return { key: "intro", sig: JSON.stringify([room.topic, title]), make };
}
