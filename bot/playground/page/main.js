// Starts the page: finds out who acts, draws every pane, follows the URL, and keeps reading what is open.

import { h } from "./dom.js";
import { read, write } from "./api.js";
import { mountChannel } from "./channel.js";
import { mountJournal } from "./journal.js";
import { mountKeys } from "./keys.js";
import { connect } from "./live.js";
import { adoptTop, clearViews, mountModals } from "./modal.js";
import { mountPanel } from "./panel.js";
import { closePopover } from "./popover.js";
import { go, place as routed } from "./route.js";
import { mountSidebar, drawer } from "./sidebar.js";
import { adopt, dismissed, emit, feed, feedKey, forget, isAppChannel, on, state } from "./state.js";
import { mountThread } from "./thread.js";
import { mountToasts, attempt } from "./toasts.js";
import { mountBanner, mountTopbar } from "./topbar.js";

const LAST = "quarterdeck.as";
const FIRST_PERSON = "ada";
const el = (id) => document.getElementById(id);
const panes = {};

function mount() {
  mountToasts();
  mountModals();
  const journal = mountJournal(el("journal"));
  mountTopbar(el("topbar"), journal);
  mountBanner(el("banner"));
  mountSidebar(el("sidebar"));
  panes.channel = mountChannel(el("channel"));
  panes.thread = mountThread(el("thread"));
  mountPanel(el("panel"));
  mountKeys({ composer: panes.channel.composer });
  el("scrim").addEventListener("click", () => drawer(false));
  document.addEventListener("click", openChannelLink);
  document.addEventListener("visibilitychange", seen);
  addEventListener("focus", seen);
  addEventListener("hashchange", () => attempt(follow()));
  on("channels", (id) => { if (id === state.open.channel) seen(); });
  on("arrived", arrived);
  on("compose", compose);
  on("goto", ({ thread, ts }) => setTimeout(() => (thread ? panes.thread : panes.channel).feed.jump(ts), 250));
}

function openChannelLink(event) {
  const link = event.target.closest?.("[data-open-channel]");
  if (!link) return;
  event.preventDefault();
  go({ channel: link.dataset.openChannel });
}

/** Read who we are: the hash names a person, else the last one, else whom the playground names, else the first in it. */
async function readState() {
  const tried = [routed().as, localStorage.getItem(LAST), undefined, FIRST_PERSON];
  let refused;
  for (const as of tried.filter((who, i) => i > 1 || who)) {
    try {
      return await read("state", { as });
    } catch (error) {
      if (error.code === "unreachable") throw error;
      refused = error;
    }
  }
  throw refused;
}

async function start() {
  mount();
  try {
    adopt(await readState());
  } catch (error) {
    el("boot").replaceChildren(h("p", { role: "alert" }, error.message), h("button", { type: "button", class: "btn", on: { click: () => location.reload() } }, h("span", {}, "Try again")));
    return;
  }
  el("boot").remove();
  el("app").hidden = false;
  await becomeMe();
}

async function becomeMe() {
  localStorage.setItem(LAST, state.me);
  go({ as: state.me }, { replace: true });
  await connect(reload);
  showPlace();
  await adoptTop();
}

/** The hash changed: another person, or another place. */
async function follow() {
  const wanted = routed();
  closePopover();
  if (wanted.as && wanted.as !== state.me) return switchTo(wanted.as);
  return showPlace();
}

async function switchTo(as) {
  const fresh = await read("state", { as });
  forget();
  clearViews();
  adopt(fresh);
  await becomeMe();
}

function firstChannel() {
  const rooms = [...state.channels.values()].filter((c) => !c.is_archived && c.is_member !== false && c.kind !== "im");
  const offered = state.panel?.lines?.find((l) => state.channels.has(l.channel))?.channel;
  return offered ?? (rooms.find((c) => c.app_member) ?? rooms[0] ?? [...state.channels.values()][0])?.id ?? null;
}

