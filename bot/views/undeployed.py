"""What is merged and not live: the longest first, with whose it is."""

from collections.abc import Sequence

from bot.domain.lags import Lag
from bot.domain.messages import Message
from bot.views import kit
from bot.views.kit import Markup

SHOWN = 20
TOGETHER = 10


def undeployed(lags: Sequence[Lag], *, command: str = "/ops") -> Message:
    """Every place that is behind; those that are not are counted, those that could not be read are named."""
    behind = sorted(
        (each for each in lags if each.behind), key=lambda each: (each.oldest_at or 2**62, str(each.target))
    )
    unread = [each for each in lags if each.unread]
    lines = [*(line for each in behind[:SHOWN] for line in _lines(each)), *map(_unread, unread[:SHOWN])]
    fine = len(lags) - len(behind) - len(unread)
    if not lines:
        lines = [Markup("Everything that is merged is live.") if lags else Markup("There is no service here yet.")]
        fine = 0
    hidden = max(0, len(behind) - SHOWN) + max(0, len(unread) - SHOWN)
    small = kit.context(
        f"{kit.plural(fine, 'other')} up to date" if fine else "",
        f"+ {kit.number(hidden)} more" if hidden else "",
        kit.mark("what: {}", kit.code(f"{command} changes {behind[0].target.service} {behind[0].target.environment}"))
        if behind
        else "",
    )
    blocks = [kit.section(*lines[at : at + TOGETHER], more="more") for at in range(0, len(lines), TOGETHER)]
    return kit.message(_text(behind, unread), [*blocks, small])


def _lines(lag: Lag) -> list[Markup]:
    place = f"{kit.middle(lag.target.service, 30)} · {kit.middle(lag.target.environment, 24)}"
    first = kit.mark("{} · {} not live", kit.bold(place), kit.plural(lag.changes, "change"))
    line = kit.join([first, "what is live is not on the default branch"]) if lag.elsewhere else first
    oldest = (
        kit.mark("oldest {} {}, of {}", lag.oldest, kit.inert(lag.title, 80), kit.when(lag.oldest_at))
        if lag.oldest
        else ""
    )
    waits = (
        kit.mark("{} {}", kit.listed(lag.authors), "waits" if len(lag.authors) == 1 else "wait") if lag.authors else ""
    )
    detail = kit.join([oldest, waits])
    return [line, kit.mark("     {}", detail)] if detail else [line]


def _unread(lag: Lag) -> Markup:
    return kit.mark("{} · {}: not known, {}", lag.target.service, lag.target.environment, kit.inert(lag.unread, 160))


def _text(behind: Sequence[Lag], unread: Sequence[Lag]) -> str:
    if not behind:
        words = "Everything that is merged is live" if not unread else "What waits could not be read"
        return kit.sentences(words)
    told = [f"{each.target.service}: {kit.plural(each.changes, 'change')} not live" for each in behind[:3]]
    return kit.sentences(f"{kit.plural(len(behind), 'service')} behind", *told)
