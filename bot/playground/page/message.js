// Draws one message: who and when, its text or blocks, attachments, files, reactions and replies; edits change only the part that moved.

import { append, h, ownUrl, safeUrl } from "./dom.js";
import { write } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { ago, clock, fullStamp } from "./dates.js";
import { collect } from "./elements.js";
import { shortcode } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { avatar, badge, slackbotAvatar } from "./people.js";
import { go } from "./route.js";
import { dismiss, dropNotice, state, userName } from "./state.js";
import { pickReaction, toolbar } from "./toolbar.js";
import { attempt } from "./toasts.js";

/** Who a message is from: {id, name, user}. */
export function author(m) {
  const id = m.user || (m.bot_id && (!m.username || m.username === userName(state.app.bot_user)) ? state.app.bot_user : m.bot_id) || "";
  const user = state.users.get(id) ?? (m.bot_id ? { id, kind: "bot", name: m.username } : undefined);
  return { id, name: m.username || userName(id), user };
}

/** Draw or renew a message. `view` is {grouped, inThread}. */
export function renewMessage(el, m, view) {
  el.className = `message${view.grouped ? " grouped" : ""}${m.ephemeral ? " ephemeral" : ""}${m.broadcast && !view.inThread ? " broadcast" : ""}${mentionsMe(m) ? " rings" : ""}`;
  el.setAttribute("aria-label", `${author(m).name}, ${clock(m.ts)}`);
  reconcile(el, [
    { key: "side", sig: `${view.grouped}${m.ts}${author(m).id}${author(m).name}`, make: () => side(m, view) },
    { key: "body", sig: Math.random(), make: () => fill(h("div", { class: "body" }), m, view), update: (body) => fill(body, m, view) },
    ...(m.ephemeral || m.pending ? [] : [{ key: "tools", sig: `${view.inThread}`, make: () => toolbar(m, view) }]),
  ]);
  return el;
}

/** A new message element. */
export function drawMessage(m, view) {
  const el = h("article", { tabindex: "-1", role: "article", data: { testid: "message", ts: m.ts, channel: m.channel, user: m.user ?? m.bot_id } });
  return renewMessage(el, m, view);
}

const mentionsMe = (m) => m.user !== state.me && !m.ephemeral && typeof m.text === "string" && m.text.includes(`<@${state.me}>`);

function side(m, view) {
  if (view.grouped) return h("div", { class: "side" }, h("time", { class: "side-time", title: fullStamp(m.ts) }, clock(m.ts)));
  const { id, name } = author(m);
  return h("div", { class: "side" }, avatar(id, { size: "large", name: m.username || name }));
}

function fill(body, m, view) {
  const parts = [];
  if (m.ephemeral) parts.push({ key: "only", sig: "", make: () => h("div", { class: "only-you" }, icon("eye"), "Only visible to you") });
  if (m.broadcast) parts.push({ key: "broadcast", sig: `${view.inThread}`, make: () => broadcastLine(m, view) });
  if (!view.grouped) parts.push({ key: "head", sig: `${author(m).name}${m.ts}`, make: () => head(m) });
  const blocks = m.blocks?.length > 0;
  if (!blocks && m.text) parts.push({ key: "text", sig: `${m.text}${m.edited}`, make: () => textPart(m) });
  if (blocks) parts.push({ key: "blocks", sig: Math.random(), make: () => blockPart(h("div", { class: "blocks", data: { testid: "blocks" } }), m), update: (el) => blockPart(el, m) });
  if (blocks && m.edited) parts.push({ key: "edited", sig: "", make: edited });
  (m.attachments ?? []).forEach((a, i) => parts.push({ key: `att-${i}`, sig: JSON.stringify(a), make: () => attachment(a, m) }));
  if (m.files?.length) parts.push({ key: "files", sig: JSON.stringify(m.files), make: () => h("div", { class: "files" }, m.files.map(fileCard)) });
  if (m.reactions?.length) parts.push({ key: "reactions", sig: JSON.stringify(m.reactions), make: () => reactions(m) });
  if (m.reply_count && !view.inThread) parts.push({ key: "replies", sig: `${m.reply_count}${m.latest_reply}${m.reply_users}`, make: () => replies(m) });
  if (m.ephemeral) parts.push({ key: "dismiss", sig: "", make: () => h("button", { type: "button", class: "linkish dismiss", data: { testid: "dismiss" }, on: { click: () => dismiss(m) } }, "Dismiss message") });
  reconcile(body, parts);
  return body;
}

function head(m) {
  const { name, user } = author(m);
  return h("div", { class: "head" }, h("span", { class: "author" }, name), badge(user), h("time", { class: "stamp", title: fullStamp(m.ts) }, clock(m.ts)));
}

const edited = () => h("span", { class: "edited", data: { testid: "edited" } }, "(edited)");

