"""What Slack and keyboards do to text does not change what it means."""

import pytest

from bot.commanding import Context, Misunderstood, parse
from bot.domain.terms import Door
from tests.commanding.reading import VOCABULARY, read

PLAIN = "deploy web@v1.4 staging"
SAME = [
    "  deploy   web@v1.4\tstaging  ",
    "deploy\u00a0web@v1.4\u00a0staging",
    "deploy\u2009web@v1.4\u3000staging\u2003",
    "deploy\u200bweb@v1.4\ufeff staging",
    "deploy we\u200db@v1.4 staging\u200e",
    "`deploy web@v1.4 staging`",
    "```deploy web@v1.4 staging```",
    "```\ndeploy web@v1.4 staging\n```",
    "*deploy web@v1.4 staging*",
    "_deploy web@v1.4 staging_",
    '"deploy web@v1.4 staging"',
    "“deploy web@v1.4 staging”",
    "deploy *web@v1.4* `staging`",
    'deploy "web@v1.4" ‘staging’',
    "\ndeploy web@v1.4 staging\n",
    "<@U0BOT> deploy web@v1.4 staging",
    "<@U0BOT|quarterdeck>: deploy web@v1.4 staging",
    "<@U0BOT>, deploy web@v1.4 staging",
    "<@U0BOT> <@U0BOT> deploy web@v1.4 staging",
    "deploy <mailto:web@v1.4|web@v1.4> staging",
    "deploy <http://web@v1.4|web@v1.4> staging",
    "deploy <#C0WEB|web@v1.4> staging",
    "<@U0BOT> /ops deploy web@v1.4 staging",
]


@pytest.mark.parametrize("line", SAME)
def test_the_same_whatever_slack_makes_of_it(line: str) -> None:
    """Spaces, quotes, frames, links and our own name say nothing."""
    assert read(line) == PLAIN


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("deploy <#C0WEB|web> staging", "deploy web staging"),
        ("deploy <#C0NUM|412> web staging", "deploy web staging #412"),
        ("deploy web &amp; api staging", "deploy web,api staging"),
        ("deploy <https://github.com/acme/web/pull/412> staging", "deploy web staging #412 [service]"),
        (
            "deploy <https://github.com/acme/web/pull/412|github.com/acme/web/pull/412> staging",
            "deploy web staging #412 [service]",
        ),
        ("deploy web <https://github.com/acme/web/tree/a&amp;b> staging", "deploy web@a&b staging"),
        ("deploy web—staging", "deploy web--staging ? service, environment"),
        ("deploy web <@U0ADA> staging", "✗ “@U0ADA” is a person or a group, not a service."),
        ("deploy web <!here> staging", "✗ “@here” is a person or a group, not a service."),
        (
            "deploy web &lt;production&gt;",
            "✗ There is no environment “<production>” for web. | deploy web staging | deploy web production",
        ),
        ("rollback web prod —to v1.3 –dry-run", "rollback web production --to v1.3 --dry-run"),
        ("rollback web prod ‑‑to v1.3", "rollback web production --to v1.3"),
        ("deploy web@fix–login staging", "deploy web@fix-login staging"),
        ("````", "overview"),
        ("<@U0BOT>", "overview"),
    ],
)
def test_escapes(line: str, meaning: str) -> None:
    """People mean what they see: the label of a link, the name of a channel."""
    assert read(line) == meaning


def test_a_label_wins_over_its_address() -> None:
    """Nobody is made to deploy #412 by a link that reads #411."""
    assert read("deploy web <https://github.com/acme/web/pull/412|#411> staging") == "deploy web staging #411"


def test_escapes_are_undone_once() -> None:
    """`&amp;lt;` is what somebody typed as `&lt;`: it does not become a sign of Slack's."""
    assert read("rollback web prod because &amp;lt;!channel&amp;gt;").endswith('--because "&lt;!channel&gt;"')


@pytest.mark.parametrize("between", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85"])
def test_several_lines_are_refused(between: str) -> None:
    """A pasted transcript does nothing, not even its first line."""
    outcome = parse(f"deploy web staging{between}rollback web production", VOCABULARY, Context())
    assert isinstance(outcome, Misunderstood)
    assert outcome.problem.startswith("Only one line at a time")
    assert outcome.hint
    assert outcome.suggestions == ()


def test_a_reason_over_several_lines_is_refused_too() -> None:
    """The rest of a paste would otherwise become part of a reason."""
    assert read('rollback web prod --because "one\ntwo"').startswith("✗ Only one line at a time")


def test_too_long_a_line() -> None:
    """Far more than anybody types is not read."""
    assert read("deploy web " + "x" * 3_000) == "✗ That is too long for a command."


def test_somebody_elses_mention_is_not_ours() -> None:
    """Where our own id is known, a line that is addressed to somebody else is not stripped of it."""
    context = Context(door=Door.MENTION, bot_user="U0BOT")
    assert read("<@U0BOT> deploy web staging", context) == "deploy web staging"
    assert read("<@U0ADA> deploy web staging", context).startswith("✗ I do not know “@U0ADA”")
