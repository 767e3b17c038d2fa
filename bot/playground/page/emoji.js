// Emoji: shortcodes to characters, and our own drawings for the ones that carry a state, so that they look the same everywhere.

import { h, svg } from "./dom.js";
import { DRAWN } from "./glyphs.js";

const CODES = {
  hourglass_flowing_sand: "⏳", hourglass: "⌛", arrows_counterclockwise: "🔄", eyes: "👀", white_check_mark: "✅", x: "❌", question: "❓", grey_question: "❔",
  hand: "✋", raised_hand: "✋", leftwards_arrow_with_hook: "↩️", writing_hand: "✍️", fire: "🔥", warning: "⚠️", ballot_box_with_check: "☑️", lock: "🔒",
  unlock: "🔓", snowflake: "❄️", double_vertical_bar: "⏸️", pause_button: "⏸️", eye: "👁️", ocean: "🌊", wave: "👋", rocket: "🚀", tada: "🎉", clipboard: "📋",
  link: "🔗", information_source: "ℹ️", no_entry: "⛔", no_entry_sign: "🚫", large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴",
  large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️",
  pushpin: "📌", clock1: "🕐", clock3: "🕒", speech_balloon: "💬", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", heart: "❤️", bell: "🔔", no_bell: "🔕",
  package: "📦", bug: "🐛", wrench: "🔧", hammer: "🔨", hammer_and_wrench: "🛠️", gear: "⚙️", memo: "📝", pencil: "📝", pencil2: "✏️", calendar: "📅", date: "📅",
  alarm_clock: "⏰", stopwatch: "⏱️", timer_clock: "⏲️", zap: "⚡", sparkles: "✨", star: "⭐", star2: "🌟", boom: "💥", bulb: "💡", key: "🔑", shield: "🛡️",
  anchor: "⚓", ship: "🚢", sailboat: "⛵", boat: "⛵", compass: "🧭", wheel_of_dharma: "☸️", robot_face: "🤖", ghost: "👻", skull: "💀", pray: "🙏", clap: "👏",
  muscle: "💪", ok_hand: "👌", point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇", v: "✌️", raised_hands: "🙌", handshake: "🤝", smile: "😄",
  smiley: "😃", grinning: "😀", slightly_smiling_face: "🙂", simple_smile: "🙂", wink: "😉", joy: "😂", sweat_smile: "😅", thinking_face: "🤔", neutral_face: "😐", cry: "😢", sob: "😭",
  sunglasses: "😎", heart_eyes: "😍", scream: "😱", rage: "😡", partying_face: "🥳", sleeping: "😴", see_no_evil: "🙈", face_palm: "🤦", shrug: "🤷", "100": "💯",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", mag: "🔍", file_folder: "📁", page_facing_up: "📄", scroll: "📜", books: "📚",
  computer: "💻", globe_with_meridians: "🌐", cloud: "☁️", sunny: "☀️", rainbow: "🌈", coffee: "☕", beer: "🍺", pizza: "🍕", cake: "🎂", gift: "🎁", trophy: "🏆",
  construction: "🚧", rotating_light: "🚨", sos: "🆘", stop_sign: "🛑", checkered_flag: "🏁", triangular_flag_on_post: "🚩", white_flag: "🏳️", heavy_check_mark: "✔️",
  heavy_multiplication_x: "✖️", heavy_plus_sign: "➕", heavy_minus_sign: "➖", exclamation: "❗", grey_exclamation: "❕", bangbang: "‼️", repeat: "🔁", recycle: "♻️",
  rewind: "⏪", fast_forward: "⏩", arrow_forward: "▶️", black_square_for_stop: "⏹️", stop_button: "⏹️", new: "🆕", ok: "🆗", up: "🆙", cool: "🆒", free: "🆓", id: "🆔",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", zap_: "⚡", seedling: "🌱", evergreen_tree: "🌲", cherry_blossom: "🌸", dog: "🐶", cat: "🐱", turtle: "🐢",
  snail: "🐌", octopus: "🐙", whale: "🐳", fish: "🐟", bird: "🐦", unicorn_face: "🦄", moneybag: "💰", credit_card: "💳", shopping_trolley: "🛒", electric_plug: "🔌",
  battery: "🔋", satellite: "🛰️", telescope: "🔭", microscope: "🔬", test_tube: "🧪", dna: "🧬", thermometer: "🌡️", label: "🏷️", bookmark: "🔖", paperclip: "📎",
  scissors: "✂️", wastebasket: "🗑️", inbox_tray: "📥", outbox_tray: "📤", email: "✉️", incoming_envelope: "📨", telephone_receiver: "📞", mega: "📣", loudspeaker: "📢",
  white_large_square: "⬜", black_large_square: "⬛", large_green_square: "🟩", large_red_square: "🟥", small_blue_diamond: "🔹", small_orange_diamond: "🔸",
};

const strip = (char) => char.replace(/\uFE0F/g, "");
const NAMES = new Map(Object.entries(CODES).reverse().map(([name, char]) => [strip(char), name]));
const PICTURE = /(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})*)*)/gu;

/** The choices the reaction picker shows first. */
export const PICKS = ["white_check_mark", "eyes", "+1", "tada", "rocket", "heart", "fire", "raised_hands", "pray", "joy", "thinking_face", "warning", "x", "question", "hourglass_flowing_sand", "anchor"];

/** Every shortcode, for the picker's search. */
export const codes = () => Object.keys(CODES);

/** One emoji by shortcode as a node, or null for an unknown name. */
export function shortcode(name) {
  const char = Object.hasOwn(CODES, name) ? CODES[name] : null;
  return char ? picture(char, name) : null;
}

/** Text as nodes, with each emoji character in its own labelled span. */
export function emojiNodes(text) {
  if (!text) return [];
  const nodes = [];
  let last = 0;
  for (const m of text.matchAll(PICTURE)) {
    if (/^[©®™↔-↙]$/u.test(m[0])) continue;
    if (m.index > last) nodes.push(text.slice(last, m.index));
    nodes.push(picture(m[0], NAMES.get(strip(m[0]))));
    last = m.index + m[0].length;
  }
  if (last < text.length) nodes.push(text.slice(last));
  return nodes;
}

// The character stays in the text (for copying and for readers); a drawing lies where it would stand.
function picture(char, name) {
  const drawn = DRAWN[strip(char)];
  const title = name ? `:${name}:` : undefined;
  if (!drawn) return h("span", { class: "emoji", title }, char);
  return h("span", { class: "emoji drawn", title }, h("span", { class: "char" }, char), svg(drawn));
}
