"""Two ends and two dots: `changes web production..main`, and `where`, which needs a change."""

import pytest

from bot.commanding import Parsed, Takes, parse
from bot.commanding.suggest import typed
from bot.domain.terms import Target
from tests.commanding.reading import SLASH, VOCABULARY, read


@pytest.mark.parametrize(
    ("line", "services", "span"),
    [
        ("changes web production..main", ("web",), ("production", "main")),
        ("diff storefront v1.3..v1.4", ("web",), ("v1.3", "v1.4")),
        ("changes production..staging web", ("web",), ("production", "staging")),
        ("changes web production...main", ("web",), ("production", "main")),
        ("changes web production..", ("web",), ("production", "")),
        ("changes web a41c9e2..#412", ("web",), ("a41c9e2", "#412")),
    ],
)
def test_a_range_is_understood(line: str, services: tuple[str, ...], span: tuple[str, str]) -> None:
    """In any order; both ends as they were typed, and what is typed again means the same."""
    found = parse(line, VOCABULARY, SLASH)
    assert isinstance(found, Parsed), read(line)
    assert (found.words.services, found.words.span, found.words.targets) == (services, span, ())
    again = parse(typed(found.command, found.words), VOCABULARY, SLASH)
    assert isinstance(again, Parsed)
    assert again.words == found.words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("changes web ..main", "Before the dots something is missing."),
        ("changes web a..b c..d", "There are two ranges: one at a time."),
        ("changes web a..b production", "Either an environment, or a range with two dots."),
        ("changes web a..b #412", "Either an environment, or a range with two dots."),
        ("changes web a..--force", "A revision never begins with a dash."),
        ("changes web a..b..c", "That cannot be the name of a revision."),
        ("changes a..b", "? service"),
        ("deploy web a..b production", "That cannot be the name of a revision."),
        ("where", "where ? ref"),
        ("where web", "where web ? ref"),
    ],
)
def test_what_is_no_range_says_why(line: str, said: str) -> None:
    """Nothing is guessed."""
    assert said in read(line)


def test_a_change_is_looked_for_in_one_service_or_in_all() -> None:
    """The service may be left out."""
    alone = parse("where #412", VOCABULARY, SLASH)
    named = parse("where web 5d2f0b7", VOCABULARY, SLASH)
    assert isinstance(alone, Parsed)
    assert isinstance(named, Parsed)
    assert (alone.words.ref, alone.words.services) == ("#412", ())
    assert (named.words.ref, named.words.services) == ("5d2f0b7", ("web",))


def test_the_usage_says_that_either_will_do() -> None:
    """The usage line is the grammar; what is required is shown shortly."""
    takes = Takes.of("changes SERVICE… ENVIRONMENT or BASE..HEAD [REF]")
    assert takes.span
    assert not Takes.of("deploy SERVICE ENVIRONMENT").span
    found = parse("changes web staging", VOCABULARY, SLASH)
    assert isinstance(found, Parsed)
    assert found.words.targets == (Target(service="web", environment="staging"),)
    assert found.command.brief == "changes SERVICE ENVIRONMENT"
