"""The laws of what people see, over every view of the gallery, in friendly, endless and hostile words."""

import json
import re
import unicodedata
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.messages import Message, View
from bot.views.gallery import GALLERY, gallery
from bot.views.samples import Samples
from tests.support.blocks import buttons, payload, problems, strings
from tests.support.text import readable
from tests.support.words import CORPUS, NASTY, STORIES, all_hostile, hostile

TRUSTED = re.compile(
    r"<(?:@U02ADA|@U02GRACE|!subteam\^S01WEB|#C0WEB"
    r"|!date\^\d{1,12}\^(?:\{date_short_pretty\} \{time\}|\{time_secs\})\|\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    r"|https://(?:github\.com|acme\.slack\.com)[^|<>]*\|[^|<>]* on (?:github\.com|acme\.slack\.com))>"
)
MOST_SPOKEN = 4000


@cache
def every(words: Samples) -> list[tuple[str, Message | View]]:
    return [(name, sample()) for name, sample in gallery(words).items()]


def mrkdwn(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if node.get("type") == "mrkdwn" else []
        return own + [text for item in node.values() for text in mrkdwn(item)]
    return [text for item in node for text in mrkdwn(item)] if isinstance(node, list | tuple) else []


@pytest.mark.parametrize("story", STORIES)
def test_slack_takes_every_view(story: str) -> None:
    """Within Slack's limits for any input: 10,000-character titles, 300 services, hostile text."""
    for name, shown in every(STORIES[story]):
        assert not problems(shown), f"{name}: {problems(shown)}"


@pytest.mark.parametrize("story", STORIES)
def test_untrusted_text_calls_nobody_and_links_nowhere(story: str) -> None:
    """Every `<` and `>` in a payload is one that we made."""
    assert_ours(STORIES[story])


@pytest.mark.slow
@pytest.mark.parametrize("text", NASTY)
def test_each_hostile_text_in_every_place(text: str) -> None:
    """The same, one text at a time, at the beginning of whatever it stands in."""
    assert_ours(hostile(text))
    assert_ours(all_hostile(text))


def assert_ours(words: Samples) -> None:
    for name, shown in every(words):
        for found in strings(payload(shown)):
            left = TRUSTED.sub("", found)
            assert "<" not in left, f"{name}: {left}"
            assert ">" not in left, f"{name}: {left}"


@pytest.mark.parametrize("story", STORIES)
def test_untrusted_text_cannot_break_the_layout(story: str) -> None:
    """Styles that we open are closed on their line, whatever stands between; nobody else opens one."""
    for name, shown in every(STORIES[story]):
        for text in mrkdwn(payload(shown)):
            outside = re.sub(r"```\n.*?\n```", "", text, flags=re.DOTALL)
            for line in outside.split("\n"):
                assert line.count("`") % 2 == 0, f"{name}: {line}"
                styled = re.sub(r"`[^`]*`", "", line)  # nothing is read inside fixed width
                assert styled.count("*") % 2 == 0, f"{name}: {line}"
                assert "~" not in styled, f"{name}: {line}"


@pytest.mark.parametrize("story", STORIES)
def test_nothing_invisible_gets_through(story: str) -> None:
    """No controls, no direction overrides, no zero-width characters, no tags."""
    for name, shown in every(STORIES[story]):
        for text in strings(payload(shown)):
            hidden = [hex(ord(c)) for c in text if unicodedata.category(c)[0] == "C" and c != "\n"]
            assert not hidden, f"{name}: {hidden}"


@pytest.mark.parametrize("story", STORIES)
def test_text_is_plain_sentences(story: str) -> None:
    """`text` is never empty and has no emoji, glyph, markup or token in it."""
    for name, shown in every(STORIES[story]):
        if isinstance(shown, Message):
            assert_spoken(name, shown.text)


def assert_spoken(name: str, text: str) -> None:
    assert text.strip(), name
    assert len(text) <= MOST_SPOKEN, name
    assert not re.search(r"[*`~<>|→·]", text), f"{name}: {text}"
    glyphs = [c for c in text if unicodedata.category(c) in {"So", "Sk", "Sm"} and c not in "+="]
    assert not glyphs, f"{name}: {glyphs}"
    assert text[-1] in ".?!…", f"{name}: {text}"


def test_the_first_hundred_characters_say_what_and_where() -> None:
    """A lock screen shows about 100 characters of a card: service, environment and state are among them."""
    for name, shown in every(Samples()):
        if name.startswith("card") and isinstance(shown, Message):
            assert "web to production" in shown.text[:60], f"{name}: {shown.text}"


@pytest.mark.parametrize("story", STORIES)
def test_lines_of_a_card_fit_a_phone(story: str) -> None:
    """Line 1 has at most 44 characters, line 2 at most 60, and line 3 is small print."""
    for name, shown in every(STORIES[story]):
        if not name.startswith("card"):
            continue
        blocks = payload(shown)["blocks"]
        first, second, *_ = readable(blocks[0]["text"]["text"]).replace("*", "").replace("`", "").split("\n")
        assert len(first) <= 44, f"{name}: {first}"
        assert len(second) <= 60, f"{name}: {second}"
        assert blocks[1]["type"] == "context", name


@pytest.mark.parametrize("story", STORIES)
def test_the_question_of_a_plan_fits_a_phone(story: str) -> None:
    """Line 1 of a plan has at most 44 characters, line 2 at most 60."""
    for name in ("plan", "plan rollback", "plan dry run", "plan diverged", "plan with filled words"):
        shown = gallery(STORIES[story])[name]()
        lines = readable(payload(shown)["blocks"][0]["text"]["text"]).replace("*", "").replace("`", "").split("\n")
        assert len(lines[0]) <= 44, f"{name}: {lines[0]}"
        assert len(lines[1]) <= 60, f"{name}: {lines[1]}"


@pytest.mark.parametrize("story", STORIES)
def test_buttons_keep_their_laws(story: str) -> None:
    """At most three in a row, one primary, danger only for stopping, a spoken label each, and only an offer's id as value."""
    for name, shown in every(STORIES[story]):
        for block in payload(shown)["blocks"]:
            row = block["elements"] if block["type"] == "actions" else []
            assert len(row) <= 3, name
            assert sum(button.get("style") == "primary" for button in row) <= 1, name
            for button in row:
                label = button["text"]["text"]
                assert button.get("style") != "danger" or label in {
                    "Stop…",
                    "Stop it",
                    "Leave the queue",
                    "Withdraw",
                    "Take it out",
                }
                assert button["accessibility_label"], name
                assert button["action_id"] == f"offer:{button['value']}", name
                assert re.fullmatch(r"(of|su)-[a-z_0-9]+(-2)?", button["value"]), f"{name}: {button['value']}"


def test_primary_comes_first_and_danger_last() -> None:
    """Order: expected, informative, drastic last."""
    for name, shown in every(Samples()):
        for block in payload(shown)["blocks"]:
            styles = [button.get("style") for button in block["elements"]] if block["type"] == "actions" else []
            assert "primary" not in styles[1:], name
            assert "danger" not in styles[:-1] or name.startswith("stop question"), f"{name}: {styles}"


def test_nobody_is_called_by_here_or_channel() -> None:
    """`@here` and `@channel` are never sent."""
    for words in (Samples(), hostile("<!here> <!channel> <!everyone>")):
        for name, shown in every(words):
            assert not re.search(r"<!(here|channel|everyone)", " ".join(strings(payload(shown)))), name


def test_cards_mention_nobody() -> None:
    """A card is posted and edited without ringing: names are plain words."""
    for name, shown in every(Samples()):
        if name.startswith("card"):
            assert "<@" not in json.dumps(payload(shown)), name


@pytest.mark.parametrize("name", GALLERY)
def test_the_same_rows_give_the_same_bytes(name: str) -> None:
    """A view is a function of its arguments."""
    first, second = gallery(Samples())[name](), gallery(Samples())[name]()
    assert json.dumps(payload(first)) == json.dumps(payload(second))
    assert first == second


def test_the_plan_hash_is_never_shown() -> None:
    """People never see it."""
    words = Samples()
    shown = [sample() for name, sample in gallery(words).items() if "plan" in name or "card" in name]
    hashed = words.plan(hash="0123456789abcdef" * 4)
    from bot.views.plans import plan

    assert "0123456789abcdef" not in json.dumps(payload(plan(hashed)))
    assert shown


def test_every_button_in_the_gallery_is_seen() -> None:
    """The laws above are about something: the gallery has many buttons."""
    assert sum(len(buttons(shown)) for _, shown in every(Samples())) > 60


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(st.text(max_size=300), st.sampled_from(CORPUS)))
def test_any_text_at_all(text: str) -> None:
    """Whatever Unicode holds, in every field at once: valid, inert, readable aloud."""
    for name, shown in every(all_hostile(text)):
        assert not problems(shown), f"{name}: {problems(shown)}"
        for found in strings(payload(shown)):
            left = TRUSTED.sub("", found)
            assert not re.search(r"[<>]", left), f"{name}: {left}"
        if isinstance(shown, Message):
            assert_spoken(name, shown.text)


def test_the_corpus_is_large() -> None:
    """At least 200 hostile strings."""
    assert len(set(CORPUS)) >= 200
