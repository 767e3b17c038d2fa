// Draws people: avatars of initials with their colour, names, and what kind of account somebody has.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isBot, state, userName } from "./state.js";

const HUES = ["#3b6ea8", "#8a5a9e", "#2f7d6b", "#b0612f", "#a8485d", "#5b64b8", "#6a7a2f", "#2b7b96"];
const KINDS = { admin: "Admin", owner: "Owner", guest: "Guest", external: "External", deactivated: "Deactivated" };

/** One or two letters of a name. */
export function initials(name) {
  const words = String(name ?? "").replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[words.length - 1][0] : (words[0] ?? "?")[0];
  return letters.toUpperCase();
}

function hue(id) {
  let sum = 0;
  for (const char of String(id)) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return HUES[sum % HUES.length];
}

/** An avatar for a user id; `size` is small, medium or large. */
export function avatar(id, { size = "medium", name } = {}) {
  const user = state.users.get(id);
  const shown = name || userName(id);
  const ours = id === state.app.bot_user && (!name || name === userName(id));
  const colour = /^#[0-9a-f]{3,8}$/i.test(user?.color ?? "") ? user.color : hue(id);
  const el = h("span", { class: `avatar ${size}${isBot(user) || ours ? " bot" : ""}${ours ? " ours" : ""}`, "aria-hidden": "true" }, ours ? icon("helm") : initials(shown));
  if (!ours) el.style.setProperty("--hue", colour);
  return el;
}

/** The slackbot's face, for what Slack itself says. */
export const slackbotAvatar = () => h("span", { class: "avatar medium slackbot", "aria-hidden": "true" }, icon("info"));

/** "Guest", "External" and the like; nothing for plain members and bots. */
export const kindLabel = (user) => KINDS[user?.kind] ?? "";

/** A small tag beside a name. */
export function badge(user) {
  if (isBot(user)) return h("span", { class: "badge" }, "APP");
  const label = kindLabel(user);
  return label && label !== "Admin" && label !== "Owner" ? h("span", { class: "badge soft" }, label) : null;
}

/** A presence dot: the app's is true to its connection. */
export function presence(id) {
  const user = state.users.get(id);
  const here = id === state.app.bot_user ? state.app.connected : user?.kind !== "deactivated";
  return h("span", { class: here ? "presence on" : "presence", "aria-hidden": "true" });
}
