"""Untrusted text becomes text: escaped, capped, cleaned, and without any meaning of its own."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.domain.terms import DAY, HOUR, MINUTE, SECOND
from bot.views import kit
from tests.support.words import CORPUS


@pytest.mark.parametrize("make", [kit.inert, kit.code, kit.bold])
def test_the_corpus_is_inert(make: object) -> None:
    """Over 200 hostile strings: no raw `<` or `>`, nothing invisible, one line."""
    assert callable(make)
    for text in CORPUS:
        shown = make(text)
        assert not re.search(r"[<>\n]", shown), text
        assert not [c for c in shown if unicodedata.category(c)[0] == "C"], text
        assert len(kit.visible(shown)) <= 120, text


def test_inert_text_has_no_signs_left() -> None:
    """mrkdwn has no escape: no sign survives that could open a style, except `_` inside a word, which Slack does not read."""
    for text in CORPUS:
        shown = kit.inert(text)
        assert not re.search(r"[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:[a-z0-9_+'-]+:", shown), text
        assert not shown.startswith(("&gt;", ">")), text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("fix `code` in *bold* _slant_ ~gone~", "fix ˋcodeˋ in ∗bold∗ ˍslantˍ ∼gone∼"),
        ("snake_case_name stays", "snake_case_name stays"),
        (":white_check_mark: Live", "∶white_check_mark: Live"),
        (">>> quoted", "quoted"),
        ("one\ntwo\r\n\tthree", "one two three"),
        ("\u202eevil\u2069 \u200bzero\u200d", "evil zero"),
        ("a\u0301\u0301\u0301\u0301", "a\u0301\u0301"),
        ("x" * 300, "x" * 119 + "…"),
    ],
)
def test_inert(text: str, shown: str) -> None:
    """Looks the same, means nothing."""
    assert kit.inert(text) == shown


def test_markup_passes_and_text_does_not() -> None:
    """`mark` takes Markup as it stands and makes everything else inert: forgetting to escape is not possible."""
    assert kit.mark("{} {}", kit.bold("web"), "*web*") == "*web* ∗web∗"
    assert kit.mark("{}", 7) == "7"
    assert kit.join([kit.Markup("*a*"), "", "*b*"]) == "*a* · ∗b∗"


def test_bold_closes_on_its_line_whatever_it_holds() -> None:
    """A bold span has exactly its own two stars."""
    for text in CORPUS:
        shown = kit.bold(text)
        assert shown == "" or (shown.count("*") == 2 and shown[0] == shown[-1] == "*"), text


def test_code_keeps_everything_but_the_tick() -> None:
    """Names are copied from fixed width: only a backtick is swapped."""
    assert kit.code("feature/fix_*_~x~`y`") == "`feature/fix_*_~x~ˋyˋ`"
    assert kit.code("") == ""
    assert kit.fenced(["```", "<b>"]) == "```\nˋˋˋ\n&lt;b&gt;\n```"


def test_sentences_of_ours_keep_commands_and_named_people() -> None:
    """In a gate's sentence a command in backticks stays code and `who` stays a mention; everybody else is text."""
    text = "Ask <@U1> or <@U2>: `/ops help`, not `rm -rf` or <!channel>."
    assert kit.sentence(text, ["<@U1>", "everybody"]) == snapshot(
        "Ask <@U1> or &lt;@U2&gt;: `/ops help`, not ˋrm -rfˋ or &lt;!channel&gt;."
    )
    assert kit.sentence("by <!channel>", ["<!channel>"]) == "by &lt;!channel&gt;"


def test_spoken_text_has_no_signs() -> None:
    """What is read aloud: no emoji, arrows, dots or markup, and tokens are words."""
    shown = kit.said(kit.mark("{} · {} → {} {}", kit.bold("Live"), kit.rev("a" * 40), "web 🚀", kit.mention("U1")))
    assert shown == "Live, aaaaaaa to web a colleague"
    assert kit.sentences("One", "", "Two?", "<b>") == "One. Two? (b)."
    assert kit.sentences("🚀") == "Quarterdeck."
    assert len(kit.sentences("x" * 10_000)) <= 600


