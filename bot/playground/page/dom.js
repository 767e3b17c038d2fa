// Builds DOM nodes from plain values: the page's only way of making elements, and never from markup text.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. `props` takes class, data, on, style, text; everything else becomes an attribute or, for booleans, a flag. */
export function h(tag, props = {}, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(el, name, value);
  append(el, kids);
  return el;
}

function setProp(el, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") el.className = value;
  else if (name === "data") for (const [k, v] of Object.entries(value)) { if (v !== undefined && v !== null) el.dataset[k] = String(v); }
  else if (name === "on") for (const [type, fn] of Object.entries(value)) el.addEventListener(type, fn);
  else if (name === "style") for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
  else if (name === "text") el.textContent = value;
  else if (name === "value") el.value = value;
  else if (name === "checked") el.checked = true;
  else el.setAttribute(name, value === true ? "" : String(value));
}

/** Append nodes, strings and nested arrays; empty values are left out. */
export function append(el, kids) {
  for (const kid of [kids].flat(Infinity)) {
    if (kid === undefined || kid === null || kid === false || kid === "") continue;
    el.append(kid);
  }
  return el;
}

/** Make an SVG element from a list of [tag, attributes] shapes. */
export function svg(shapes, props = {}) {
  const el = document.createElementNS(SVG, "svg");
  for (const [k, v] of Object.entries({ viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false", ...props })) el.setAttribute(k, v);
  for (const [tag, attrs] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [k, v] of Object.entries(attrs)) shape.setAttribute(k, v);
    el.append(shape);
  }
  return el;
}

/** Only these schemes ever become a link or an image; anything else stays text. */
export function safeUrl(url) {
  const text = String(url ?? "").trim();
  return /^(https?:\/\/|mailto:|tel:)/i.test(text) ? text : null;
}

/** Our own server's files may also be named by path. */
export function ownUrl(url) {
  const text = String(url ?? "");
  return text.startsWith("/") && !text.startsWith("//") ? text : safeUrl(text);
}

/** A polite sentence for screen readers. */
export function announce(text) {
  const region = document.getElementById("live");
  if (region) region.textContent = text;
}

/** True while the person prefers less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** True in the one-column layout. */
export const narrow = () => matchMedia("(max-width: 760px)").matches;
