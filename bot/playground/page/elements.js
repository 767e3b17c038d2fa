// The interactive elements of Block Kit: buttons, menus, choices, pickers and text inputs, and what each one sends.

import { append, h, safeUrl } from "./dom.js";
import { confirmDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { isSelect, select } from "./selects.js";

let serial = 0;

/** Draw one element inside a block. `ctx` says where it stands and how to send; `input` is true inside an input block. */
export function drawElement(element, ctx, { input = false, dispatch = !input, describedBy } = {}) {
  const type = element?.type ?? "";
  if (type === "button" || type === "workflow_button") return button(element, ctx);
  if (type === "overflow") return overflow(element, ctx);
  if (type === "image") return null;
  const draw = isSelect(type) ? select : Object.hasOwn(FIELDS, type) ? FIELDS[type] : null;
  if (!draw) return h("span", { class: "unknown" }, `This element (${type || "no type"}) is not drawn here`);
  const field = draw(element, ctx, (value) => { clearError(field.el); if (dispatch) act(element, ctx, value, field.el); }, { dispatch });
  mark(field.el, element, ctx);
  field.el.dataset.stateful = type;
  field.el.field = field;
  const focusable = field.focus ?? field.el;
  if (describedBy) focusable.setAttribute("aria-describedby", describedBy);
  if (element.focus_on_load) field.el.dataset.focusOnLoad = "true";
  return field.el;
}

function mark(el, element, ctx) {
  el.dataset.actionId = element.action_id ?? "";
  el.dataset.blockId = ctx.blockId ?? "";
}

function clearError(el) {
  const block = el.closest(".input-block.invalid");
  block?.classList.remove("invalid");
  block?.querySelector(".input-error")?.replaceChildren();
}

/** Send one action, after its confirm dialog if it has one; the control is busy meanwhile. */
async function act(element, ctx, value, el) {
  if (element.confirm && !(await confirmDialog(element.confirm))) return undefined;
  el?.setAttribute("aria-busy", "true");
  try {
    return await ctx.send({ block_id: ctx.blockId, action_id: element.action_id, ...value });
  } finally {
    setTimeout(() => el?.removeAttribute("aria-busy"), 250);
  }
}

function button(element, ctx) {
  const style = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const el = h("button", { type: "button", class: `btn${style}`, "aria-label": element.accessibility_label, data: { testid: "button", value: element.value } }, h("span", {}, textObject(element.text)));
  const url = safeUrl(element.url);
  if (url) append(el, icon("out", "tail"));
  mark(el, element, ctx);
  el.addEventListener("click", () => {
    if (el.getAttribute("aria-busy") === "true") return;
    if (url && !element.confirm) window.open(url, "_blank", "noopener,noreferrer");
    act(element, ctx, { value: element.value }, el);
  });
  return el;
}

function overflow(element, ctx) {
  const el = h("button", { type: "button", class: "btn square", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false", data: { testid: "overflow" } }, icon("dots"));
  mark(el, element, ctx);
  const pick = (option) => {
    const url = safeUrl(option.url);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    act(element, ctx, { selected_option: option }, el);
  };
  el.addEventListener("click", () => openMenu(el, (element.options ?? []).map((option) => ({
    label: append(h("span"), textObject(option.text)), detail: option.description ? append(h("span"), textObject(option.description)) : undefined,
    data: { value: option.value, testid: "overflow-option" }, act: () => pick(option),
  })), { label: "More actions", align: "end" }));
  return el;
}

function choices(element, ctx, changed, { kind }) {
  const name = `choice-${++serial}`;
  const start = kind === "radio" ? [element.initial_option].filter(Boolean) : (element.initial_options ?? []);
  let dirty = false;
  const boxes = (element.options ?? []).map((option) => {
    const input = h("input", { type: kind, name, value: option.value, checked: start.some((o) => o.value === option.value), on: { change: () => { dirty = true; changed(read()); } } });
    const words = h("span", { class: "choice-words" }, h("span", {}, textObject(option.text)), option.description ? h("span", { class: "option-detail" }, textObject(option.description)) : null);
    return { option, input, row: h("label", { class: "choice" }, input, words) };
  });
  const el = h("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group" }, boxes.map((b) => b.row));
  const picked = () => boxes.filter((b) => b.input.checked).map((b) => b.option);
  const read = () => (kind === "radio" ? { type: element.type, selected_option: picked()[0] ?? null } : { type: element.type, selected_options: picked() });
  const write = (value) => {
    const held = value.selected_options ?? [value.selected_option].filter(Boolean);
    for (const b of boxes) b.input.checked = held.some((o) => o.value === b.option.value);
  };
  return { el, read, write, touched: () => dirty, empty: () => picked().length === 0, focus: el };
}

function picker(element, changed, { inputType, key, initial, outward = (v) => v, inward = (v) => v }) {
  const input = h("input", { type: inputType, class: "picker", "aria-label": element.accessibility_label ?? plainText(element.placeholder), value: inward(element[initial] ?? "") });
  let dirty = false;
  const read = () => ({ type: element.type, [key]: input.value ? outward(input.value) : null, ...(element.timezone ? { timezone: element.timezone } : {}) });
  input.addEventListener("change", () => { dirty = true; changed(read()); });
  return { el: input, read, write: (v) => { input.value = v[key] ? inward(v[key]) : ""; }, touched: () => dirty, empty: () => !input.value };
}

const plainText = (object) => object?.text;
const localStamp = (seconds) => { if (!seconds) return ""; const d = new Date(seconds * 1000); return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16); };

function text(element, ctx, changed, { dispatch }) {
  const rich = element.type === "rich_text_input";
  const several = element.multiline || rich;
  const input = h(several ? "textarea" : "input", { class: "text-input", type: several ? undefined : TEXT_TYPES[element.type] ?? "text", rows: several ? "4" : undefined, placeholder: plainText(element.placeholder), autocomplete: "off", spellcheck: element.type === "plain_text_input" ? "true" : "false", inputmode: element.type === "number_input" ? "decimal" : undefined, value: element.initial_value && !rich ? element.initial_value : "" });
  let dirty = false;
  const read = () => (rich ? { type: element.type, rich_text_value: input.value ? richValue(input.value) : null } : { type: element.type, value: input.value === "" ? null : input.value });
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  input.addEventListener("input", () => { dirty = true; clearError(input); if (dispatch && when.includes("on_character_entered")) changed(read()); });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && dispatch && !several && when.includes("on_enter_pressed")) { event.preventDefault(); event.stopPropagation(); changed(read()); } });
  const problem = () => textProblem(element, input.value);
  return { el: input, read, write: (v) => { input.value = v.value ?? ""; }, touched: () => dirty, empty: () => input.value === "", problem };
}

