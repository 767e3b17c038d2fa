// Keeps person, channel, thread and tab in the URL hash, so that a reload returns to the same place.

/** The place the hash names: {as, channel, thread, tab}, each null when it is not named. */
export function place(hash = location.hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  return { as: params.get("as"), channel: params.get("channel"), thread: params.get("thread"), tab: params.get("tab") };
}

/** Go somewhere: what is not named stays, except that another channel closes the thread. */
export function go(change, { replace = false } = {}) {
  const now = place();
  const leaves = change.channel && change.channel !== now.channel;
  const next = { ...now, ...(leaves ? { thread: null, tab: null } : {}), ...change };
  const params = new URLSearchParams();
  for (const key of ["as", "channel", "thread", "tab"]) if (next[key]) params.set(key, next[key]);
  const hash = `#${params}`;
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = hash;
}
