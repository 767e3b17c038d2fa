// Small floating panels: menus, pickers and the list behind a select, with keys, focus return and placement inside the window.

import { append, h } from "./dom.js";

let current = null;

/** Close whatever floats. */
export function closePopover() {
  current?.close();
}

/** True while something floats. */
export const popoverOpen = () => current !== null;

/** Float `content` beside `anchor`; `onClose` is told once. Escape and a press outside close it and give the focus back. */
export function openPopover(anchor, content, { label, onClose, align = "start", width, role = "dialog", testid = "popover" } = {}) {
  closePopover();
  const el = h("div", { class: "popover", role, "aria-label": label, data: { testid } });
  append(el, content);
  (anchor.closest("dialog") ?? document.body).append(el);
  if (width) el.style.setProperty("min-width", `${width}px`);
  place(anchor, el, align);
  anchor.setAttribute("aria-expanded", "true");
  const outside = (event) => { if (!el.contains(event.target) && !anchor.contains(event.target)) self.close(); };
  const move = (event) => { if (anchor.isConnected) { if (!el.contains(event.target)) place(anchor, el, align); } else self.close(); };
  const keys = (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); self.close(); anchor.focus(); } };
  const self = {
    el,
    close() {
      if (current !== self) return;
      current = null;
      removeEventListener("pointerdown", outside, true);
      removeEventListener("resize", self.close);
      removeEventListener("scroll", move, true);
      el.removeEventListener("keydown", keys);
      anchor.setAttribute("aria-expanded", "false");
      el.remove();
      onClose?.();
    },
    place: () => place(anchor, el, align),
  };
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", self.close);
  addEventListener("scroll", move, true);
  el.addEventListener("keydown", keys);
  current = self;
  return self;
}

function place(anchor, el, align) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: tall } = el;
  const left = align === "end" ? box.right - w : box.left;
  const below = box.bottom + 6 + tall <= innerHeight || box.top < tall + 12;
  el.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - w - 8))}px`);
  el.style.setProperty("top", `${Math.max(8, below ? Math.min(box.bottom + 6, innerHeight - tall - 8) : box.top - tall - 6)}px`);
}

/** A menu of choices: items are {label, detail?, icon?, danger?, checked?, act}, or null for a line. */
export function openMenu(anchor, items, { label, align, testid = "menu" } = {}) {
  const rows = items.map((item) => (item === null ? h("hr") : row(item)));
  const menu = openPopover(anchor, h("div", { class: "menu" }, rows), { label, align, role: "menu", testid });
  const buttons = [...menu.el.querySelectorAll("button")];
  menu.el.addEventListener("keydown", (event) => step(event, buttons));
  buttons[0]?.focus();
  return menu;
}

function row(item) {
  const words = h("span", { class: "menu-words" }, h("span", { class: "menu-label" }, item.label), item.detail ? h("span", { class: "menu-detail" }, item.detail) : null);
  const choose = () => { closePopover(); item.act(); };
  return h("button", { type: "button", role: item.checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": item.checked === undefined ? undefined : String(item.checked), class: `menu-item${item.danger ? " danger" : ""}${item.checked ? " chosen" : ""}`, data: { ...(item.data ?? {}) }, on: { click: choose } }, item.icon ?? null, words, item.tail ?? null);
}

/** Arrow keys, Home and End over a list of focusable elements. */
export function step(event, list) {
  const at = list.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (next === undefined || list.length === 0) return;
  event.preventDefault();
  list[(next + list.length) % list.length].focus();
}
