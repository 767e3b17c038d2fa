"""The workspace behind the page in its tests: people, channels, what was said, the panel and a journal."""

from tests.browser.page_blocks import (
    ADA,
    BOT,
    DM,
    GRACE,
    GRACE_DM,
    GUS,
    INCIDENTS,
    LEADS,
    LINUS,
    NOW,
    OLD,
    OTHER,
    WEB,
    Json,
    actions,
    button,
    context,
    message,
    mrkdwn,
    plain,
    section,
    ts,
)

CONFIRM = {
    "title": plain("Deploy to production?"),
    "text": mrkdwn("6 changes go to *production*."),
    "confirm": plain("Deploy"),
    "deny": plain("Not now"),
}
CARD = (
    section("✅ *Live* · web → production\n6 changes · took 3 min · healthy 10 min"),
    context("Ada · `5d2f0b7` · <!date^1795519000^{time}|14:05> · #1287"),
    actions(
        "card",
        button("Changes", "changes"),
        button("Roll back…", "rollback", accessibility_label="Roll back web in production"),
    ),
)
RUNNING = (
    section("🔄 *Running* · web → production\nStep 3 of 4: migrate"),
    context("Ada · `5d2f0b7` · 6 changes · <https://example.com/runs/1|run> · #1287"),
    actions("card", button("Stop…", "stop", style="danger", accessibility_label="Stop web to production")),
)
FAILED = (
    section(
        '❌ *Failed* · web → production\nAt step 3, migrate: relation "orders" is locked\nStill serving `a41c9e2` (asked web, 14:06)'
    ),
    context("Ada · `5d2f0b7` · 14:05 · #1287"),
    actions("card", button("Log", "log"), button("Try again…", "again", style="primary")),
)
PLAN = (
    section(
        "Deploy *web* → *production*?\n6 changes since `a41c9e2`, serving now · staging verified it 2 h ago\n"
        "⚠️ 1 migration (0042_orders.sql): a rollback will not undo it · react 18 → 19"
    ),
    section("• #412 Faster checkout\n• #415 Retry failed webhooks\n• 4 more"),
    context("✅ Checks passed (12 of 12) · usually 3 min · good until <!date^1795521000^{time}|14:15>"),
    actions(
        "plan",
        button("Deploy to production", "deploy", style="primary", confirm=CONFIRM),
        button("All changes", "all"),
        button("Not now", "dismiss"),
    ),
)


def feeds() -> dict[str, list[Json]]:
    """Return the messages of each channel, and of each thread as `channel/thread`."""
    root = ts(33)
    replies = [
        message(
            ts(32),
            BOT,
            "*web · production* · 6 changes · `a41c9e2` → `5d2f0b7`\n⚠️ *Look here:* migration 0042_orders.sql (#412)\n"
            "*Features*  #412 Faster checkout · #410 Gift cards",
            thread_ts=root,
        ),
        message(ts(31), GRACE, "Watching the error rate. Looks *calm*.", thread_ts=root),
        message(ts(29), BOT, f"Live. <@{ADA}>", thread_ts=root, broadcast=True),
    ]
    posted = [
        message(
            ts(1500), GRACE, f"Morning. <@{ADA}>, can you take the checkout change today? See <#{INCIDENTS}> for why."
        ),
        message(ts(1498), ADA, "Yes: after lunch. `main` is green since 5d2f0b7, and it is *small*."),
        message(
            ts(1497.5),
            ADA,
            "> one migration, one feature\nI will put it on staging first :eyes:",
            reactions=[
                {"name": "+1", "count": 2, "users": [GRACE, LINUS]},
                {"name": "rocket", "count": 1, "users": [ADA]},
            ],
        ),
        message(ts(60), LINUS, "```\n$ curl -s localhost:8101/version\n5d2f0b7\n```"),
        message(
            ts(58),
            LINUS,
            "Staging answers. _Thank you_ ~Grace~ all.",
            files=[
                {"id": "F1", "name": "migrate.log", "mimetype": "text/plain", "size": 412, "url": "/files/migrate.log"}
            ],
        ),
        message(
            root, BOT, "Live: web to production.", *CARD, reply_count=3, reply_users=[BOT, GRACE], latest_reply=ts(29)
        ),
        replies[2],
        message(ts(12), BOT, "Running: web to production.", *RUNNING),
        message(ts(5), BOT, "Deploy web to production?", *PLAN, ephemeral=True),
    ]
    return {
        WEB: posted,
        f"{WEB}/{root}": [posted[5], *replies],
        INCIDENTS: [
            message(ts(200 - n), (GRACE, LINUS)[n % 2], f"Line {n} of a long night", channel=INCIDENTS)
            for n in range(60)
        ],
        LEADS: [message(ts(90), GRACE, "Only we two see this.", channel=LEADS)],
        OTHER: [message(ts(400), LINUS, "A channel you have not joined.", channel=OTHER)],
        DM: [message(ts(20), BOT, "Hello. Type `help`.", channel=DM)],
    }


