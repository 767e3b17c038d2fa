// The feed of one channel or thread: day separators, grouping, the new-message line, and a scroll that stays where the reader is.

import { calm, h } from "./dom.js";
import { dayKey, dayLabel } from "./dates.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { author, drawMessage, drawNotice, renewMessage } from "./message.js";
import { feed, feedKey, notices, on, state } from "./state.js";
import { step } from "./popover.js";

const NEAR = 90;
const TOGETHER = 300;

/** A feed for `channel` (and `thread`): {el, show(channel, thread), jump(ts), focusLast()}. `intro` makes what stands above the first message. */
export function makeFeed({ intro, inThread, label }) {
  const list = h("div", { class: "feed-list", role: "feed", "aria-label": label });
  const scroller = h("div", { class: "feed", tabindex: "0", data: { testid: inThread ? "thread-feed" : "feed" } }, list);
  const pill = h("button", { type: "button", class: "jump", hidden: true, data: { testid: "jump" } });
  const el = h("div", { class: "feed-wrap" }, scroller, pill);
  const view = { el, list, scroller, pill, intro, inThread, channel: null, thread: null, fresh: 0, last: null };
  pill.addEventListener("click", () => jumpPill(view));
  scroller.addEventListener("scroll", () => { if (nearEnd(view)) view.fresh = 0; showPill(view); }, { passive: true });
  list.addEventListener("keydown", (event) => keys(event, list));
  new ResizeObserver(() => { if (view.stuck) toEnd(view); }).observe(list);
  new ResizeObserver(() => { if (view.stuck) toEnd(view); }).observe(scroller);
  on("feed", (key) => { if (key === feedKey(view.channel, view.thread)) render(view); });
  view.show = (channel, thread = null) => show(view, channel, thread);
  view.render = () => render(view);
  view.jump = (ts) => jump(view, ts);
  view.focusLast = () => focusLast(list);
  return view;
}

const nearEnd = (view) => { const s = view.scroller; view.stuck = s.scrollHeight - s.scrollTop - s.clientHeight < NEAR; return view.stuck; };
const toEnd = (view) => { view.scroller.scrollTop = view.scroller.scrollHeight; };

function show(view, channel, thread) {
  const moved = view.channel !== channel || view.thread !== thread;
  Object.assign(view, { channel, thread });
  if (moved) { view.list.replaceChildren(); Object.assign(view, { fresh: 0, last: null, stuck: true }); }
  render(view);
}

function render(view) {
  if (!view.channel) return;
  const held = feed(view.channel, view.thread);
  const entries = merge(held, notices(view.channel, view.thread));
  const before = view.last;
  const stuck = nearEnd(view);
  reconcile(view.list, parts(view, held, entries));
  const newest = entries.at(-1);
  view.last = newest?.ts ?? null;
  if (stuck || (newest && before && newest.user === state.me && newest.ts > before)) toEnd(view);
  else if (before && newest && newest.ts > before) view.fresh += entries.filter((e) => e.ts > before).length;
  view.stuck = stuck;
  nearEnd(view);
  showPill(view);
}

function merge(held, said) {
  const entries = [...held.messages.values(), ...said.map((n) => ({ ...n, isNotice: true }))];
  return entries.sort((a, b) => Number(a.ts) - Number(b.ts) || (a.ts < b.ts ? -1 : 1));
}

function parts(view, held, entries) {
  const list = [];
  const top = view.intro?.(view.channel, view.thread, held);
  if (top) list.push(top);
  if (!held.loaded) list.push(held.failed ? failedPart(held) : { key: "loading", sig: "", make: skeleton });
  let prior = null;
  for (const m of entries) {
    if (!prior || dayKey(prior.ts) !== dayKey(m.ts)) list.push(dayPart(m.ts, view.inThread));
    if (held.newFrom && m.ts === held.newFrom) list.push({ key: "new", sig: "", make: () => h("div", { class: "new-line", role: "separator", data: { testid: "new-line" } }, h("span", {}, "New")) });
    list.push(m.isNotice ? { key: `n${m.id}`, sig: "", make: () => drawNotice(m) } : messagePart(view, m, together(view, prior, m, held)));
    if (view.inThread && m.ts === view.thread && entries.length > 1) list.push(repliesLine(entries.length - 1));
    prior = m;
  }
  return list;
}

