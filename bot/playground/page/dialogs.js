// Asks the person something over the page: a confirm dialog with the words that the app or the panel gave it.

import { append, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Show a Block Kit confirm object ({title, text, confirm, deny, style}); resolves to true or false. */
export function confirmDialog({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    const done = (answer) => { dialog.close(); dialog.remove(); back?.focus?.({ preventScroll: true }); resolve(answer); };
    const tone = style === "danger" ? "danger" : "primary";
    const yes = h("button", { type: "button", class: `btn ${tone}`, data: { testid: "confirm-yes" }, on: { click: () => done(true) } }, append(h("span"), textObject(confirm ?? "Yes")));
    const no = h("button", { type: "button", class: "btn", data: { testid: "confirm-no" }, on: { click: () => done(false) } }, append(h("span"), textObject(deny ?? "Cancel")));
    const dialog = h("dialog", { class: "confirm", role: "alertdialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", data: { testid: "confirm" } },
      h("h2", { id: "confirm-title" }, textObject(title ?? "Are you sure?")),
      h("div", { id: "confirm-text", class: "confirm-text" }, textObject(text)),
      h("div", { class: "dialog-actions" }, no, yes));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); done(false); });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
    (tone === "danger" ? no : yes).focus();
  });
}
