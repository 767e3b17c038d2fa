// Applies the server's events to what the page knows, and reads everything again after the line was lost.

import { follow } from "./api.js";
import { viewClosed, viewError, viewOpened, viewUpdated } from "./modal.js";
import { addNotice, amend, emit, feed, feedKey, place, remove, state } from "./state.js";
import { ring } from "./toasts.js";

const PATIENCE = 800;
const FIRST_WAIT = 3000;
const TYPING = 4000;
let stop = null;

/** Follow events as the acting person; `reload` reads again after a gap. Settles once the line is up, so that what is read next misses nothing. */
export function connect(reload) {
  stop?.();
  let missed = false;
  let timer = null;
  let settle;
  const settled = new Promise((resolve) => { settle = resolve; });
  const late = () => { missed = true; settle(); };
  const waiting = setTimeout(late, FIRST_WAIT);
  const hello = () => {
    clearTimeout(waiting);
    clearTimeout(timer);
    link("ok");
    if (missed) reload();
    missed = false;
    settle();
  };
  const onLost = () => {
    missed = true;
    clearTimeout(timer);
    timer = setTimeout(() => link("lost"), PATIENCE);
  };
  stop = follow(state.me, { onEvent: (event) => (event.type === "hello" ? hello() : apply(event)), onLost });
  return settled;
}

function link(now) {
  if (state.link === now) return;
  state.link = now;
  emit("link");
}

const EVENTS = {
  message: (e) => { place(e.message); emit("arrived", e.message); },
  message_changed: (e) => change(e.message),
  message_deleted: (e) => remove(e.channel, e.ts),
  ephemeral: (e) => place(e.message),
  ephemeral_deleted: (e) => remove(e.channel, e.ts),
  reaction: (e) => amend(e.message.channel, e.message.ts, { reactions: e.message.reactions ?? [] }),
  thread: (e) => amend(e.channel, e.thread_ts, { reply_count: e.reply_count ?? 0, reply_users: e.reply_users, latest_reply: e.latest_reply }),
  view_opened: (e) => viewOpened(e.view, e.depth),
  view_updated: (e) => viewUpdated(e.view),
  view_closed: (e) => viewClosed(e.depth ?? 0),
  view_error: (e) => viewError(e.message),
  home: (e) => { state.home = e.view; emit("home"); },
  channel: (e) => { state.channels.set(e.channel.id, { ...state.channels.get(e.channel.id), ...e.channel }); emit("channels", e.channel.id); },
  user: (e) => { state.users.set(e.user.id, { ...state.users.get(e.user.id), ...e.user }); emit("users"); },
  typing: (e) => typing(e),
  notify: (e) => notify(e),
  notice: (e) => addNotice(e),
  app: (e) => { state.app = { ...state.app, connected: e.connected, connections: e.connections }; emit("app"); },
  panel: (e) => { state.panel = e.panel; emit("panel"); },
};

/** Apply one event; unknown ones are left alone. */
export function apply(event) {
  state.heard += 1;
  if (Object.hasOwn(EVENTS, event.type)) EVENTS[event.type](event);
}

// An edit keeps what an event about it may leave out: how many replies it has.
function change(message) {
  const { reply_count, reply_users, latest_reply, ...rest } = message;
  const facts = reply_count === undefined ? {} : { reply_count, reply_users, latest_reply };
  amend(message.channel, message.ts, { ...rest, ...facts });
}

function notify(event) {
  const { channel, thread, tab } = state.open;
  const inView = channel === event.channel && tab !== "home" && (!event.thread_ts || thread === event.thread_ts || feed(channel).messages.has(event.ts));
  const looking = inView && document.visibilityState === "visible" && document.hasFocus();
  if (!looking) ring(event);
}

function typing({ channel, thread_ts: thread, user }) {
  const key = feedKey(channel, thread);
  const set = state.typing.get(key) ?? new Set();
  state.typing.set(key, set.add(user));
  emit("typing");
  setTimeout(() => { set.delete(user); emit("typing"); }, TYPING);
}
