// Where a person types: Enter sends, Shift+Enter breaks the line, the up arrow recalls, and completion helps.

import { append, h } from "./dom.js";
import { Refused, write } from "./api.js";
import { makeCompletion, query } from "./completion.js";
import { icon } from "./icons.js";
import { pickInto } from "./toolbar.js";
import { openMenu } from "./popover.js";
import { addNotice, channelName, feedKey, on, state, userName } from "./state.js";
import { attempt, toast } from "./toasts.js";

const TALLEST = 220;
const drafts = new Map();
const typed = new Map();

/** A composer for a channel or, with `inThread`, for a thread: {el, show(channel, thread), fill(text), focus()}. */
export function makeComposer({ inThread = false } = {}) {
  const input = h("textarea", { class: "composer-input", rows: "1", role: "combobox", "aria-expanded": "false", spellcheck: "true", data: { testid: inThread ? "thread-composer" : "composer" } });
  const view = { input, inThread, channel: null, thread: null, back: -1 };
  view.completion = makeCompletion(input, (item, asked) => complete(view, item, asked));
  view.hint = h("div", { class: "composer-hint", hidden: true, data: { testid: "usage-hint" } });
  view.send = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", disabled: true, data: { testid: "send" }, on: { click: () => submit(view) } }, icon("send"));
  view.typing = h("div", { class: "typing", "aria-live": "off" });
  view.bar = h("div", { class: "composer-bar" }, tools(view), h("span", { class: "composer-keys" }, h("kbd", {}, "Shift"), h("kbd", {}, "↵"), " new line"), view.send);
  view.box = h("div", { class: "composer-box" }, view.completion.el, view.hint, input, view.bar);
  view.note = h("div", { class: "composer-note", hidden: true, data: { testid: "composer-note" } });
  view.el = h("div", { class: "composer" }, view.box, view.note, view.typing);
  input.addEventListener("input", () => changed(view));
  input.addEventListener("keydown", (event) => keys(view, event));
  input.addEventListener("blur", () => setTimeout(() => view.completion.hide(), 120));
  input.addEventListener("click", () => ask(view));
  on("typing", () => showTyping(view));
  Object.assign(view, { show: (channel, thread = null) => show(view, channel, thread), fill: (text) => fill(view, text), focus: () => input.focus(), submit: () => submit(view) });
  return view;
}

function tools(view) {
  const tool = (name, label, act, testid) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, data: { testid }, on: { click: (event) => act(event.currentTarget) } }, icon(name));
  return h("div", { class: "composer-tools" },
    view.inThread ? null : tool("bolt", "Shortcuts and commands", (el) => shortcuts(view, el), "shortcuts"),
    tool("smile", "Emoji", (el) => pickInto(el, (name) => insert(view, `:${name}: `)), "emoji"),
    tool("at", "Mention somebody", () => insert(view, "@"), "mention"));
}

function shortcuts(view, anchor) {
  const own = state.shortcuts.filter((s) => s.type === "global").map((s) => ({ label: s.name, detail: s.description, icon: icon("bolt"), data: { shortcut: s.callback_id }, act: () => attempt(write("shortcut", { callback_id: s.callback_id, channel: view.channel })) }));
  const commands = state.commands.map((c) => ({ label: c.command, detail: c.description, icon: icon("right"), act: () => fill(view, `${c.command} `) }));
  const items = own.length && commands.length ? [...own, null, ...commands] : [...own, ...commands];
  if (items.length) openMenu(anchor, items, { label: "Shortcuts and commands" });
  else toast({ title: "Nothing here yet", text: "This app has no shortcuts and no commands." });
}

const key = (view) => `${state.me}/${feedKey(view.channel, view.thread)}`;

function show(view, channel, thread) {
  const moved = view.channel !== channel || view.thread !== thread;
  Object.assign(view, { channel, thread });
  if (moved) { view.input.value = drafts.get(key(view)) ?? ""; view.back = -1; changed(view); }
  const room = state.channels.get(channel);
  const name = room?.kind === "im" ? channelName(channel) : `#${channelName(channel)}`;
  const words = thread ? "Reply…" : `Message ${name}`;
  view.input.placeholder = words;
  view.input.setAttribute("aria-label", words);
  blockIf(view, room);
}

