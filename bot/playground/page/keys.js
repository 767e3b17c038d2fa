// Keys that work everywhere: jump, next and previous channel, close what is open, go to the composer, and the list of them all.

import { h } from "./dom.js";
import { closePopover, popoverOpen } from "./popover.js";
import { go } from "./route.js";
import { drawer } from "./sidebar.js";
import { state } from "./state.js";
import { openSwitcher } from "./switcher.js";

const mac = /mac/i.test(navigator.platform ?? "");
export const MOD = mac ? "⌘" : "Ctrl";

const HELP = [
  [[MOD, "K"], "Jump to a channel or a person"], [["Alt", "↑"], "Previous channel"], [["Alt", "↓"], "Next channel"], [["Esc"], "Close the thread or what floats"],
  [["/"], "Type a command"], [["↑"], "Recall what you sent"], [["Shift", "↵"], "New line"], [["F6"], "Next region"], [["↑", "↓"], "Walk through messages or channels"], [["T"], "Open a message's thread"], [["R"], "React to a message"], [["?"], "This list"],
];

/** Listen; `parts` names what the keys move between. */
export function mountKeys(parts) {
  addEventListener("keydown", (event) => press(event, parts));
}

function press(event, parts) {
  const mod = event.metaKey || event.ctrlKey;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (mod && event.key.toLowerCase() === "k") { event.preventDefault(); return openSwitcher(); }
  if (document.querySelector("dialog[open]")) return undefined;
  if (event.key === "Escape") return leave(event, parts);
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); return neighbour(event.key === "ArrowDown" ? 1 : -1); }
  if (event.key === "F6") { event.preventDefault(); return region(event.shiftKey ? -1 : 1, parts); }
  if (typing || mod || event.altKey) return undefined;
  if (event.key === "?") { event.preventDefault(); return showHelp(); }
  if (event.key === "/") { event.preventDefault(); return parts.composer.fill("/"); }
  return undefined;
}

function leave(event, parts) {
  if (popoverOpen()) return closePopover();
  if (document.body.classList.contains("drawer-open")) return drawer(false);
  if (!state.open.thread || event.defaultPrevented) return undefined;
  go({ thread: null });
  return parts.composer.focus();
}

function neighbour(by) {
  const rows = [...document.querySelectorAll("#sidebar [data-testid=channel]")];
  const at = rows.findIndex((r) => r.classList.contains("here"));
  rows[(at + by + rows.length) % rows.length]?.click();
}

const REGIONS = ["#sidebar .side-row.here", "#channel .message:last-of-type", "#channel .composer-input", "#thread .composer-input", "#panel .line-fill"];

function region(by) {
  const spots = REGIONS.map((s) => document.querySelector(s)).filter((el) => el && el.offsetParent);
  const at = spots.findIndex((el) => el.closest("#sidebar, .feed, .composer, #panel")?.contains(document.activeElement));
  spots[(at + by + spots.length) % spots.length]?.focus();
}

/** The list of keys. */
export function showHelp() {
  const rows = HELP.map(([combo, words]) => h("div", { class: "keys-row" }, h("span", {}, combo.map((k) => h("kbd", {}, k))), h("span", {}, words)));
  const dialog = h("dialog", { class: "confirm keys", "aria-label": "Keys", data: { testid: "keys" } }, h("h2", {}, "Keys"), h("div", { class: "keys-list" }, rows), h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "btn", on: { click: () => dialog.close() } }, h("span", {}, "Close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
