// Writes instants in the reader's own time zone: message stamps, day separators and Slack date tokens.

const at = (ts) => new Date(Number(ts) * 1000);
const format = (options) => {
  const made = new Intl.DateTimeFormat(undefined, options);
  return (date) => made.format(date);
};
const short = format({ hour: "2-digit", minute: "2-digit", hour12: false });
const seconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dayLong = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const dayPlain = format({ year: "numeric", month: "long", day: "numeric" });
const dayShort = format({ year: "numeric", month: "short", day: "numeric" });
const dayNear = format({ weekday: "long", month: "long", day: "numeric" });
const full = format({ dateStyle: "full", timeStyle: "medium" });
const pad = (n) => String(n).padStart(2, "0");

export const clock = (ts) => short(at(ts));
export const clockSeconds = (ts) => seconds(at(ts));
export const fullStamp = (ts) => full(at(ts));

/** A key that is equal for two instants on one local day. */
export function dayKey(ts) {
  const d = at(ts);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
}

function daysAgo(date, now = new Date()) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

function near(date) {
  return { 0: "Today", 1: "Yesterday", "-1": "Tomorrow" }[daysAgo(date)] ?? null;
}

/** Today, Yesterday, or the written day. */
export function dayLabel(ts) {
  const date = at(ts);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  return near(date) ?? (sameYear ? dayNear(date) : dayLong(date));
}

/** A coarse "3 minutes ago", for reply lines. */
export function ago(ts) {
  const past = (Date.now() - at(ts).getTime()) / 1000;
  const size = Math.abs(past);
  if (size < 60) return "just now";
  const [n, unit] = size < 3600 ? [size / 60, "minute"] : size < 86_400 ? [size / 3600, "hour"] : [size / 86_400, "day"];
  const count = Math.floor(n);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return past >= 0 ? `${words} ago` : `in ${words}`;
}

const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);

const TOKENS = {
  date_num: (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`,
  date_slash: (d) => `${pad(d.getMonth() + 1)}/${pad(d.getDate())}/${d.getFullYear()}`,
  date: (d) => dayPlain(d),
  date_short: (d) => dayShort(d),
  date_long: (d) => dayLong(d),
  date_pretty: (d) => lowerNear(d) ?? dayPlain(d),
  date_short_pretty: (d) => lowerNear(d) ?? dayShort(d),
  date_long_pretty: (d) => lowerNear(d) ?? dayLong(d),
  day_divider_pretty: (d) => lowerNear(d) ?? dayNear(d),
  time: (d) => short(d),
  time_secs: (d) => seconds(d),
  ago: (d) => ago(d.getTime() / 1000),
};

function lowerNear(date) {
  const word = near(date);
  return word ? lower(word) : null;
}

/** A text that begins a line begins with a capital: "Today", but "since today". */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Fill a Slack date format such as "{date_short} at {time}"; null when the instant or a token is not valid. */
export function dateToken(ts, pattern) {
  const seconds_ = Number(ts);
  if (!Number.isFinite(seconds_) || Math.abs(seconds_) > 8.64e12) return null;
  const date = at(seconds_);
  let valid = true;
  const text = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (TOKENS[name]) return TOKENS[name](date);
    valid = false;
    return whole;
  });
  return valid ? text : null;
}