function textPart(m) {
  const el = append(h("div", { class: "text", data: { testid: "text" } }), mrkdwn(m.text));
  return m.edited ? append(el, [" ", edited()]) : el;
}

/** Where a message's controls send what they do. */
function contextOf(m, el) {
  const origin = () => ({ channel: m.channel, ts: m.ts });
  const send = (payload) => attempt(write("click", { ...origin(), container: "message", ...payload, state: collect(el) }));
  return { container: "message", channel: m.channel, origin, send };
}

function blockPart(el, m) {
  drawBlocks(el, m.blocks, contextOf(m, el));
  return el;
}

function attachment(a, m) {
  const el = h("div", { class: "attachment" });
  if (/^#?[0-9a-f]{3,8}$/i.test(a.color ?? "")) el.style.setProperty("--bar", a.color.startsWith("#") ? a.color : `#${a.color}`);
  else if (["good", "warning", "danger"].includes(a.color)) el.classList.add(a.color);
  if (a.pretext) el.append(append(h("div", { class: "text" }), mrkdwn(a.pretext)));
  const url = safeUrl(a.title_link);
  if (a.title) el.append(append(url ? h("a", { class: "attachment-title link", href: url, target: "_blank", rel: "noopener noreferrer" }) : h("div", { class: "attachment-title" }), textObject(a.title)));
  if (a.text) el.append(append(h("div", { class: "text" }), mrkdwn(a.text)));
  if (a.fields?.length) el.append(h("div", { class: "fields" }, a.fields.map((f) => h("div", { class: f.short ? "" : "long" }, h("strong", {}, f.title ?? ""), append(h("div", { class: "text" }), mrkdwn(f.value))))));
  if (a.blocks?.length) { const inner = h("div", { class: "blocks" }); drawBlocks(inner, a.blocks, contextOf(m, inner)); el.append(inner); }
  if (ownUrl(a.image_url)) el.append(h("img", { class: "image wide", src: ownUrl(a.image_url), alt: a.fallback ?? "" }));
  if (a.footer) el.append(append(h("div", { class: "attachment-footer" }), mrkdwn(a.footer)));
  if (el.childElementCount === 0) el.append(append(h("div", { class: "text" }), mrkdwn(a.fallback ?? "")));
  return el;
}

function reactions(m) {
  return h("div", { class: "reactions" }, m.reactions.map((r) => chip(m, r)), h("button", { type: "button", class: "reaction add", "aria-label": "Add a reaction", on: { click: (e) => pickReaction(e.currentTarget, m) } }, icon("smile")));
}

function chip(m, r) {
  const mine = r.users?.includes(state.me);
  const names = (r.users ?? []).map((id) => (id === state.me ? "You" : userName(id))).join(", ");
  const act = () => attempt(write("react", { channel: m.channel, ts: m.ts, name: r.name, ...(mine ? { remove: true } : {}) }));
  return h("button", { type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(Boolean(mine)), "aria-label": `${r.name.replace(/_/g, " ")}, ${r.count}: ${names}`, title: `${names} :${r.name}:`, data: { testid: "reaction", name: r.name }, on: { click: act } }, shortcode(r.name) ?? `:${r.name}:`, h("span", {}, String(r.count)));
}

function replies(m) {
  const people = [...new Set(m.reply_users ?? [])].slice(0, 4);
  const words = `${m.reply_count} ${m.reply_count === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "replies", data: { testid: "replies" }, on: { click: () => go({ thread: m.ts }) } }, h("span", { class: "faces" }, people.map((id) => avatar(id, { size: "small" }))), h("span", { class: "replies-count" }, words), m.latest_reply ? h("span", { class: "replies-last" }, `Last reply ${ago(m.latest_reply)}`) : null, icon("right", "chevron"));
}

function broadcastLine(m, view) {
  if (view.inThread) return h("div", { class: "context-line" }, icon("hash"), "Also sent to the channel");
  return h("button", { type: "button", class: "context-line linkish", data: { testid: "to-thread" }, on: { click: () => go({ thread: m.thread_ts }) } }, icon("thread"), "replied to a thread");
}

/** What Slack itself says, only to this person. */
export function drawNotice(n) {
  return h("article", { class: `message notice ${n.tone === "error" ? "error" : "info"}`, tabindex: "-1", data: { testid: "notice", ts: n.ts } },
    h("div", { class: "side" }, slackbotAvatar()),
    h("div", { class: "body" },
      h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
      h("div", { class: "head" }, h("span", { class: "author" }, "Slackbot"), h("time", { class: "stamp" }, clock(n.ts))),
      append(h("div", { class: "text" }), mrkdwn(n.text)),
      h("button", { type: "button", class: "linkish dismiss", data: { testid: "dismiss" }, on: { click: () => dropNotice(n) } }, "Dismiss message")));
}

