// What the page knows: people, channels, feeds of messages and what is open; changes are told by topic.

export const state = {
  me: null, team: {}, app: {}, users: new Map(), channels: new Map(), groups: new Map(), commands: [], shortcuts: [], panel: null,
  open: { channel: null, thread: null, tab: "messages" }, feeds: new Map(), notices: new Map(), typing: new Map(), home: undefined, link: "ok", heard: 0,
};

const bus = new EventTarget();

/** Listen to a topic; several may be named, separated by spaces. */
export function on(topics, fn) {
  for (const topic of topics.split(" ")) bus.addEventListener(topic, (event) => fn(event.detail));
}

/** Tell a topic. */
export function emit(topic, detail) {
  bus.dispatchEvent(new CustomEvent(topic, { detail }));
}

const byId = (list) => new Map((list ?? []).map((item) => [item.id, item]));

/** Take over a whole /ui/state answer. */
export function adopt(fresh) {
  state.me = fresh.me;
  state.team = fresh.team ?? {};
  state.app = fresh.app ?? {};
  state.users = byId(fresh.users);
  state.channels = byId(fresh.channels);
  state.groups = byId(fresh.usergroups);
  state.commands = fresh.commands ?? [];
  state.shortcuts = fresh.shortcuts ?? [];
  state.panel = fresh.panel ?? null;
  emit("state");
}

/** Forget what belongs to the person who acted before. */
export function forget() {
  state.feeds.clear();
  state.notices.clear();
  state.typing.clear();
  state.home = undefined;
}

export const me = () => state.users.get(state.me) ?? { id: state.me, name: "you" };
export const isBot = (user) => user?.kind === "bot";

/** The name to show for a user id. */
export function userName(id) {
  const user = state.users.get(id);
  return user ? user.real_name || user.name || id : id;
}

/** The name to show for a channel, without its sign. */
export function channelName(id) {
  const channel = state.channels.get(id);
  if (!channel) return id;
  if (channel.kind === "im") return userName(channel.with);
  return channel.name || id;
}

export const groupName = (id) => state.groups.get(id)?.handle;

/** The direct message with the app, if this person has one. */
export const appChannel = () => [...state.channels.values()].find((c) => c.kind === "im" && c.with === state.app.bot_user);

/** Is this channel the app's own conversation? */
export const isAppChannel = (id) => { const c = state.channels.get(id); return c?.kind === "im" && c.with === state.app.bot_user; };

export const feedKey = (channel, thread) => (thread ? `${channel}/${thread}` : channel);

/** The feed of a channel or a thread: {messages: Map by ts, loaded, newFrom}. */
export function feed(channel, thread) {
  const key = feedKey(channel, thread);
  if (!state.feeds.has(key)) state.feeds.set(key, { messages: new Map(), loaded: false, failed: null, newFrom: null });
  return state.feeds.get(key);
}

export const isReply = (m) => Boolean(m.thread_ts) && m.thread_ts !== m.ts;

/** The feeds a message belongs to: the channel, its thread, or both for a broadcast reply. */
function places(m) {
  if (!isReply(m)) return state.feeds.has(feedKey(m.channel, m.ts)) ? [null, m.ts] : [null];
  return m.broadcast ? [null, m.thread_ts] : [m.thread_ts];
}

/** Put a message where it belongs, new or changed. */
export function place(m) {
  if (m.ephemeral && dismissed(m)) return;
  for (const thread of places(m)) {
    feed(m.channel, thread).messages.set(m.ts, m);
    emit("feed", feedKey(m.channel, thread));
  }
}

/** Change a message wherever it stands. */
export function amend(channel, ts, change) {
  for (const [key, one] of state.feeds) {
    if (key !== channel && !key.startsWith(`${channel}/`)) continue;
    const held = one.messages.get(ts);
    if (!held) continue;
    one.messages.set(ts, { ...held, ...change });
    emit("feed", key);
  }
}

/** Take a message away wherever it stands. */
export function remove(channel, ts) {
  for (const [key, one] of state.feeds) {
    if ((key === channel || key.startsWith(`${channel}/`)) && one.messages.delete(ts)) emit("feed", key);
  }
}

const DISMISSED = "quarterdeck.dismissed";
const dismissals = () => new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));
export const dismissed = (m) => dismissals().has(`${state.me}/${m.channel}/${m.ts}`);

/** Hide an ephemeral for good, as Slack's Dismiss does. */
export function dismiss(m) {
  const all = [...dismissals(), `${state.me}/${m.channel}/${m.ts}`].slice(-200);
  sessionStorage.setItem(DISMISSED, JSON.stringify(all));
  remove(m.channel, m.ts);
}

/** What Slack itself told this person in a channel, oldest first. */
export const notices = (channel, thread) => (state.notices.get(channel) ?? []).filter((n) => (n.thread_ts ?? null) === (thread ?? null));

export function addNotice(notice) {
  const ts = notice.ts ?? String(Date.now() / 1000);
  const list = state.notices.get(notice.channel) ?? [];
  state.notices.set(notice.channel, [...list, { ...notice, ts, id: `${ts}-${list.length}` }]);
  emit("feed", feedKey(notice.channel, notice.thread_ts));
}

export function dropNotice(notice) {
  state.notices.set(notice.channel, (state.notices.get(notice.channel) ?? []).filter((n) => n.id !== notice.id));
  emit("feed", feedKey(notice.channel, notice.thread_ts));
}

/** How many things ring, over all channels. */
export const rings = () => [...state.channels.values()].reduce((sum, c) => sum + (c.rings ?? 0), 0);
export const unread = () => [...state.channels.values()].reduce((sum, c) => sum + (c.unread ?? 0), 0);
