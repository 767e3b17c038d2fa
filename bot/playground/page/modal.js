// The stack of modals: inputs of every kind, errors beside their block, a spinner on submit, and values that survive updates.

import { announce, append, h } from "./dom.js";
import { read, write } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { collect } from "./elements.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { closePopover, popoverOpen } from "./popover.js";

const TROUBLE = "We had some trouble connecting. Try again?";
const stack = [];
let turns = 0;
let dialog;
let back;

/** Make the one dialog that shows the top of the stack. */
export function mountModals() {
  dialog = h("dialog", { class: "modal", data: { testid: "modal" }, "aria-labelledby": "modal-title" });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); if (!popoverOpen()) closeTop(); });
  dialog.addEventListener("pointerdown", (event) => { if (event.target === dialog && outside(event)) closeTop(); });
  document.body.append(dialog);
}

function outside(event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

/** A view was opened or pushed. */
export function viewOpened(view, depth) {
  turns += 1;
  stack.length = Math.max(0, Math.min(stack.length, (depth ?? stack.length + 1) - 1));
  stack.push({ view, el: draw(view) });
  show();
}

/** A view was updated, wherever in the stack it is. */
export function viewUpdated(view) {
  turns += 1;
  const entry = stack.find((e) => e.view.id === view.id);
  if (!entry) return viewOpened(view, stack.length + 1);
  entry.view = view;
  return renew(entry);
}

/** Views were closed; `depth` are left. */
export async function viewClosed(depth) {
  turns += 1;
  stack.length = Math.min(stack.length, depth);
  if (depth > stack.length) return adoptTop();
  return show();
}

/** Nothing is open any more (another person acts). */
export function clearViews() {
  stack.length = 0;
  show();
}

/** Show what this person has open, after a reload. */
export async function adoptTop() {
  const before = turns;
  const { view, depth } = await read("view").catch(() => ({ view: null, depth: 0 }));
  if (turns !== before) return; // an event that came meanwhile knows better
  stack.length = 0;
  if (view) stack.push({ view, el: draw(view), depth });
  show();
}

/** Something went wrong with what the person just did in the modal. */
export function viewError(message) {
  const entry = stack.at(-1);
  if (!entry) return;
  entry.el.querySelector(".modal-error").replaceChildren(icon("warn"), h("span", {}, message || TROUBLE));
  busy(entry, false);
}

function show() {
  closePopover();
  const top = stack.at(-1);
  if (!top) {
    if (dialog.open) { dialog.close(); dialog.replaceChildren(); back?.focus?.({ preventScroll: true }); }
    return;
  }
  for (const child of [...dialog.children]) if (!stack.some((e) => e.el === child)) child.remove();
  for (const entry of stack) { if (!entry.el.isConnected) dialog.append(entry.el); entry.el.hidden = entry !== top; }
  dialog.querySelector("#modal-title")?.removeAttribute("id");
  top.el.querySelector(".modal-title").id = "modal-title";
  if (!dialog.open) { back = document.activeElement; dialog.showModal(); }
  firstField(top.el)?.focus();
}

const firstField = (el) => el.querySelector("[data-focus-on-load]") ?? el.querySelector(".modal-body input, .modal-body textarea, .modal-body select, .modal-body .select") ?? el.querySelector(".modal-foot .primary") ?? el.querySelector(".modal-foot button");

function draw(view) {
  const el = h("form", { class: "view", novalidate: true, data: { testid: "view", view: view.id, callback: view.callback_id } });
  const entry = { view, el };
  el.append(h("header", { class: "modal-head" }), h("div", { class: "modal-body", tabindex: "-1" }, h("div", { class: "blocks" })), h("div", { class: "modal-error", role: "alert" }), h("footer", { class: "modal-foot" }));
  el.addEventListener("submit", (event) => { event.preventDefault(); submit(stack.find((e) => e.el === el) ?? entry); });
  el.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) el.requestSubmit(); if (event.key !== "Escape") event.stopPropagation(); });
  renew(entry);
  return el;
}

