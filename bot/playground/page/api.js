// Talks to the playground's server: reads, writes, and the stream of events that keeps the page live.

import { state } from "./state.js";

/** What the server refused, with its code and its sentence for a person. */
export class Refused extends Error {
  constructor(code, message, body = {}) {
    super(message);
    this.code = code;
    this.body = body;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Refused("unreachable", "The playground does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error ?? `http_${response.status}`, body.message ?? `The playground answered ${response.status}.`, body);
  return body;
}

/** GET a reading as the acting person. */
export function read(path, query = {}) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries({ as: state.me, ...query })) if (value !== undefined && value !== null && value !== "") params.set(key, value);
  return call(`/ui/${path}?${params}`);
}

/** POST an act of the acting person. */
export function write(path, body = {}) {
  const full = JSON.stringify({ as: state.me, ...body });
  return call(`/ui/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: full });
}

/** Follow events as one person; returns a function that stops. The browser reconnects by itself; a refused stream is tried again by us. */
export function follow(as, { onEvent, onLost }) {
  let source;
  let timer;
  let wait = 500;
  let stopped = false;
  const open = () => {
    source = new EventSource(`/ui/events?as=${encodeURIComponent(as)}`);
    source.onopen = () => { wait = 500; };
    source.onmessage = (event) => { const value = parse(event.data); if (value) onEvent(value); };
    source.onerror = () => {
      onLost();
      if (source.readyState !== EventSource.CLOSED || stopped) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
  return () => { stopped = true; clearTimeout(timer); source.close(); };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
