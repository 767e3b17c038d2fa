"""Home tabs: whoever opened theirs sees it anew when something of theirs changes; best effort, a reload repairs it."""

from bot.domain.terms import SECOND, Identity, Millis
from bot.engine.runtime import Runtime
from bot.store import Tx, settings

SOON: Millis = SECOND  # several changes in a row are one look
KIND = "home"


def wake(runtime: Runtime, who: Identity) -> None:
    """Something of theirs changed."""
    runtime.runner.wake(f"{KIND}:{who.team}/{who.user}", SOON)


def remember(tx: Tx, who: Identity) -> None:
    """They have opened their Home tab, so it is kept up to date from now on."""
    settings.keep(tx, f"{KIND}:{who.team}/{who.user}", "opened")


def known(tx: Tx, who: Identity) -> bool:
    """Whether they ever opened it."""
    return settings.get(tx, f"{KIND}:{who.team}/{who.user}") is not None


def named(text: str) -> Identity:
    """The person in `T01ACME/U02ADA`."""
    team, _, user = text.partition("/")
    return Identity(team=team, user=user)
