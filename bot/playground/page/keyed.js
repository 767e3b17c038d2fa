// Brings a parent's children in line with a list of keyed parts, touching only what changed, so that edits never flicker.

const known = new WeakMap();

/** Each part is {key, sig, make(), update?(el)}: same key and sig is left alone; a new sig updates or replaces in place. */
export function reconcile(parent, parts) {
  const have = new Map();
  for (const child of [...parent.children]) {
    const mark = known.get(child);
    if (mark && !have.has(mark.key)) have.set(mark.key, child);
    else child.remove();
  }
  let cursor = parent.firstChild;
  for (const part of parts) {
    let el = have.get(part.key);
    have.delete(part.key);
    if (!el) el = make(part);
    else if (known.get(el).sig !== part.sig) {
      if (el === cursor) cursor = el.nextSibling;
      el = change(el, part);
    }
    if (el === cursor) cursor = cursor.nextSibling;
    else if (el.parentNode !== parent || el.nextSibling !== cursor) parent.insertBefore(el, cursor);
  }
  for (const el of have.values()) el.remove();
}

function make(part) {
  const el = part.make();
  known.set(el, { key: part.key, sig: part.sig });
  return el;
}

function change(el, part) {
  if (part.update) {
    part.update(el);
    known.get(el).sig = part.sig;
    return el;
  }
  const focus = rememberFocus(el);
  const values = rememberValues(el);
  const fresh = make(part);
  el.replaceWith(fresh);
  restoreValues(fresh, values);
  if (focus) fresh.querySelector(focus)?.focus({ preventScroll: true });
  return fresh;
}

function rememberFocus(el) {
  const active = document.activeElement;
  if (!active || !el.contains(active)) return null;
  const holder = active.closest("[data-action-id]");
  if (holder) return `[data-action-id="${CSS.escape(holder.dataset.actionId)}"]`;
  return active.dataset.testid ? `[data-testid="${CSS.escape(active.dataset.testid)}"]` : null;
}

// Slack keeps what was typed into an input whose ids survive an update.
function rememberValues(el) {
  const values = new Map();
  for (const field of el.querySelectorAll("[data-stateful]")) {
    if (field.field?.touched()) values.set(`${field.dataset.blockId}/${field.dataset.actionId}`, field.field.read());
  }
  return values;
}

function restoreValues(el, values) {
  if (values.size === 0) return;
  for (const field of el.querySelectorAll("[data-stateful]")) {
    const value = values.get(`${field.dataset.blockId}/${field.dataset.actionId}`);
    if (value) field.field?.write(value);
  }
}