const TEXT_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };
const richValue = (value) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }] });

/** What Slack itself says about a text before it asks the app; null when it is fine. */
function textProblem(element, value) {
  if (value === "") return null;
  if (element.min_length && value.length < element.min_length) return `Must be at least ${counted(element.min_length)}`;
  if (element.max_length && value.length > element.max_length) return `Must be at most ${counted(element.max_length)}`;
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Enter a valid email address";
  if (element.type === "url_text_input" && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value)) return "Enter a valid URL";
  return element.type === "number_input" ? numberProblem(element, value) : null;
}

const counted = (n) => `${n} ${n === 1 ? "character" : "characters"}`;

function numberProblem(element, value) {
  const pattern = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!pattern.test(value)) return element.is_decimal_allowed ? "Enter a number" : "Enter a whole number";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Must be ${element.min_value} or more`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Must be ${element.max_value} or less`;
  return null;
}

const FIELDS = {
  radio_buttons: (e, c, f) => choices(e, c, f, { kind: "radio" }),
  checkboxes: (e, c, f) => choices(e, c, f, { kind: "checkbox" }),
  datepicker: (e, c, f) => picker(e, f, { inputType: "date", key: "selected_date", initial: "initial_date" }),
  timepicker: (e, c, f) => picker(e, f, { inputType: "time", key: "selected_time", initial: "initial_time" }),
  datetimepicker: (e, c, f) => picker(e, f, { inputType: "datetime-local", key: "selected_date_time", initial: "initial_date_time", outward: (v) => Math.floor(new Date(v).getTime() / 1000), inward: (v) => (typeof v === "number" ? localStamp(v) : v) }),
  plain_text_input: text, email_text_input: text, url_text_input: text, number_input: text, rich_text_input: text,
};

/** The values of every stateful element under `root`, by block and action id. */
export function collect(root) {
  const values = {};
  for (const el of root?.querySelectorAll("[data-stateful]") ?? []) {
    if (!el.field) continue;
    (values[el.dataset.blockId] ??= {})[el.dataset.actionId] = el.field.read();
  }
  return { values };
}
