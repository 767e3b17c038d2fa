// Draws Block Kit blocks, one function per type, with a plain fallback for types this page does not know.

import { append, h, ownUrl } from "./dom.js";
import { drawElement } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { reconcile } from "./keyed.js";

let serial = 0;

/** Bring `parent` in line with a list of blocks; unchanged blocks keep their nodes, focus and typed values. */
export function drawBlocks(parent, blocks, ctx) {
  const seen = new Map();
  const parts = (blocks ?? []).map((block, i) => {
    const name = block?.block_id || `${block?.type}-${i}`;
    const again = seen.get(name) ?? 0;
    seen.set(name, again + 1);
    return { key: again ? `${name}#${again}` : name, sig: JSON.stringify(block), make: () => drawBlock(block, ctx) };
  });
  reconcile(parent, parts);
}

/** One block as one element. */
export function drawBlock(block, ctx) {
  const draw = Object.hasOwn(BLOCKS, block?.type ?? "") ? BLOCKS[block.type] : unknown;
  const el = draw(block ?? {}, { ...ctx, blockId: block?.block_id ?? "" });
  el.classList.add("block");
  el.dataset.blockType = block?.type ?? "";
  if (block?.block_id) el.dataset.block = block.block_id;
  return el;
}

function section(block, ctx) {
  const words = h("div", { class: "section-words" });
  if (block.text) words.append(append(h("div", { class: "text" }), textObject(block.text)));
  if (block.fields?.length) words.append(h("div", { class: "fields" }, block.fields.map((f) => append(h("div", { class: "text" }), textObject(f)))));
  if (block.expand === false && block.text?.text?.length > 700) collapse(words);
  return h("div", { class: "section" }, words, block.accessory ? h("div", { class: `accessory ${block.accessory.type}` }, accessory(block.accessory, ctx)) : null);
}

const accessory = (element, ctx) => (element.type === "image" ? picture(element, "thumb") : drawElement(element, ctx));

function collapse(words) {
  words.classList.add("folded");
  const more = h("button", { type: "button", class: "linkish", on: { click: () => { words.classList.remove("folded"); more.remove(); } } }, "See more");
  words.append(more);
}

const header = (block) => append(h("div", { class: "block-header", role: "heading", "aria-level": "3" }), textObject(block.text));
const divider = () => h("hr", { class: "divider" });

function context(block) {
  return h("div", { class: "context" }, (block.elements ?? []).map((e) => (e.type === "image" ? picture(e, "tiny") : append(h("span", { class: "text" }), textObject(e)))));
}

function actions(block, ctx) {
  return h("div", { class: "actions" }, (block.elements ?? []).map((e) => drawElement(e, ctx)));
}

function image(block) {
  const title = block.title ? append(h("div", { class: "image-title" }), textObject(block.title)) : null;
  return h("figure", { class: "image-block" }, title, picture(block, "wide"));
}

/** An image, or its alternative text when it cannot be shown. */
function picture(element, size) {
  const url = ownUrl(element.image_url ?? element.slack_file?.url);
  const alt = element.alt_text ?? "";
  const missing = () => h("span", { class: `no-image ${size}`, role: "img", "aria-label": alt }, icon("eye"), size === "tiny" ? null : h("span", {}, alt || "Image"));
  if (!url) return missing();
  const img = h("img", { class: `image ${size}`, src: url, alt, loading: "lazy", referrerpolicy: "no-referrer" });
  img.addEventListener("error", () => img.replaceWith(missing()), { once: true });
  return img;
}

function input(block, ctx) {
  const id = `input-${++serial}`;
  const el = drawElement(block.element ?? {}, ctx, { input: true, dispatch: block.dispatch_action === true, describedBy: `${id}-hint ${id}-error` });
  const grouped = el.classList.contains("choices");
  if (!el.id) el.id = id;
  const words = [textObject(block.label), block.optional ? h("span", { class: "optional" }, "(optional)") : null];
  const label = append(h(grouped ? "div" : "label", { class: "input-label", id: `${id}-label`, for: grouped ? undefined : el.id }), words);
  el.setAttribute("aria-labelledby", `${id}-label`);
  const hint = h("div", { class: "input-hint", id: `${id}-hint` }, block.hint ? textObject(block.hint) : null);
  return h("div", { class: "input-block", data: { inputBlock: block.block_id, optional: block.optional ? "true" : undefined } }, label, el, h("div", { class: "input-error", id: `${id}-error`, role: "alert" }), hint);
}

const rich = (block) => append(h("div", { class: "rich-block text" }), richText(block));
const md = (block) => append(h("div", { class: "markdown text" }), markdown(block.text));

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (value, n, tag) => {
    const style = settings[n] ?? {};
    const el = h(tag, { class: `at-${style.align ?? "left"}${style.is_wrapped ? " wraps" : ""}` });
    return append(el, value?.type === "rich_text" ? richText(value) : textObject(String(value?.text ?? value?.value ?? "")));
  };
  const [head, ...rows] = block.rows ?? [];
  const line = (row, tag) => h("tr", {}, (row ?? []).map((c, n) => cell(c, n, tag)));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, line(head, "th")), h("tbody", {}, rows.map((r) => line(r, "td")))));
}

const LEVELS = { info: "info", warning: "warn", error: "warn", success: "check", default: "info" };

function alert(block) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return h("div", { class: `alert ${level}`, role: "note" }, icon(LEVELS[level]), append(h("div", { class: "text" }), textObject(block.text)));
}

const STATUS = { pending: "clock", in_progress: "pulse", complete: "check", error: "x" };

function taskCard(block) {
  const status = Object.hasOwn(STATUS, block.status) ? block.status : "pending";
  const words = [h("div", { class: "task-title" }, textObject(block.title ?? "")), block.details ? append(h("div", { class: "text" }), richText(block.details)) : null, block.output ? append(h("div", { class: "text" }), richText(block.output)) : null];
  return h("div", { class: `task-card ${status}` }, icon(STATUS[status]), h("div", { class: "task-words" }, words));
}

const plan = (block) => h("div", { class: "plan" }, h("div", { class: "plan-title" }, textObject(block.title ?? "")), (block.tasks ?? []).map((t) => taskCard(t)));

function file(block) {
  return h("div", { class: "unknown" }, icon("file"), `Remote file ${block.external_id ?? ""}`);
}

function unknown(block) {
  const words = textObject(block.text ?? block.title ?? block.fallback ?? "");
  return h("div", { class: "unknown", data: { testid: "unknown-block" } }, icon("info"), h("span", {}, `A block of type “${block.type ?? "none"}”, which this page does not draw.`, words.length ? [" ", words] : null));
}

const BLOCKS = { section, header, divider, context, actions, image, input, rich_text: rich, markdown: md, table, alert, task_card: taskCard, plan, file, context_actions: actions };