PANEL: Json = {
    "title": "Try this",
    "intro": "Five lines that tell the story. Nothing here is pretended.",
    "lines": [
        {
            "id": "l1",
            "title": "Deploy to staging",
            "channel": WEB,
            "as": ADA,
            "text": "/ops deploy web staging",
            "hint": "See what will change, confirm, watch one card. The page: http://127.0.0.1:8101/",
        },
        {
            "id": "l2",
            "title": "What is live?",
            "channel": WEB,
            "as": ADA,
            "text": "/ops status",
            "hint": "Each running service is asked.",
        },
        {"id": "l3", "title": "As somebody else", "channel": LEADS, "as": GRACE, "text": "/ops whoami", "hint": ""},
    ],
    "switches": [
        {
            "id": "plug",
            "label": "Pull the plug",
            "hint": "Kills the bot in the middle and starts it again.",
            "confirm": "The bot is killed with kill -9 and comes back to the truth.",
            "state": "up",
            "tone": "danger",
        }
    ],
    "links": [{"label": "The web service, staging", "url": "http://127.0.0.1:8101/"}],
}


def state(me: str) -> Json:
    """Return what surrounds the messages for one person."""
    person = {"kind": "member", "title": "Staff engineer"}
    users = [
        {"id": ADA, "name": "ada", "real_name": "Ada Lovelace", "color": "#8a4fc9", **person},
        {
            "id": GRACE,
            "name": "grace",
            "real_name": "Grace Hopper",
            "color": "#c9562f",
            "kind": "owner",
            "title": "Engineering lead",
        },
        {
            "id": LINUS,
            "name": "linus",
            "real_name": "Linus Pauling",
            "color": "#2b87bd",
            "kind": "admin",
            "title": "Site reliability",
        },
        {
            "id": GUS,
            "name": "gus",
            "real_name": "Gus Guest",
            "color": "#a06a1b",
            "kind": "guest",
            "title": "Contractor",
        },
        {"id": BOT, "name": "quarterdeck", "real_name": "Quarterdeck", "color": "#1f4e5f", "kind": "bot", "title": ""},
    ]
    room = {
        "kind": "channel",
        "is_ext_shared": False,
        "is_archived": False,
        "is_member": True,
        "topic": "",
        "unread": 0,
        "rings": 0,
        "app_member": True,
    }
    channels = [
        {**room, "id": WEB, "name": "team-web", "topic": "The web service: deploys, questions, cake"},
        {**room, "id": INCIDENTS, "name": "incidents", "unread": 3, "rings": 1, "is_ext_shared": True},
        {**room, "id": OTHER, "name": "random", "is_member": False, "app_member": False},
        {**room, "id": OLD, "name": "old-stuff", "is_archived": True},
        {**room, "id": DM, "name": "", "kind": "im", "with": BOT},
        {
            **room,
            "id": GRACE_DM,
            "name": "",
            "kind": "im",
            "with": GRACE if me == ADA else ADA,
            "unread": 1,
            "rings": 1,
        },
    ]
    if me in {ADA, GRACE}:
        channels.append({**room, "id": LEADS, "name": "leads", "kind": "private", "app_member": False})
    commands = [
        {
            "command": "/ops",
            "usage_hint": "deploy web staging | status | help",
            "description": "Ship, un-ship and see what is live",
        },
        {"command": "/deploy", "usage_hint": "web staging", "description": "Deploy a service"},
        {"command": "/rollback", "usage_hint": "web production", "description": "Go back to the last good revision"},
    ]
    shortcuts = [
        {"name": "Start a deploy", "type": "global", "callback_id": "start", "description": "Opens the form"},
        {"name": "Deploy this…", "type": "message", "callback_id": "deploy_this", "description": "About this message"},
    ]
    app = {
        "id": "A1",
        "name": "Quarterdeck",
        "bot_user": BOT,
        "connected": True,
        "transport": "socket",
        "connections": 2,
    }
    groups = [{"id": "S1", "handle": "backend-leads", "name": "Backend leads", "users": [GRACE]}]
    return {
        "team": {"id": "T1", "name": "Acme"},
        "me": me,
        "app": app,
        "users": users,
        "channels": channels,
        "usergroups": groups,
        "commands": commands,
        "shortcuts": shortcuts,
        "panel": PANEL,
    }


JOURNAL: list[Json] = [
    {
        "seq": 1,
        "at": NOW,
        "kind": "ui",
        "name": "type",
        "ms": 0,
        "ok": True,
        "detail": {"as": ADA, "text": "/ops status"},
    },
    {
        "seq": 2,
        "at": NOW + 0.01,
        "kind": "envelope",
        "name": "/ops",
        "ms": 0,
        "ok": True,
        "detail": {"envelope_id": "e1"},
    },
    {"seq": 3, "at": NOW + 0.03, "kind": "ack", "name": "/ops", "ms": 11.4, "ok": True, "detail": {}},
    {
        "seq": 4,
        "at": NOW + 0.1,
        "kind": "call",
        "name": "chat.postMessage",
        "ms": 3.2,
        "ok": True,
        "detail": {"channel": WEB},
    },
    {
        "seq": 5,
        "at": NOW + 3.2,
        "kind": "ack",
        "name": "/ops",
        "ms": 3001,
        "ok": False,
        "error": "operation_timeout",
        "detail": {},
    },
]
