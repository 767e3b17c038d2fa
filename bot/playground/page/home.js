// The app's Home tab: what the app published for this person, renewed in place.

import { h } from "./dom.js";
import { read, write } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { collect } from "./elements.js";
import { icon } from "./icons.js";
import { on, state } from "./state.js";
import { attempt } from "./toasts.js";

/** Fill the Home pane: {el, show()}. */
export function makeHome() {
  const blocks = h("div", { class: "blocks" });
  const empty = h("div", { class: "home-empty", hidden: true }, icon("home"), h("p", {}, "Nothing here yet."), h("p", { class: "quiet" }, "The app has not published a Home tab for you."));
  const el = h("div", { class: "home", tabindex: "0", data: { testid: "home" }, hidden: true }, h("div", { class: "home-page" }, blocks, empty));
  let drawn = null;
  const render = () => {
    const view = state.home;
    if (drawn && drawn !== view?.id) blocks.replaceChildren();
    drawn = view?.id ?? null;
    empty.hidden = view !== null;
    drawBlocks(blocks, view?.blocks ?? [], view ? contextOf(view, blocks) : {});
  };
  on("home", render);
  return { el, show: () => open(render) };
}

async function open(render) {
  render();
  const me = state.me;
  await attempt(write("home"));
  const found = await read("home").catch(() => null);
  if (!found || state.me !== me) return;
  state.home = found.view;
  render();
}

function contextOf(view, blocks) {
  const origin = () => ({ view_id: view.id });
  const send = (payload) => attempt(write("click", { ...origin(), container: "home", ...payload, state: collect(blocks) }));
  return { container: "home", origin, send };
}
