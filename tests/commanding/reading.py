"""What was understood, in one line that reads like what was typed."""

from collections.abc import Callable

from bot.commanding import (
    Context,
    KnownEnvironment,
    KnownService,
    Missing,
    Misunderstood,
    Reading,
    Vocabulary,
    discover,
    parse,
    typed,
)
from bot.domain.terms import Door, Target

STAGING = KnownEnvironment(name="staging", aliases=("stg",))
PRODUCTION = KnownEnvironment(name="production", aliases=("prod", "live"), production=True)

VOCABULARY = Vocabulary(
    services=(
        KnownService(
            name="web",
            aliases=("storefront",),
            channel="team-web",
            repository="acme/web",
            environments=(STAGING, PRODUCTION),
        ),
        KnownService(name="api", channel="C0TEAMAPI", repository="acme/api", environments=(STAGING, PRODUCTION)),
        KnownService(
            name="billing",
            aliases=("money", "invoices"),
            channel="#team-money",
            repository="/srv/git/billing.git",
            environments=(
                KnownEnvironment(name="test"),
                KnownEnvironment(name="eu", aliases=("prod",), production=True),
                KnownEnvironment(name="us", production=True),
            ),
        ),
        KnownService(name="demo", environments=(KnownEnvironment(name="demo"),)),
    ),
    commands=discover(),
)
SLASH = Context(door=Door.SLASH)
IN_WEB = Context(door=Door.MENTION, channel_services=("web",))
IN_THREAD = Context(
    door=Door.MENTION,
    thread_target=Target(service="web", environment="production"),
    channel_services=("web", "api"),
)


def read(text: str, context: Context = SLASH) -> str:
    """`deploy web staging`; `deploy web ? environment` for what is missing; `✗ sentence | suggestion | …` for what is not understood.

    Words that were filled in are named in brackets at the end.
    """
    return shown(parse(text, VOCABULARY, context))


def shown(outcome: Reading) -> str:
    if isinstance(outcome, Misunderstood):
        return " | ".join([f"✗ {outcome.problem}", *(each.text for each in outcome.suggestions)])
    line = typed(outcome.command, outcome.words)
    if isinstance(outcome, Missing):
        line += f" ? {', '.join(outcome.missing)}"
    filled = sorted(outcome.words.filled)
    return f"{line} [{', '.join(filled)}]" if filled else line


def rows(table: str) -> list[tuple[str, str]]:
    """The rows of `typed ⇒ understood`, one a line; blank lines and lines that begin with `;` are for the reader."""
    found = []
    for line in table.splitlines():
        if line.strip() and not line.strip().startswith(";"):
            left, _, right = line.partition(" ⇒ ")
            found.append((left.strip(), right.strip()))
    return found


Reader = Callable[[str], str]
