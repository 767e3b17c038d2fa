// A small app on the official JavaScript Bolt, used by test_playground_bolt_js.py over Socket Mode and over HTTP.
import bolt from "@slack/bolt";

const { App, LogLevel } = bolt;
const { BASE_URL, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PORT } = process.env;
const http = Boolean(PORT);

const app = new App({
  token: BOT_TOKEN,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: BASE_URL },
  ...(http ? { signingSecret: SIGNING_SECRET } : { socketMode: true, appToken: APP_TOKEN }),
});

const plain = (text) => ({ type: "plain_text", text });
const option = (value) => ({ text: plain(value), value });
const buttons = [{ type: "actions", elements: [{ type: "button", action_id: "go", text: plain("Go"), value: "web" }] }];
const form = {
  type: "modal",
  callback_id: "form",
  title: plain("Form"),
  submit: plain("Send"),
  notify_on_close: true,
  blocks: [
    { type: "input", block_id: "name", label: plain("Name"), element: { type: "plain_text_input", action_id: "name" } },
    {
      type: "input",
      block_id: "service",
      label: plain("Service"),
      element: { type: "external_select", action_id: "service", min_query_length: 0 },
    },
  ],
};

app.command("/ops", async ({ ack, command, client }) => {
  if (command.text === "form") {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: form });
  } else {
    await ack({ text: `plan for ${command.text}`, blocks: buttons });
  }
});

app.action("go", async ({ ack, respond, action }) => {
  await ack();
  await respond({ text: `pressed ${action.value}`, replace_original: true });
});

app.options("service", async ({ ack, payload }) => {
  await ack({ options: ["web", "api"].filter((name) => name.includes(payload.value)).map(option) });
});

app.view("form", async ({ ack, view, client, body }) => {
  const name = view.state.values.name.name.value;
  if (name === "bad") {
    await ack({ response_action: "errors", errors: { name: "No such service." } });
    return;
  }
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `form ${name}` });
});

app.view({ callback_id: "form", type: "view_closed" }, async ({ ack }) => {
  await ack();
});

app.event("app_mention", async ({ event, say }) => {
  await say({ text: `heard ${event.text}`, thread_ts: event.ts });
});

app.message(async ({ message, say }) => {
  if (message.channel_type === "im" && message.subtype === undefined && message.bot_id === undefined) {
    await say(`you wrote ${message.text}`);
  }
});

app.event("app_home_opened", async ({ event, client }) => {
  const view = { type: "home", blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Home*" } }] };
  await client.views.publish({ user_id: event.user, view });
});

app.shortcut("about", async ({ ack, shortcut, client }) => {
  await ack();
  await client.views.open({
    trigger_id: shortcut.trigger_id,
    view: { ...form, private_metadata: shortcut.message?.text ?? "global" },
  });
});

app.command("/pages", async ({ ack, client, respond }) => {
  await ack();
  const names = [];
  for await (const page of client.paginate("conversations.list", { limit: 3 })) {
    names.push(...page.channels.map((channel) => channel.name));
  }
  await respond({ text: names.join(" "), response_type: "ephemeral" });
});

await app.start(http ? Number(PORT) : undefined);
process.stdout.write("ready\n");
