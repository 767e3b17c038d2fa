// Makes trouble on order: what goes wrong in a real workspace on a bad day, one click each, for whoever tries an app's nerves.

import { write } from "./api.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { attempt, toast } from "./toasts.js";

const TROUBLES = [
  ["The next call is rate limited", "429, one second", { trouble: "rate_limit", seconds: 1 }],
  ["The next call takes three seconds", "a slow Web API", { trouble: "slow", seconds: 3 }],
  ["The next call is done, its answer lost", "did it happen or not?", { trouble: "reset_after_commit" }],
  ["The next delivery comes twice", "the same event again", { trouble: "duplicate" }],
  ["The next acknowledgement is lost", "so it is delivered again", { trouble: "lost_ack" }],
  null,
  ["Ask the sockets to refresh", "as Slack does now and then", { sockets: "refresh" }],
  ["Cut every socket", "a broken line", { sockets: "drop" }],
  null,
  ["Back to fair weather", "forget every fault that was ordered", { clear: true }],
];

/** Open the list of troubles beside `anchor`. */
export function openFaults(anchor) {
  const items = TROUBLES.map((one) => (one === null ? null : { label: one[0], detail: one[1], icon: icon(one[2].clear ? "sun" : "bolt"), data: { fault: one[2].trouble ?? one[2].sockets ?? "clear" }, act: () => order(one) }));
  openMenu(anchor, items, { label: "Make trouble", align: "end", testid: "faults" });
}

async function order([label, , body]) {
  if (await attempt(write("fault", body))) toast({ title: label, text: body.clear ? "Nothing is ordered any more." : "Ordered." });
}