function showPlace() {
  const wanted = routed();
  const channel = state.channels.has(wanted.channel) ? wanted.channel : firstChannel();
  if (channel !== wanted.channel) return go({ channel, thread: null, tab: null }, { replace: true });
  const moved = state.open.channel !== channel || state.open.as !== state.me;
  if (moved && state.open.channel) feed(state.open.channel).newFrom = null;
  state.open = { channel, thread: wanted.thread, tab: wanted.tab === "home" && isAppChannel(channel) ? "home" : null, as: state.me };
  document.body.classList.toggle("thread-open", Boolean(wanted.thread));
  emit("route");
  const hadThread = !el("thread").hidden;
  panes.channel.show();
  panes.thread.show(channel, wanted.thread);
  load(channel);
  if (wanted.thread) load(channel, wanted.thread).then(() => { if (!hadThread && matchMedia("(min-width: 761px)").matches) panes.thread.composer.focus(); });
  else if (moved && matchMedia("(hover: hover)").matches) panes.channel.composer.focus();
  return undefined;
}

/** Read a feed unless it is there; `again` reads it anyway. */
async function load(channel, thread = null, again = false) {
  if (!channel) return;
  const held = feed(channel, thread);
  if (held.loaded && !again) { if (!thread) seen(); return; }
  const me = state.me;
  try {
    const messages = await steady(channel, thread);
    if (state.me !== me) return;
    const room = state.channels.get(channel);
    held.messages = new Map(messages.filter((m) => !(m.ephemeral && dismissed(m))).map((m) => [m.ts, m]));
    if (!thread && !held.loaded) held.newFrom = firstUnread(messages, room?.unread ?? 0);
    Object.assign(held, { loaded: true, failed: null });
  } catch (error) {
    held.failed = error.message;
  }
  emit("feed", feedKey(channel, thread));
  if (!thread) seen();
}

// What happens while the answer is on its way is not in it: then it is asked again.
async function steady(channel, thread) {
  for (let tries = 0; ; tries += 1) {
    const before = state.heard;
    const { messages } = await read("messages", { channel, thread });
    if (before === state.heard || tries === 4) return messages;
  }
}

function firstUnread(messages, count) {
  if (!count) return null;
  const others = messages.filter((m) => m.user !== state.me && !m.ephemeral);
  return others.at(-count)?.ts ?? null;
}

/** What the reader has before their eyes is read. */
function seen() {
  const room = state.channels.get(state.open.channel);
  if (!room || document.visibilityState !== "visible" || state.open.tab === "home" || !feed(room.id).loaded) return;
  if (!room.unread && !room.rings) return;
  state.channels.set(room.id, { ...room, unread: 0, rings: 0 });
  emit("channels");
  write("read", { channel: room.id }).catch(() => null);
}

// The line "New" stands above the first message that came while nobody looked.
function arrived(m) {
  if (m.user === state.me) return answered(m);
  if (m.channel !== state.open.channel || (document.visibilityState === "visible" && document.hasFocus())) return undefined;
  const held = feed(m.channel);
  if (held.newFrom || !held.messages.has(m.ts)) return undefined;
  held.newFrom = m.ts;
  return emit("feed", feedKey(m.channel));
}

// Whoever answers has read what was new.
function answered(m) {
  const held = feed(m.channel);
  if (!held.newFrom) return;
  held.newFrom = null;
  emit("feed", feedKey(m.channel));
}

/** A panel line fills the composer of the place it belongs to, once we are that person there. */
function compose({ text, send }) {
  const wanted = routed();
  const ready = () => state.me === (wanted.as ?? state.me) && state.open.channel === wanted.channel;
  let tries = 100;
  const attemptIt = () => {
    if (!ready()) { if (tries-- > 0) setTimeout(attemptIt, 30); return; }
    panes.channel.composer.fill(text);
    if (send) panes.channel.composer.submit();
  };
  attemptIt();
}

async function reload() {
  try {
    adopt(await read("state"));
  } catch {
    return;
  }
  const open = { ...state.open };
  for (const [key, held] of state.feeds) if (key !== open.channel && key !== feedKey(open.channel, open.thread)) held.loaded = false;
  showPlace();
  await load(open.channel, null, true);
  if (open.thread) await load(open.channel, open.thread, true);
  await adoptTop();
}

start();
