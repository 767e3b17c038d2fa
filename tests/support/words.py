"""Words to make samples of: endless ones, hostile ones, and every field at once."""

from bot.views.samples import Samples

NASTY = (
    "<!channel>", "<!here|here>", "<!everyone>", "<@U1>", "<@U02EVIL|Ada>", "<#C1|general>", "<!subteam^S1>",
    "<https://evil.example|github.com>", "<javascript:alert(1)|x>", "<!date^1^{date}|now>", "&lt;!channel&gt;", "&amp;lt;@U1&amp;gt;",
    "`rm -rf /`", "```fence", "```\n```", "*approved*", "_by Grace_", "~not~ live", "*", "_", "`", "~", "**", "__init__", "a_b_c",
    ":white_check_mark: *Live*", ":tada:", "@channel @here @everyone", "#general", "> quoted", ">>> quoted", "&gt; quoted",
    "\u202egnp.exe", "\u2066rtl\u2069", "\u200b\u200d\ufeff", "a\u0300\u0301\u0302\u0303\u0304", "\x00\x07\x1b[31mred", "\r\n\r\n", "\t\t",
    "\U0001f680\U0001f1e9\U0001f1ea", "👩\u200d💻", "\ud7ff\ue000", "\U000e0041\U000e0042", "\u3164", "{0} {} %s", "{service}",
    "</script><img src=x>",
    "xoxb-1234567890-abcdefghijkl", "https://user:hunter2@example.com/", "password=hunter2hunter2", "…", "–", " ", "'; drop table x; --",
    "Deploy *web* → production?", "✅ *Live* · web → production", "مرحبا بالعالم", "変更", "ﷺ" * 30,
)  # fmt: skip
"""What somebody might put into a commit title, a branch name, a display name or a log line."""


def hostile(text: str) -> Samples:
    """A story in which every untrusted word is this text."""
    return Samples(
        service="web", environment="production", title=text, other_title=f"fix: {text}", author=text, note=text, failure=text, step=text,
        because=text, ref=text, name=text, url=f"https://github.com/{text}", file=f"db/{text}", log=(text, f"x {text} y"), many=6,
    )  # fmt: skip


def all_hostile(text: str, many: int = 6) -> Samples:
    """Even the names of service and environment."""
    return Samples(
        service=f"s{text}", environment=f"e{text}", title=text, other_title=text, author=text, note=text, failure=text, step=text,
        because=text, ref=text, name=text, url=text, file=text, log=(text,), many=many,
    )  # fmt: skip


ENDLESS = all_hostile("Lorem ipsum " * 834, 300)
ENDLESS_WORD = all_hostile("&" * 10_000, 300)
CORPUS = [
    *NASTY,
    *(f"x{word}" for word in NASTY),
    *(f"{word} x {word}" for word in NASTY),
    *(word * 40 for word in NASTY),
]
STORIES: dict[str, Samples] = {
    "plain": Samples(),
    "endless": ENDLESS,
    "endless word": ENDLESS_WORD,
    "all at once": hostile(" ".join(NASTY)),
    "all names at once": all_hostile(" ".join(NASTY)),
    "empty": all_hostile(""),
}
