"""A reason is one value; nothing in it is ever read as a flag, a name or a command."""

import pytest

from bot.commanding import Misunderstood, Parsed, parse
from tests.commanding.reading import SLASH, VOCABULARY, read

REASONS = [
    ('rollback web prod --because "checkout errors"', "checkout errors"),
    ("rollback web prod --because 'checkout errors'", "checkout errors"),
    ("rollback web prod --because “checkout errors”", "checkout errors"),
    ("rollback web prod --because „checkout errors“", "checkout errors"),
    ("rollback web prod --because «checkout errors»", "checkout errors"),
    ("rollback web prod --because ‘checkout errors’", "checkout errors"),
    ("rollback web prod --because checkout errors", "checkout errors"),
    ("rollback web prod —because checkout errors", "checkout errors"),
    ("rollback web prod –because checkout errors", "checkout errors"),
    ("rollback web prod --because=checkout errors", "checkout errors"),
    ('rollback web prod --because="checkout errors"', "checkout errors"),
    ("rollback web prod --reason checkout errors", "checkout errors"),
    ("rollback web prod because checkout errors", "checkout errors"),
    ("rollback web prod because: checkout errors", "checkout errors"),
    ("rollback web prod BECAUSE Checkout Errors", "Checkout Errors"),
    ('rollback web prod because "checkout errors"', "checkout errors"),
    ("rollback web prod because it's broken", "it's broken"),
    ("rollback web prod --because 'it's broken'", "it's broken"),
    ("rollback web prod --because it’s “really” broken — today", "it’s “really” broken — today"),
    ('rollback web prod --because "x --dry-run"', "x --dry-run"),
    ("rollback web prod --because x --dry-run", "x --dry-run"),
    ("rollback web prod because x --to v9 staging api", "x --to v9 staging api"),
    ("rollback web prod --because --to v9", "--to v9"),
    ("rollback web prod because because because", "because because"),
    ("rollback web prod --because x --because y", "x --because y"),
    ("rollback web prod --because see &lt;#412&gt; &amp; go", "see <#412> & go"),
    ("rollback web prod --because <https://status.example/1|status page> is red", "status page is red"),
    ("rollback web prod --because <@U0ADA> and <!channel> said so", "@U0ADA and @channel said so"),
    ('rollback web prod --because "never closed', "never closed"),
    ("rollback web prod --because  spaces   inside  stay ", "spaces   inside  stay"),
    ("rollback web prod --because a\x00b\x07c", "a b c"),
    ("rollback web prod because 👩‍💻 zero-width joiners stay", "👩‍💻 zero-width joiners stay"),
]


@pytest.mark.parametrize(("line", "reason"), REASONS)
def test_a_reason_is_one_value(line: str, reason: str) -> None:
    """Target, revision and dry run come from outside the reason only."""
    outcome = parse(line, VOCABULARY, SLASH)
    assert isinstance(outcome, Parsed)
    assert outcome.words.because == reason
    assert [str(target) for target in outcome.words.targets] == ["web → production"]
    assert not outcome.words.dry_run
    assert not outcome.words.to


def test_what_follows_a_quoted_reason_is_read() -> None:
    """Quotes end the reason, so that flags and words may follow `--because`."""
    assert read('rollback --because "x" web prod --dry-run') == 'rollback web production --dry-run --because "x"'
    assert read('rollback web prod because "x" --dry-run') == 'rollback web production --dry-run --because "x"'
    assert read('rollback web prod --because "x" --to v1') == 'rollback web production --to v1 --because "x"'


def test_words_after_because_in_quotes_are_not_guessed() -> None:
    """`because "api" staging …` may mean anything: it is refused, and the whole is offered as the reason."""
    outcome = parse('deploy web because "checkout" staging', VOCABULARY, SLASH)
    assert isinstance(outcome, Misunderstood)
    assert read('rollback web prod because "api" is down') == (
        "✗ The reason ends at its closing quote, and more words follow. "
        '| rollback web production --because "api is down"'
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("rollback web prod --because", "--because needs a reason."),
        ('rollback web prod --because ""', "--because needs a reason."),
        ("rollback web prod because", "because needs a reason."),
        ("rollback web prod --because \x07", "--because needs a reason."),
        (f"rollback web prod --because {'x' * 501}", "The reason is longer than 500 characters."),
        ('rollback web prod --because "x" --because "y"', "--because is there twice."),
    ],
)
def test_a_reason_that_is_none(line: str, problem: str) -> None:
    """Nothing, and too much, are told apart."""
    assert read(line) == f"✗ {problem}"


def test_because_is_no_verb() -> None:
    """The first word is always a command."""
    assert read("because web production") == "✗ I do not know “because”."
