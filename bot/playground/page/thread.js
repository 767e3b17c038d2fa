// The thread pane: the root message, its replies and a composer of its own; a page of its own on a phone.

import { h } from "./dom.js";
import { makeComposer } from "./composer.js";
import { icon } from "./icons.js";
import { makeFeed } from "./messages.js";
import { go } from "./route.js";
import { channelName, state } from "./state.js";

/** Fill the thread pane: {show(channel, thread), composer, feed}. */
export function mountThread(root) {
  const feed = makeFeed({ inThread: true, label: "Thread" });
  const composer = makeComposer({ inThread: true });
  const where = h("span", { class: "pane-sub" });
  const close = () => go({ thread: null });
  root.append(
    h("header", { class: "pane-head" },
      h("button", { type: "button", class: "tool back", "aria-label": "Back to the channel", on: { click: close } }, icon("left")),
      h("div", { class: "pane-title" }, h("h2", {}, "Thread"), where),
      h("button", { type: "button", class: "tool close", "aria-label": "Close the thread", title: "Close (Esc)", data: { testid: "close-thread" }, on: { click: close } }, icon("x"))),
    feed.el, composer.el);
  const show = (channel, thread) => {
    root.hidden = !thread;
    if (!thread) return;
    const room = state.channels.get(channel);
    where.textContent = room?.kind === "im" ? channelName(channel) : `#${channelName(channel)}`;
    feed.show(channel, thread);
    composer.show(channel, thread);
  };
  return { show, composer, feed };
}
