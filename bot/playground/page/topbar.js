// The bar on top: jump to anything, how the app is connected, the journal, the theme and the panel; and the banners below it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { MOD, showHelp } from "./keys.js";
import { toggle as togglePanel } from "./panel.js";
import { on, state } from "./state.js";
import { openSwitcher } from "./switcher.js";

const KEEP = "quarterdeck.theme";
const systemDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

/** Fill the bar. */
export function mountTopbar(root, journal) {
  applyTheme(localStorage.getItem(KEEP));
  const pill = h("div", { class: "link-pill", role: "status", data: { testid: "connection" } });
  const theme = h("button", { type: "button", class: "tool", data: { testid: "theme" } });
  const drawTheme = () => { const dark = isDark(); theme.replaceChildren(icon(dark ? "sun" : "moon")); theme.setAttribute("aria-label", dark ? "Light theme" : "Dark theme"); theme.title = theme.getAttribute("aria-label"); };
  theme.addEventListener("click", () => { const next = isDark() ? "light" : "dark"; localStorage.setItem(KEEP, next); applyTheme(next); drawTheme(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTheme);
  drawTheme();
  const tool = (name, label, act, testid) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, data: { testid }, on: { click: act } }, icon(name));
  root.append(
    h("button", { type: "button", class: "jump-to", data: { testid: "jump-to" }, on: { click: openSwitcher } }, icon("search"), h("span", { class: "jump-words" }, "Jump to…"), h("span", { class: "jump-keys" }, h("kbd", {}, MOD), h("kbd", {}, "K"))),
    h("div", { class: "top-tools" }, pill, tool("pulse", "Under the hood", () => journal.toggle(), "journal-toggle"), theme, h("button", { type: "button", class: "tool help", "aria-label": "Keys", title: "Keys (?)", on: { click: showHelp } }, "?"), h("button", { type: "button", class: "tool panel-toggle", "aria-label": "Try this", title: "Try this", data: { testid: "panel-toggle" }, on: { click: () => togglePanel() } }, icon("compass"))));
  on("state app", () => drawPill(pill));
}

const isDark = () => (document.documentElement.dataset.theme ?? (systemDark() ? "dark" : "light")) === "dark";

function applyTheme(name) {
  if (name === "dark" || name === "light") document.documentElement.dataset.theme = name;
}

function drawPill(pill) {
  const { connected, name, transport } = state.app;
  pill.className = connected ? "link-pill up" : "link-pill";
  pill.replaceChildren(h("span", { class: "switch-dot" }), h("span", {}, connected ? `${name ?? "App"} is up` : `${name ?? "App"} is down`), h("span", { class: "pill-how" }, connected ? (transport === "http" ? "HTTP" : "Socket Mode") : ""));
}

/** Draw the quiet banners: the page lost its server, or the app its connection. */
export function mountBanner(root) {
  const draw = () => {
    const lost = state.link === "lost";
    const down = !lost && state.me && state.app.connected === false;
    root.hidden = !(lost || down);
    root.className = `banner ${lost ? "lost" : "down"}`;
    const name = state.app.name ?? "The bot";
    const words = lost ? [h("span", { class: "spinner" }), "Reconnecting…"] : [icon("plug"), h("span", {}, h("strong", {}, "The bot is down."), ` Slack keeps what it can for a while: mentions and messages reach ${name} when it is back; commands and buttons fail now.`)];
    root.replaceChildren(...words);
  };
  on("state app link", draw);
}
