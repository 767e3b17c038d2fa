// Turns the Markdown of a `markdown` block into DOM nodes: headings, lists, quotes, fences, tables and the usual inline marks.

import { append, h, safeUrl } from "./dom.js";
import { link, plain } from "./mrkdwn.js";

/** Markdown text as nodes; raw HTML stays text. */
export function markdown(text) {
  return blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"), 0);
}

function blocks(rows, depth) {
  const nodes = [];
  for (let i = 0; i < rows.length; ) {
    const found = [fence, heading, rule, quote, table, list, paragraph].map((take) => take(rows, i, depth)).find(Boolean);
    if (found) { nodes.push(found.node); i = found.next; } else i += 1;
  }
  return nodes;
}

function fence(rows, i) {
  if (!/^\s*(```|~~~)/.test(rows[i])) return null;
  const mark = rows[i].trim().slice(0, 3);
  let end = i + 1;
  while (end < rows.length && !rows[end].trim().startsWith(mark)) end += 1;
  return { node: h("pre", { class: "fence", tabindex: "0" }, h("code", {}, rows.slice(i + 1, end).join("\n"))), next: end + 1 };
}

function heading(rows, i) {
  const m = rows[i].match(/^(#{1,6})\s+(.*?)\s*#*$/);
  return m && { node: append(h("div", { class: `md-h md-h${Math.min(3, m[1].length)}`, role: "heading", "aria-level": String(Math.min(6, m[1].length + 3)) }), marks(m[2])), next: i + 1 };
}

function rule(rows, i) {
  return /^\s*([-*_])(\s*\1){2,}\s*$/.test(rows[i]) ? { node: h("hr"), next: i + 1 } : null;
}

function quote(rows, i, depth) {
  if (depth > 5 || !/^\s*>/.test(rows[i])) return null;
  let end = i;
  while (end < rows.length && /^\s*>/.test(rows[end])) end += 1;
  return { node: append(h("blockquote"), blocks(rows.slice(i, end).map((r) => r.replace(/^\s*>\s?/, "")), depth + 1)), next: end };
}

const cells = (row) => row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((c) => c.trim().replace(/\\\|/g, "|"));

function table(rows, i) {
  if (!rows[i].includes("|") || !/^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(rows[i + 1] ?? "") || !(rows[i + 1] ?? "").includes("-")) return null;
  let end = i + 2;
  while (end < rows.length && rows[end].includes("|")) end += 1;
  const aligns = cells(rows[i + 1]).map((c) => (c.endsWith(":") ? (c.startsWith(":") ? "center" : "right") : "left"));
  const line = (row, tag) => h("tr", {}, cells(row).map((c, n) => append(h(tag, { class: `at-${aligns[n] ?? "left"}` }), marks(c))));
  const node = h("div", { class: "table-wrap", tabindex: "0" }, h("table", {}, h("thead", {}, line(rows[i], "th")), h("tbody", {}, rows.slice(i + 2, end).map((r) => line(r, "td")))));
  return { node, next: end };
}

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;

function list(rows, i, depth) {
  const first = rows[i].match(ITEM);
  if (!first || depth > 5) return null;
  const ordered = /\d/.test(first[2]);
  const el = h(ordered ? "ol" : "ul", { class: "rich-list", start: ordered ? String(Number.parseInt(first[2], 10)) : undefined });
  let at = i;
  while (at < rows.length) {
    const m = rows[at].match(ITEM);
    if (!m || m[1].length !== first[1].length) break;
    let end = at + 1;
    while (end < rows.length && rows[end].trim() && (rows[end].match(/^\s*/)[0].length > first[1].length + 1)) end += 1;
    const inner = rows.slice(at + 1, end).map((r) => r.replace(/^\s{1,4}/, ""));
    const task = m[3].match(/^\[([ xX])\]\s+(.*)$/);
    el.append(append(h("li", { class: task ? "task" : undefined }), [task ? (task[1] === " " ? "☐ " : "☑ ") : null, marks(task ? task[2] : m[3]), blocks(inner, depth + 1)]));
    at = end;
  }
  return { node: el, next: at };
}

function paragraph(rows, i) {
  if (!rows[i].trim()) return null;
  let end = i + 1;
  while (end < rows.length && rows[end].trim() && !/^\s*(```|~~~|>|#{1,6}\s|\|)/.test(rows[end]) && !ITEM.test(rows[end])) end += 1;
  const kids = rows.slice(i, end).flatMap((row, n) => [n ? h("br") : null, marks(row)]);
  return { node: append(h("p"), kids), next: end };
}

const MARKS = [
  [/^`([^`]+)`/, (m) => h("code", { class: "code" }, m[1])],
  [/^!?\[([^\]]*)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)?)\)/, (m, d) => { const url = safeUrl(m[2]); return url ? link(url, marks(m[1] || m[2], d)) : m[0]; }],
  [/^(\*\*|__)(?=\S)(.+?\S|\S)\1/, (m, d) => append(h("strong"), marks(m[2], d))],
  [/^~~(?=\S)(.+?\S|\S)~~/, (m, d) => append(h("s"), marks(m[1], d))],
  [/^(\*|_)(?=[^\s*_])([^*_]*[^\s*_])\1(?![\p{L}\p{N}])/u, (m, d) => append(h("em"), marks(m[2], d))],
  [/^<?(https?:\/\/[^\s<>]+[^\s<>.,;:!?)'"])>?/, (m) => link(m[1], [m[1]])],
];

function marks(text, depth = 0) {
  const nodes = [];
  let run = "";
  const flush = () => { nodes.push(...plain(run)); run = ""; };
  for (let i = 0; i < text.length; ) {
    if (text[i] === "\\" && /[\\`*_~[\]()#>|!-]/.test(text[i + 1] ?? "")) { run += text[i + 1]; i += 2; continue; }
    const found = depth < 6 && "`![*_~<h".includes(text[i]) && !(text[i] === "_" && /[\p{L}\p{N}]$/u.test(run)) ? first(text.slice(i), depth) : null;
    if (found) { flush(); nodes.push(found.node); i += found.size; } else run += text[i++];
  }
  flush();
  return nodes;
}

function first(rest, depth) {
  for (const [pattern, make] of MARKS) {
    const m = rest.match(pattern);
    if (m) return { node: make(m, depth + 1), size: m[0].length };
  }
  return null;
}
