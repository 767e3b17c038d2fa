"""Delivery metrics in words: five numbers with their n, a line that shows the weeks, and everything that was not counted."""

from collections.abc import Mapping, Sequence

from bot.domain.messages import Message
from bot.domain.metrics import ENOUGH, Apart, Course, Delivery, Share, Spread
from bot.domain.terms import Millis
from bot.views import kit
from bot.views.kit import Markup

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 8  # targets in one message
WORDS: Mapping[Apart, tuple[str, str]] = {
    Apart.PIPELINE: ("run failed before it reached the environment", "runs failed before they reached the environment"),
    Apart.SAME: ("redeployment without a change", "redeployments without a change"),
    Apart.FIRST: ("first deployment ever, with nothing to compare", "first deployments, with nothing to compare"),
    Apart.UNREAD: ("deployment whose commits are not known", "deployments whose commits are not known"),
    Apart.UNLISTED: ("commit that was only counted", "commits that were only counted"),
    Apart.UNDATED: ("commit without a date", "commits without a date"),
    Apart.MERGE: ("merge commit", "merge commits"),
    Apart.PROGRAM: ("commit by a program", "commits by programs"),
    Apart.AGAIN: ("commit that had been live before", "commits that had been live before"),
    Apart.SKEWED: (
        "commit from after its deployment, counted as 0",
        "commits from after their deployment, counted as 0",
    ),
    Apart.DIVERGED: ("deployment from a diverged line", "deployments from a diverged line"),
    Apart.REVERTED_TOO: ("deployment that went with a rolled back one", "deployments that went with a rolled back one"),
    Apart.FAILED_ROLLBACK: ("rollback that failed", "rollbacks that failed"),
    Apart.STILL_OPEN: ("failure that is not over, not in the median", "failures that are not over, not in the median"),
    Apart.SUSPECT: ("incident that may be a deployment's doing", "incidents that may be a deployment's doing"),
}


def metrics(courses: Sequence[Course], weeks: int) -> Message:
    """A section for each target, the newest week last in its line."""
    blocks = [kit.section(*_lines(each)) for each in courses[:SHOWN]]
    more = f"+ {kit.plural(len(courses) - SHOWN, 'more target')}: name a service" if len(courses) > SHOWN else ""
    small = kit.context(f"{kit.plural(weeks, 'week')}, this one included · from Quarterdeck's own records", more)
    nothing = kit.section(Markup("There is no environment to measure.")) if not courses else None
    return kit.message(_text(courses, weeks), [*blocks, nothing, small])


def spark(values: Sequence[int]) -> str:
    """One sign for each value, from none to the most there is; empty where there is nothing to show."""
    most = max(values, default=0)
    return "".join(BARS[round(each * (len(BARS) - 1) / most)] for each in values) if most else ""


def lead_words(found: Spread) -> str:
    """5 h (median of 31), nine in ten within 2 days."""
    return _spread_words(found, "median", "nine in ten within")


def share_words(found: Share) -> str:
    """3 of 34, 9 %."""
    counted = f"{kit.number(found.part)} of {kit.number(found.whole)}"
    return counted if found.rate is None else f"{counted}, {percent(found)}"


def percent(found: Share) -> str:
    """9 %; below ten with one digit more where that says something."""
    rate = 100 * (found.rate or 0)
    return f"{rate:.1f}".removesuffix(".0") + " %" if rate < 10 else f"{rate:.0f} %"


def enough(count: int) -> str:
    """Not enough data (n=3)."""
    return f"not enough data (n={count})"


def apart_words(apart: Mapping[Apart, int]) -> list[str]:
    """Each exclusion and doubt with its number, in the order of the list."""
    return [f"{kit.number(apart[why])} {WORDS[why][apart[why] != 1]}" for why in Apart if apart.get(why)]


def _lines(found: Course) -> list[Markup]:
    whole = found.whole
    bars = spark([each.shipped for each in found.weeks])
    lines = [
        kit.bold(f"{kit.middle(whole.target.service, 30)} · {kit.middle(whole.target.environment, 24)}"),
        kit.mark("*Deployments* {}", kit.join([_frequency(found), bars])),
        kit.mark("*Lead time* {}", lead_words(whole.lead)),
        kit.mark("*Change fail rate* {}", _share(whole.fails)),
        kit.mark("*Recovery* {}", _spread_words(whole.recovery, "median", "nine in ten within")),
        kit.mark("*Rework* {}", _share(whole.rework)),
    ]
    if whole.restored.n:
        lines.append(kit.mark("*Other incidents* {}", _spread_words(whole.restored, "median", "nine in ten within")))
    apart = apart_words(whole.apart)
    return [*lines, kit.mark("Apart: {}", kit.join(apart))] if apart else lines


def _frequency(found: Course) -> str:
    whole = found.whole
    if whole.per_week is None:
        return enough(whole.shipped)
    days = f", on {kit.plural(round(found.deploy_days), 'day')} of the week (median)" if found.deploy_days >= 1 else ""
    return f"{kit.number(whole.shipped)}, {whole.per_week:.1f} a week{days}"


def _share(found: Share) -> str:
    return share_words(found) if found.whole >= ENOUGH else f"{share_words(found)}, {enough(found.whole)}"


def _spread_words(found: Spread, middle: str, most: str) -> str:
    if found.median is None or found.p90 is None:
        return enough(found.n)
    return f"{middle} {span_words(found.median)}, {most} {span_words(found.p90)} (n={kit.number(found.n)})"


def span_words(length: Millis) -> str:
    """As durations are written; nothing at all is less than a second."""
    return kit.duration(length) if length >= 1000 else "under 1 s"


def _text(courses: Sequence[Course], weeks: int) -> str:
    if not courses:
        return kit.sentences("There is no environment to measure")
    return kit.sentences(f"Delivery of {kit.plural(weeks, 'week')}", *(_spoken(each.whole) for each in courses[:2]))


def _spoken(found: Delivery) -> str:
    failed = f"{kit.number(found.fails.part)} of them failed" if found.fails.part else "none of them failed"
    lead = f", median lead time {span_words(found.lead.median)}" if found.lead.median is not None else ""
    what = kit.plural(found.shipped, "deployment")
    return f"{found.target.service} in {found.target.environment}: {what}, {failed}{lead}"