function together(view, prior, m, held) {
  if (!prior || prior.isNotice || prior.ephemeral !== m.ephemeral || m.ephemeral || m.broadcast || prior.broadcast || held.newFrom === m.ts) return false;
  if (view.inThread && prior.ts === view.thread) return false;
  const [a, b] = [author(prior), author(m)];
  return a.id === b.id && a.name === b.name && Number(m.ts) - Number(prior.ts) < TOGETHER && dayKey(prior.ts) === dayKey(m.ts);
}

// A changed message is a new object, so each one is written out only once.
const signatures = new WeakMap();

function signature(m) {
  if (!signatures.has(m)) signatures.set(m, JSON.stringify(m));
  return signatures.get(m);
}

function messagePart(view, m, grouped) {
  const look = { grouped, inThread: view.inThread };
  return { key: `m${m.ts}${m.ephemeral ? "e" : ""}`, sig: `${grouped}${signature(m)}`, make: () => drawMessage(m, look), update: (el) => renewMessage(el, m, look) };
}

const failedPart = (held) => ({ key: "failed", sig: held.failed, make: () => h("div", { class: "feed-note", role: "alert" }, icon("warn"), held.failed) });
const dayPart = (ts, quiet) => ({ key: `d${dayKey(ts)}`, sig: dayLabel(ts), make: () => h("div", { class: quiet ? "day quiet" : "day", role: "separator" }, h("span", {}, dayLabel(ts))) });
const repliesLine = (n) => ({ key: "count", sig: String(n), make: () => h("div", { class: "replies-line", role: "separator" }, h("span", {}, `${n} ${n === 1 ? "reply" : "replies"}`)) });
const bone = (n) => h("div", { class: `bone bone-${n}` }, h("span"), h("div", {}, h("i"), h("i")));
const skeleton = () => h("div", { class: "skeleton", "aria-label": "Loading messages" }, [1, 2, 3].map(bone));

function newLine(view) {
  return view.list.querySelector(".new-line");
}

function showPill(view) {
  const line = newLine(view);
  const above = line && line.getBoundingClientRect().bottom < view.scroller.getBoundingClientRect().top;
  const mode = view.fresh > 0 && !view.stuck ? "down" : above && !view.seen ? "up" : view.stuck ? null : "end";
  view.mode = mode;
  view.pill.hidden = mode === null;
  view.pill.className = `jump ${mode === "up" ? "at-top" : "at-end"} ${mode === "end" ? "plain" : ""}`;
  const words = { down: `${view.fresh} new ${view.fresh === 1 ? "message" : "messages"}`, up: "Jump to new messages", end: "Latest" }[mode] ?? "";
  view.pill.replaceChildren(icon(mode === "up" ? "arrowup" : "arrowdown"), words);
}

function jumpPill(view) {
  const behavior = calm() ? "auto" : "smooth";
  if (view.mode === "up") { newLine(view)?.scrollIntoView({ block: "center", behavior }); return; }
  view.scroller.scrollTo({ top: view.scroller.scrollHeight, behavior });
}

function jump(view, ts) {
  const el = view.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (!el) return false;
  el.scrollIntoView({ block: "center" });
  el.classList.add("flash");
  setTimeout(() => el.classList.remove("flash"), 1600);
  return true;
}

// The arrow keys walk from message to message; Tab goes on into the message's own buttons.
function keys(event, list) {
  const el = document.activeElement;
  if (!el?.classList.contains("message")) return;
  if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) step(event, [...list.querySelectorAll(".message")]);
  else if ((event.key === "t" || event.key === "ArrowRight") && !event.metaKey && !event.ctrlKey) el.querySelector("[data-testid=reply]")?.click();
  else if (event.key === "r" && !event.metaKey && !event.ctrlKey) { event.preventDefault(); el.querySelector("[data-testid=react]")?.click(); }
}

function focusLast(list) {
  const all = list.querySelectorAll(".message");
  all[all.length - 1]?.focus();
}
