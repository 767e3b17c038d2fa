// Turns Slack's mrkdwn into DOM nodes: bold, italic, strike, code, fences, quotes, links, mentions, dates and emoji.

import { append, h, safeUrl } from "./dom.js";
import { capital, dateToken, fullStamp } from "./dates.js";
import { emojiNodes, shortcode } from "./emoji.js";
import { channelName, groupName, state, userName } from "./state.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

/** The three characters Slack escapes, back as text. */
export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** mrkdwn text as a list of nodes. */
export function mrkdwn(text) {
  const nodes = [];
  const parts = String(text ?? "").split(/```\n?([\s\S]+?)\n?```\n?/);
  parts.forEach((part, i) => {
    if (i % 2) nodes.push(h("pre", { class: "fence", tabindex: "0" }, h("code", {}, codeText(part))));
    else nodes.push(...lines(part));
  });
  return nodes;
}

/** plain_text as nodes: only emoji shortcodes mean anything. */
export function plain(text, withEmoji = true) {
  return withEmoji ? emojiText(String(text ?? "")) : [String(text ?? "")];
}

/** A text object of either type. */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return plain(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text, object.emoji !== false);
}

/** What a person would read aloud, as one string without marks. */
export function readable(text) {
  return append(document.createElement("div"), mrkdwn(text)).textContent;
}

function lines(text) {
  if (!text) return [];
  const nodes = [];
  let quote = null;
  let first = true;
  const rows = text.split("\n");
  for (const [i, row] of rows.entries()) {
    const quoted = row.match(/^(?:&gt;|>)\s?(?!(?:&gt;|>){2})(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      append(quote, inline(quoted[1]));
      first = true;
      continue;
    }
    if (!first && !(i === rows.length - 1 && row === "" && quote)) nodes.push(h("br"));
    quote = null;
    first = false;
    nodes.push(...inline(row));
  }
  return nodes;
}

/** One line's worth of marks; `open` names the styles we are already inside. */
export function inline(text, open = "") {
  const nodes = [];
  let run = "";
  const flush = () => { if (run) nodes.push(...emojiText(unescape(run))); run = ""; };
  for (let i = 0; i < text.length; ) {
    const found = text[i] === "<" ? token(text, i) : text[i] === "`" ? code(text, i) : style(text, i, open);
    if (found) {
      flush();
      nodes.push(...found.nodes);
      i = found.end;
    } else run += text[i++];
  }
  flush();
  return nodes;
}

function style(text, i, open) {
  const mark = text[i];
  const tag = STYLES[mark];
  if (!tag || open.includes(mark) || (i > 0 && (WORD.test(text[i - 1]) || text[i - 1] === mark)) || /\s|^$/.test(text[i + 1] ?? "")) return null;
  for (let end = text.indexOf(mark, i + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    const after = text[end + 1] ?? "";
    if (/\s/.test(text[end - 1]) || WORD.test(after) || after === mark || insideToken(text, i, end)) continue;
    return { nodes: [h(tag, {}, inline(text.slice(i + 1, end), open + mark))], end: end + 1 };
  }
  return null;
}

function insideToken(text, from, to) {
  const part = text.slice(from, to);
  return part.lastIndexOf("<") > part.lastIndexOf(">") || (part.split("`").length - 1) % 2 === 1;
}

function code(text, i) {
  const end = text.indexOf("`", i + 1);
  if (end <= i + 1) return null;
  return { nodes: [h("code", { class: "code" }, codeText(text.slice(i + 1, end)))], end: end + 1 };
}

const codeText = (text) => unescape(text.replace(/<([^|<>\n]+)(?:\|([^<>\n]*))?>/g, (whole, target, label) => label || target));

function token(text, i) {
  const end = text.indexOf(">", i + 1);
  if (end < 0 || text.slice(i + 1, end).includes("\n") || text.slice(i + 1, end).includes("<")) return null;
  const body = text.slice(i + 1, end);
  const bar = body.indexOf("|");
  const [target, label] = bar < 0 ? [body, ""] : [body.slice(0, bar), body.slice(bar + 1)];
  const nodes = entity(target, label, /^[\s*_~]*$/.test(text.slice(0, i)));
  return nodes ? { nodes, end: end + 1 } : null;
}

function entity(target, label, first) {
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return [mention(target.slice(1))];
  if (/^#[CG][A-Z0-9]+$/.test(target)) return [channelLink(target.slice(1), unescape(label))];
  if (target.startsWith("!")) return special(target, label, first);
  const url = safeUrl(unescape(target));
  return url ? [link(url, label ? emojiText(unescape(label)) : [shown(url)])] : null;
}

const shown = (url) => url.replace(/^mailto:/, "");

/** A link that leaves the page safely. */
export function link(url, kids) {
  return h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, kids);
}

/** @person, marked when it is the reader. */
export function mention(id) {
  const mine = id === state.me;
  return h("span", { class: mine ? "mention me" : "mention", data: { user: id } }, `@${userName(id)}`);
}

/** #channel, which opens it. */
export function channelLink(id, label = "") {
  const known = state.channels.has(id);
  const name = known ? channelName(id) : label || "private channel";
  return known ? h("a", { class: "mention", href: `#channel=${encodeURIComponent(id)}`, data: { openChannel: id } }, `#${name}`) : h("span", { class: "mention" }, `#${name}`);
}

function special(target, label, first) {
  const group = target.match(/^!subteam\^([A-Z0-9]+)$/);
  if (group) return [groupMention(group[1], unescape(label))];
  if (/^!(here|channel|everyone)$/.test(target)) return [h("span", { class: "mention me" }, `@${target.slice(1)}`)];
  const date = target.match(/^!date\^(-?\d+)\^([^^]*)(?:\^(.+))?$/);
  if (date) return [dateNode(date[1], unescape(date[2]), date[3] ? safeUrl(unescape(date[3])) : null, unescape(label), first)];
  return label ? [unescape(label)] : null;
}

/** @group, by its handle. */
export function groupMention(id, label = "") {
  const mine = state.groups.get(id)?.users?.includes(state.me);
  const name = groupName(id) ?? (label.replace(/^@/, "") || id);
  return h("span", { class: mine ? "mention me" : "mention" }, `@${name}`);
}

/** An instant in the reader's zone, or the fallback text. */
export function dateNode(ts, pattern, url, fallback, first = false) {
  const written = dateToken(ts, pattern);
  const text = written !== null && first ? capital(written) : written;
  const node = h("time", { class: "date", title: text === null ? undefined : fullStamp(ts) }, text ?? fallback);
  return url ? link(url, [node]) : node;
}

function emojiText(text) {
  const nodes = [];
  let last = 0;
  for (const m of text.matchAll(/:([a-z0-9_+'-]+)(?:::(skin-tone-\d))?:/g)) {
    const node = shortcode(m[1]);
    if (!node) continue;
    nodes.push(...emojiNodes(text.slice(last, m.index)), node);
    last = m.index + m[0].length;
  }
  nodes.push(...emojiNodes(text.slice(last)));
  return nodes;
}