// Where somebody cannot write, the composer says why and what to do.
function blockIf(view, room) {
  const why = !room ? null : room.is_archived ? "This channel is archived." : room.is_member === false && room.kind === "channel" ? "join" : null;
  view.box.hidden = why !== null;
  view.note.hidden = why === null;
  view.note.replaceChildren();
  if (why === "join") append(view.note, [h("span", {}, `You are looking at #${room.name}.`), h("button", { type: "button", class: "btn primary", data: { testid: "join" }, on: { click: () => attempt(write("join", { channel: room.id })) } }, h("span", {}, "Join channel"))]);
  else if (why) append(view.note, [icon("archive"), h("span", {}, why)]);
}

function fill(view, text) {
  view.input.value = text;
  view.input.focus();
  view.input.setSelectionRange(text.length, text.length);
  changed(view);
}

function insert(view, text) {
  const { input } = view;
  const [from, to] = [input.selectionStart, input.selectionEnd];
  const gap = from > 0 && !/\s/.test(input.value[from - 1]) && text.startsWith("@") ? " " : "";
  input.setRangeText(gap + text, from, to, "end");
  input.focus();
  changed(view);
}

function changed(view) {
  const { input } = view;
  if (input.value) drafts.set(key(view), input.value);
  else drafts.delete(key(view));
  view.send.disabled = input.value.trim() === "";
  input.style.setProperty("height", "auto");
  input.style.setProperty("height", `${Math.min(input.scrollHeight, TALLEST)}px`);
  ask(view);
}

function ask(view) {
  const { input } = view;
  const asked = document.activeElement === input ? query(input.value, input.selectionStart, { commands: !view.inThread }) : null;
  view.completion.show(asked);
  usage(view);
}

function usage(view) {
  const word = view.input.value.match(/^(\/\S+)\s/)?.[1]?.toLowerCase();
  const command = word && !view.inThread ? state.commands.find((c) => c.command === word) : null;
  view.hint.hidden = !command || view.completion.open();
  if (command) view.hint.replaceChildren(h("code", { class: "code" }, command.command), h("span", { class: "hint-usage" }, command.usage_hint ?? ""), h("span", { class: "hint-words" }, command.description ?? ""));
}

function complete(view, item, asked) {
  const { input } = view;
  const caret = input.selectionStart;
  input.setRangeText(`${item.insert} `, asked.from, caret, "end");
  input.focus();
  changed(view);
}

function keys(view, event) {
  if (event.isComposing) return undefined;
  if (view.completion.key(event)) return undefined;
  if (event.key === "Enter" && !event.shiftKey && !event.altKey) { event.preventDefault(); return submit(view); }
  if (event.key === "ArrowUp" && recallable(view)) { event.preventDefault(); return recall(view, 1); }
  if (event.key === "ArrowDown" && view.back >= 0) { event.preventDefault(); return recall(view, -1); }
  return undefined;
}

const history = () => { if (!typed.has(state.me)) typed.set(state.me, []); return typed.get(state.me); };
const recallable = (view) => history().length > 0 && (view.input.value === "" || (view.back >= 0 && view.input.value === history()[view.back]));

function recall(view, by) {
  view.back = Math.max(-1, Math.min(history().length - 1, view.back + by));
  fill(view, view.back < 0 ? "" : history()[view.back]);
  view.completion.hide();
}

async function submit(view) {
  const text = view.input.value.trim();
  if (!text) return;
  const { channel, thread } = view;
  const line = history();
  if (line[0] !== text) line.unshift(text);
  line.length = Math.min(line.length, 50);
  view.back = -1;
  fill(view, "");
  view.completion.hide();
  try {
    await write("type", { channel, text, ...(thread ? { thread } : {}) });
  } catch (error) {
    refused(view, { channel, thread, text, error });
  }
}

// Slack answers a mistake where it was made, only to the person who made it; what could not be sent comes back.
function refused(view, { channel, thread, text, error }) {
  if (!(error instanceof Refused)) throw error;
  const reachable = error.code !== "unreachable";
  if (reachable) addNotice({ channel, thread_ts: thread ?? undefined, text: plainly(error.message), tone: "error" });
  else toast({ title: "Not sent", text: error.message, tone: "error" });
  if (!(reachable && error.code === "command_in_thread") && view.channel === channel && view.thread === thread && view.input.value === "") fill(view, text);
}

const plainly = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function showTyping(view) {
  const who = [...(state.typing.get(feedKey(view.channel, view.thread)) ?? [])].filter((id) => id !== state.me).map(userName);
  const words = who.length === 0 ? "" : who.length === 1 ? `${who[0]} is typing…` : who.length === 2 ? `${who[0]} and ${who[1]} are typing…` : "Several people are typing…";
  view.typing.textContent = words;
}
