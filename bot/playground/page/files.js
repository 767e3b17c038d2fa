// Draws files: pictures as pictures, short text files as a snippet that opens, everything else as a card to download.

import { append, h, ownUrl } from "./dom.js";
import { icon } from "./icons.js";

const LINES = 8;

function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  return bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

const isText = (file) => /^text\/|json|yaml|xml|javascript/.test(file.mimetype ?? "") || /\.(log|txt|md|ya?ml|json|py|sh|diff|patch)$/i.test(file.name ?? "");

/** One file. */
export function fileCard(file) {
  const url = ownUrl(file.url ?? file.url_private);
  const name = file.title || file.name || file.id;
  const label = [h("span", { class: "file-name" }, name), h("span", { class: "file-size" }, size(file.size))];
  const head = append(url ? h("a", { class: "file-head", href: url, target: "_blank", rel: "noopener", download: file.name }) : h("div", { class: "file-head" }), [icon("file"), h("span", { class: "file-words" }, label)]);
  const card = h("div", { class: "file", data: { testid: "file" } }, head);
  if (url?.startsWith("/") && /^image\//.test(file.mimetype ?? "")) card.append(h("img", { class: "image wide", src: url, alt: name, loading: "lazy" }));
  else if (url?.startsWith("/") && isText(file) && (file.size ?? 0) < 200_000) snippet(card, url);
  return card;
}

async function snippet(card, url) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return;
  const rows = (await response.text()).replace(/\n$/, "").split("\n");
  const code = h("code", {}, rows.slice(0, LINES).join("\n"));
  card.append(h("pre", { class: "fence", tabindex: "0" }, code));
  if (rows.length <= LINES) return;
  const more = h("button", { type: "button", class: "linkish", on: { click: () => { code.textContent = rows.join("\n"); more.remove(); } } }, `Show all ${rows.length} lines`);
  card.append(more);
}
