// The narrow panel: lines to try, switches that do something outside the chat, and links.

import { append, h, narrow, safeUrl } from "./dom.js";
import { write } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { link } from "./mrkdwn.js";
import { go } from "./route.js";
import { channelName, emit, on, state, userName } from "./state.js";
import { attempt } from "./toasts.js";

const KEEP = "quarterdeck.panel";
const WORDS = { up: "Running", down: "Down", busy: "Working…" };

/** Fill the panel and remember whether it is open. */
export function mountPanel(root) {
  const wide = matchMedia("(min-width: 1180px)");
  const kept = localStorage.getItem(KEEP);
  setOpen(root, kept === null ? wide.matches : kept === "open" && !narrow());
  on("state panel", () => render(root));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !wide.matches) { toggle(root, false); document.querySelector("[data-testid=panel-toggle]")?.focus(); } });
}

const setOpen = (root, open) => { root.dataset.open = String(open); document.body.classList.toggle("panel-open", open); };

/** Show or hide the panel. */
export function toggle(root = document.getElementById("panel"), open = root.dataset.open !== "true") {
  setOpen(root, open);
  localStorage.setItem(KEEP, open ? "open" : "closed");
  emit("layout");
}

function render(root) {
  const panel = state.panel;
  const empty = !panel || !(panel.lines?.length || panel.switches?.length || panel.links?.length || panel.intro);
  document.body.classList.toggle("no-panel", empty);
  if (empty) return root.replaceChildren();
  return reconcile(root, [
    { key: "head", sig: panel.title ?? "", make: () => head(panel) },
    { key: "body", sig: JSON.stringify([panel.intro, panel.lines, panel.links, state.me]), make: () => body(panel) },
    ...(panel.switches ?? []).map((s) => ({ key: `switch-${s.id}`, sig: JSON.stringify(s), make: () => switchRow(s) })),
  ]);
}

function body(panel) {
  return h("div", { class: "panel-body" },
    panel.intro ? append(h("p", { class: "panel-intro" }), linked(panel.intro)) : null,
    h("ol", { class: "lines" }, (panel.lines ?? []).map(lineRow)),
    panel.links?.length ? h("ul", { class: "panel-links" }, panel.links.map((l) => h("li", {}, outward(l)))) : null);
}

function head(panel) {
  return h("header", { class: "pane-head" }, h("div", { class: "pane-title" }, h("h2", {}, icon("compass"), panel.title || "Try this")), h("button", { type: "button", class: "tool", "aria-label": "Close this panel", on: { click: () => toggle(undefined, false) } }, icon("x")));
}

function outward(l) {
  const url = safeUrl(l.url);
  return url ? h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, l.label, icon("out")) : h("span", {}, l.label);
}

function lineRow(line) {
  const where = [line.channel ? `#${channelName(line.channel)}` : null, line.as && line.as !== state.me ? `as ${userName(line.as)}` : null].filter(Boolean).join(" ");
  return h("li", { class: "line", data: { testid: "panel-line", line: line.id } },
    h("button", { type: "button", class: "line-fill", "aria-label": `${line.title}: put ${line.text} into the composer`, data: { testid: "line-fill" }, on: { click: () => use(line, false) } },
      h("span", { class: "line-title" }, line.title), h("code", { class: "line-text" }, words(line.text))),
    line.hint ? append(h("p", { class: "line-hint" }), linked(line.hint)) : null,
    h("div", { class: "line-foot" }, h("span", { class: "line-where" }, where),
      h("button", { type: "button", class: "line-send", "aria-label": `Send ${line.text}`, title: "Send it now", data: { testid: "line-send" }, on: { click: () => use(line, true) } }, icon("send"), "Send")));
}

// A word such as --because is not torn at its hyphens.
const words = (text) => String(text).split(/( )/).map((word) => (word.includes("-") && word.length < 28 ? h("span", { class: "whole" }, word) : word));

/** Text with its bare addresses as links. */
function linked(text) {
  const parts = String(text).split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/);
  return parts.map((part, i) => (i % 2 ? link(part, [part.replace(/^https?:\/\//, "")]) : part));
}

function use(line, send) {
  go({ as: line.as || state.me, channel: line.channel || state.open.channel, thread: null, tab: null });
  emit("compose", { text: line.text, send });
  if (!matchMedia("(min-width: 1180px)").matches) toggle(undefined, false);
}

function switchRow(s) {
  const busy = s.state === "busy";
  const act = async () => {
    if (s.confirm && !(await confirmDialog({ title: `${s.label}?`, text: s.confirm, confirm: s.label, deny: "Cancel", style: s.tone === "danger" ? "danger" : undefined }))) return;
    await attempt(write("switch", { id: s.id }));
  };
  return h("section", { class: "switch", data: { testid: "panel-switch", switch: s.id, state: s.state } },
    h("div", { class: "switch-head" }, h("span", { class: `switch-state ${s.state}`, role: "status" }, h("span", { class: "switch-dot" }), WORDS[s.state] ?? s.state)),
    h("button", { type: "button", class: `btn wide ${s.tone === "danger" ? "danger-soft" : ""}`, disabled: busy, "aria-busy": busy ? "true" : undefined, data: { testid: "switch-button" }, on: { click: act } }, icon(s.id === "plug" ? "plug" : "bolt"), h("span", {}, s.label)),
    s.hint ? h("p", { class: "line-hint" }, s.hint) : null);
}
