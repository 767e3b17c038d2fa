// Under the hood: every call, delivery, acknowledgement and fault with its milliseconds, live while the drawer is open.

import { announce, h } from "./dom.js";
import { read } from "./api.js";
import { clockSeconds } from "./dates.js";
import { openFaults } from "./faults.js";
import { icon } from "./icons.js";

const KINDS = ["call", "envelope", "ack", "ui", "fault"];
const PAUSE = 700;
const MOST = 500;
const SLOW_MS = 3000;

/** Fill the drawer: {toggle()}. */
export function mountJournal(root) {
  const rows = h("div", { class: "journal-rows", role: "log", "aria-label": "Journal", tabindex: "0" });
  const view = { root, rows, after: 0, hidden: new Set(), timer: null, word: "" };
  const search = h("input", { class: "journal-search", type: "search", placeholder: "Filter", "aria-label": "Filter the journal", on: { input: () => { view.word = search.value.toLowerCase(); sift(view); } } });
  root.append(h("header", { class: "journal-head" }, h("h2", {}, icon("pulse"), "Under the hood"), h("div", { class: "journal-kinds" }, KINDS.map((kind) => kindButton(view, kind))), search, trouble(), h("button", { type: "button", class: "tool", "aria-label": "Close the journal", on: { click: () => toggle(view, false) } }, icon("x"))), rows);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(view, false); });
  return { toggle: () => toggle(view, root.hidden) };
}

const trouble = () => h("button", { type: "button", class: "btn small", "aria-haspopup": "menu", "aria-expanded": "false", data: { testid: "trouble" }, on: { click: (event) => openFaults(event.currentTarget) } }, icon("bolt"), h("span", {}, "Make trouble…"));

function kindButton(view, kind) {
  const el = h("button", { type: "button", class: `kind ${kind}`, "aria-pressed": "true", on: { click: () => {
    const off = !view.hidden.delete(kind);
    if (off) view.hidden.add(kind);
    el.setAttribute("aria-pressed", String(!off));
    sift(view);
  } } }, kind);
  return el;
}

function toggle(view, open) {
  view.root.hidden = !open;
  document.body.classList.toggle("journal-open", open);
  clearTimeout(view.timer);
  if (open) { announce("Journal open"); poll(view); }
}

async function poll(view) {
  const found = await read("journal", { after: view.after || undefined }).catch(() => null);
  if (view.root.hidden) return;
  const entries = (found?.entries ?? []).slice(-MOST);
  if (entries.length) add(view, entries);
  view.timer = setTimeout(() => poll(view), PAUSE);
}

function add(view, entries) {
  const { rows } = view;
  const stuck = rows.scrollHeight - rows.scrollTop - rows.clientHeight < 40;
  for (const entry of entries) { rows.append(row(view, entry)); view.after = Math.max(view.after, entry.seq); }
  while (rows.childElementCount > MOST) rows.firstChild.remove();
  if (stuck) rows.scrollTop = rows.scrollHeight;
}

function row(view, entry) {
  const ms = Number(entry.ms ?? 0);
  const failed = entry.ok === false || Boolean(entry.error);
  const bar = h("span", { class: "ms-bar" });
  bar.style.setProperty("--ms", `${Math.min(100, (Math.log10(1 + ms) / Math.log10(1 + SLOW_MS)) * 100)}%`);
  const line = [h("time", {}, clockSeconds(entry.at)), h("span", { class: `kind ${entry.kind}` }, entry.kind), h("span", { class: "entry-name" }, entry.name), h("span", { class: "entry-note" }, failed ? entry.error ?? "failed" : note(entry.detail)), h("span", { class: "entry-ms" }, ms ? [bar, h("span", { class: "ms" }, `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`)] : "")];
  const el = h("details", { class: `entry${failed ? " failed" : ""}`, data: { kind: entry.kind, testid: "entry", words: `${entry.name} ${entry.error ?? ""}`.toLowerCase() } }, h("summary", {}, line));
  el.addEventListener("toggle", () => { if (el.open && el.childElementCount === 1) el.append(h("pre", { class: "fence" }, h("code", {}, JSON.stringify(entry.detail ?? {}, null, 2)))); });
  el.hidden = hiddenNow(view, el);
  return el;
}

function note(detail) {
  const words = Object.entries(detail ?? {}).filter(([, v]) => ["string", "number"].includes(typeof v)).slice(0, 4).map(([k, v]) => `${k} ${String(v).slice(0, 60)}`);
  return words.join(" · ");
}

const hiddenNow = (view, el) => view.hidden.has(el.dataset.kind) || !el.dataset.words.includes(view.word);

function sift(view) {
  for (const el of view.rows.children) el.hidden = hiddenNow(view, el);
}