function renew({ view, el }) {
  el.querySelector(".modal-head").replaceChildren(h("h2", { class: "modal-title" }, textObject(view.title)), h("button", { type: "button", class: "tool", "aria-label": "Close", data: { testid: "modal-close" }, on: { click: () => close(view) } }, icon("x")));
  if (el === stack.at(-1)?.el) el.querySelector(".modal-title").id = "modal-title";
  const blocks = el.querySelector(".modal-body > .blocks");
  drawBlocks(blocks, view.blocks, contextOf(view, blocks));
  el.querySelector(".modal-error").replaceChildren();
  el.querySelector(".modal-foot").replaceChildren(...foot(view));
  el.removeAttribute("aria-busy");
}

function foot(view) {
  const leave = h("button", { type: "button", class: "btn", data: { testid: "modal-cancel" }, on: { click: () => close(view) } }, h("span", {}, textObject(view.close ?? (view.submit ? "Cancel" : "Close"))));
  const send = view.submit ? h("button", { type: "submit", class: "btn primary", disabled: view.submit_disabled === true, data: { testid: "modal-submit" } }, append(h("span"), textObject(view.submit))) : null;
  return [leave, send].filter(Boolean);
}

/** Where a view's controls send what they do. */
function contextOf(view, blocks) {
  const origin = () => ({ view_id: view.id });
  const send = (payload) => write("click", { ...origin(), container: "view", ...payload, state: collect(blocks) }).catch((error) => viewError(error.message));
  return { container: "view", origin, send };
}

function busy(entry, on) {
  const button = entry.el.querySelector("[type=submit]");
  if (on) entry.el.setAttribute("aria-busy", "true");
  else entry.el.removeAttribute("aria-busy");
  if (button) { button.disabled = on || entry.view.submit_disabled === true; button.classList.toggle("spinning", on); }
}

async function submit(entry) {
  if (!entry.view.submit || entry.el.getAttribute("aria-busy") === "true") return;
  showErrors(entry, {});
  const missing = problems(entry);
  if (Object.keys(missing).length) return showErrors(entry, missing);
  busy(entry, true);
  try {
    const answer = await write("submit", { view_id: entry.view.id, state: collect(entry.el) });
    busy(entry, false);
    if (answer.errors) showErrors(entry, answer.errors);
    else if (answer.ok === false) viewError(answer.message);
  } catch (error) {
    viewError(error.message);
  }
}

/** What is missing or malformed, by block id, before the app is asked. */
function problems(entry) {
  const found = {};
  for (const block of entry.el.querySelectorAll("[data-input-block]")) {
    const field = block.querySelector("[data-stateful]")?.field;
    if (!field) continue;
    const problem = field.empty() ? (block.dataset.optional ? null : "Please complete this required field.") : field.problem?.() ?? null;
    if (problem) found[block.dataset.inputBlock] = problem;
  }
  return found;
}

function showErrors(entry, errors) {
  let first = null;
  entry.el.querySelector(".modal-error").replaceChildren();
  for (const block of entry.el.querySelectorAll("[data-input-block]")) {
    const words = Object.hasOwn(errors, block.dataset.inputBlock) ? errors[block.dataset.inputBlock] : "";
    block.classList.toggle("invalid", Boolean(words));
    block.querySelector(".input-error").replaceChildren(...(words ? [icon("warn"), h("span", {}, words)] : []));
    const field = block.querySelector("[data-stateful]");
    if (words) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
    if (words) first ??= field;
  }
  if (!first) return;
  first.scrollIntoView({ block: "nearest" });
  (first.matches(".choices") ? first.querySelector("input") : first)?.focus();
  announce(Object.values(errors).join(". "));
}

function closeTop() {
  const top = stack.at(-1);
  if (top) close(top.view);
}

// Slack closes at once; the app is only told.
async function close(view) {
  const left = stack.findIndex((e) => e.view.id === view.id);
  stack.length = view.clear_on_close ? 0 : Math.max(0, left);
  show();
  await write("close", { view_id: view.id }).catch(() => null);
}
