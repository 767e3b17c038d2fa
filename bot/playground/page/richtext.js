// Draws rich_text blocks: sections, lists, quotes and preformatted text, and the elements inside them.

import { append, h, safeUrl } from "./dom.js";
import { shortcode } from "./emoji.js";
import { channelLink, dateNode, groupMention, link, mention, plain } from "./mrkdwn.js";

/** The parts of one rich_text value as nodes. */
export function richText(block) {
  return (block?.elements ?? []).map(part);
}

function part(element) {
  const kids = () => (element.elements ?? []).flatMap(leaf);
  switch (element.type) {
    case "rich_text_section": return append(h("div", { class: "rich" }), kids());
    case "rich_text_quote": return append(h("blockquote"), kids());
    case "rich_text_preformatted": return h("pre", { class: "fence", tabindex: "0" }, append(h("code"), kids()));
    case "rich_text_list": return list(element);
    default: return h("div", { class: "unknown" }, `Rich text "${element.type}" is not drawn here`);
  }
}

function list(element) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  const el = h(tag, { class: "rich-list", start: element.offset ? String(element.offset + 1) : undefined });
  el.style.setProperty("--indent", String(Math.min(8, element.indent ?? 0)));
  for (const item of element.elements ?? []) el.append(append(h("li"), (item.elements ?? []).flatMap(leaf)));
  return el;
}

function leaf(element) {
  switch (element.type) {
    case "text": return styled(breaks(element.text, element.style), element.style);
    case "link": return linkLeaf(element);
    case "emoji": return [shortcode(element.name) ?? (element.unicode ? fromUnicode(element.unicode) : `:${element.name}:`)];
    case "user": return [mention(element.user_id)];
    case "channel": return [channelLink(element.channel_id)];
    case "usergroup": return [groupMention(element.usergroup_id)];
    case "broadcast": return [h("span", { class: "mention me" }, `@${element.range}`)];
    case "date": return [dateNode(element.timestamp, element.format ?? "{date}", element.url ? safeUrl(element.url) : null, element.fallback ?? "")];
    case "color": return [h("span", { class: "code" }, element.value ?? "")];
    default: return [element.text ?? element.fallback ?? ""];
  }
}

function linkLeaf(element) {
  const url = safeUrl(element.url);
  const words = styled(breaks(element.text || element.url || "", element.style), element.style);
  return url ? [link(url, words)] : words;
}

function fromUnicode(codes) {
  try {
    return String.fromCodePoint(...codes.split("-").map((c) => Number.parseInt(c, 16)));
  } catch {
    return "";
  }
}

function breaks(text, style) {
  const rows = String(text ?? "").split("\n");
  return rows.flatMap((row, i) => [...(i ? [h("br")] : []), ...(style?.code ? [row] : plain(row))]);
}

function styled(nodes, style = {}) {
  let kids = nodes;
  if (style.code) kids = [h("code", { class: "code" }, kids)];
  if (style.strike) kids = [h("s", {}, kids)];
  if (style.italic) kids = [h("em", {}, kids)];
  if (style.underline) kids = [h("u", {}, kids)];
  if (style.bold) kids = [h("strong", {}, kids)];
  return kids;
}