@pytest.mark.parametrize(
    ("millis", "words"),
    [
        (0, "1 s"), (900, "1 s"), (48 * SECOND, "48 s"), (99 * SECOND, "99 s"), (100 * SECOND, "2 min"), (3 * MINUTE, "3 min"),
        (99 * MINUTE, "99 min"), (2 * HOUR, "2 h"), (47 * HOUR, "47 h"), (2 * DAY, "2 days"), (400 * DAY, "400 days"), (-5, "1 s"),
    ],
)  # fmt: skip
def test_durations(millis: int, words: str) -> None:
    """One unit, rounded."""
    assert kit.duration(millis) == words


def test_numbers_and_names() -> None:
    """One way to write each."""
    assert [kit.plural(1, "change"), kit.plural(6, "change"), kit.plural(2, "entry", "entries")] == [
        "1 change",
        "6 changes",
        "2 entries",
    ]
    assert kit.number(4210) == "4,210"
    assert [kit.listed(["a"]), kit.listed(["a", "b"]), kit.listed(list("abcdef"), 2), kit.listed([])] == [
        "a",
        "a and b",
        "a, b and 4 more",
        "",
    ]
    assert kit.rev("sha256:" + "a" * 64) == "`aaaaaaa`"


def test_dates_are_tokens_with_a_fallback_in_utc() -> None:
    """Shown in the reader's zone; never edited to stay true."""
    assert kit.when(1_795_525_200_123) == "<!date^1795525200^{date_short_pretty} {time}|2026-11-24 13:00 UTC>"
    assert kit.when(0) == ""
    assert kit.utc(10**18) == "9999-12-31 23:59 UTC"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/acme/web", "<https://github.com/acme/web|run on github.com>"),
        ("http://127.0.0.1:8000/x?a=1&b=2", "<http://127.0.0.1:8000/x?a=1&amp;b=2|run on 127.0.0.1:8000>"),
        ("javascript:alert(1)", "run"),
        ("https://github.com@evil.example/", "run"),
        ("https://evil.example|github.com", "run"),
        ("https://evil.example/>x", "run"),
        ("https://host:99999/", "run"),
        ("https://[::1", "run"),
        ("https://" + "x" * 4000, "run"),
        ("", "run"),
    ],
)
def test_links_show_their_host_and_are_http(url: str, shown: str) -> None:
    """The words of a link are ours, and where it leads can be read."""
    assert kit.link(url, "run") == shown


def test_mentions_are_ids() -> None:
    """Only what looks like an id becomes a mention."""
    assert kit.mention("U02ADA") == "<@U02ADA>"
    assert kit.mention("U1> <!channel") == "U1&gt; &lt;!channel"
    assert kit.mention_group("S01WEB") == "<!subteam^S01WEB>"
    assert kit.mention_group("backend") == "backend"
    assert [kit.known_mention(text) for text in ("<@U1>", "<!subteam^S1>", "S01", "U01", "<!here>")] == [
        "<@U1>", "<!subteam^S1>", "<!subteam^S01>", "<@U01>", "&lt;!here&gt;",
    ]  # fmt: skip
    assert [kit.channel("C0WEB"), kit.channel("#team-web"), kit.channel("<!here>")] == [
        "<#C0WEB>",
        "#team-web",
        "#&lt;!here&gt;",
    ]


def test_names_lose_their_middle() -> None:
    """Names differ at their ends."""
    assert kit.middle("checkout-service-eu-west-1", 15) == "checkou…-west-1"
    assert [kit.middle("abcdef", n) for n in (6, 2, 1, 0)] == ["abcdef", "a…", "…", ""]


@settings(max_examples=200, deadline=None)
@given(st.text(), st.integers(min_value=0, max_value=200))
def test_capping_never_exceeds(text: str, most: int) -> None:
    """Whatever the text and the limit."""
    assert len(kit.cap(text, most)) <= most
    assert len(kit.middle(text, most)) <= most
    assert len(kit.unescape(kit.inert(text, most))) <= most


def test_fit_drops_whole_parts_before_it_cuts() -> None:
    """A line is never cut in the middle of a fact while a whole fact fits."""
    assert (
        kit.fit([kit.Markup("6 changes"), kit.Markup("took 3 min"), kit.Markup("x" * 60)], 60)
        == "6 changes · took 3 min"
    )
    assert kit.fit([kit.Markup("x" * 80)], 60) == "x" * 59 + "…"
