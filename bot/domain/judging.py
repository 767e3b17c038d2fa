"""From shipments and incidents to what became of each: which failed, when that was over, and how long its commits had waited."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.shipments import Incident, Kind, Reach, Shipment
from bot.domain.terms import MINUTE, Millis, Target

SUSPECT_WITHIN: Millis = (
    60 * MINUTE
)  # an incident that begins so soon after a deployment may be its doing: a person says


@dataclass(frozen=True, kw_only=True)
class Leads:
    """How long the commits of one shipment had waited, and what was not counted."""

    waited: tuple[Millis, ...] = ()
    merges: int = 0
    programs: int = 0
    again: int = 0  # commits that had been live before
    skewed: int = 0  # commits from after their own deployment: counted as no time at all
    unlisted: int = 0
    undated: int = 0  # nobody says when they were committed


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The whole history of one target, in order, with everything that can be said of each shipment; by its number."""

    target: Target
    shipments: tuple[Shipment, ...]
    failed: Mapping[int, Millis]  # when that was over; 0: it is not
    leads: Mapping[int, Leads]
    reverted_too: frozenset[int]  # went with the one that a rollback was about
    incidents: tuple[Incident, ...] = ()
    suspects: Mapping[int, int] = field(
        default_factory=dict
    )  # incident → the shipment that a person should be asked about
    repairs: frozenset[int] = frozenset()


def judged(target: Target, shipments: Iterable[Shipment], incidents: Iterable[Incident] = ()) -> Judged:
    """Pure, in any order of its arguments; shipments and incidents of other targets change nothing."""
    history = sorted((each for each in shipments if each.target == target), key=lambda each: (each.at, each.id))
    troubles = sorted(
        (each for each in incidents if each.target == target), key=lambda each: (each.started_at, each.id)
    )
    counted = [each for each in history if each.reach is not Reach.NONE and each.kind is not Kind.SAME]
    failed, reverted_too = _failed(counted, troubles)
    return Judged(
        target=target,
        shipments=tuple(history),
        failed={each.id: _over(each, history, troubles) for each in counted if each.id in failed},
        leads=_leads(counted),
        reverted_too=reverted_too - failed,
        incidents=tuple(troubles),
        suspects=_suspects(counted, troubles),
        repairs=frozenset(each.repaired_by for each in troubles if each.repaired_by),
    )


def _failed(counted: Sequence[Shipment], troubles: Sequence[Incident]) -> tuple[frozenset[int], frozenset[int]]:
    """Those that needed somebody at once, and those that merely went with them."""
    planned: list[Shipment] = []
    failed: set[int] = {each.caused_by for each in troubles if each.caused_by}
    too: set[int] = set()
    for each in counted:
        if each.kind is Kind.ROLLBACK:
            if each.reach is Reach.WHOLE and (replaced := _replaced(each, planned)) is not None:
                failed.add(planned[replaced].id)
                too |= _between(each, planned, replaced)
            continue
        if each.reach is Reach.PART:
            failed.add(each.id)
        if each.kind is Kind.HOTFIX and planned:
            failed.add(planned[-1].id)
        planned.append(each)
    return frozenset(failed), frozenset(too)


def _replaced(rollback: Shipment, planned: Sequence[Shipment]) -> int | None:
    """Which one it is about: the one it took over, else the last that served what it left, else the last of another revision."""
    ways: tuple[Callable[[Shipment], bool], ...] = (
        lambda each: bool(rollback.takes_over) and each.id == rollback.takes_over,
        lambda each: bool(rollback.previous) and each.revision == rollback.previous,
        lambda each: each.revision != rollback.revision,
    )
    for fits in ways:
        found = next((at for at in range(len(planned) - 1, -1, -1) if fits(planned[at])), None)
        if found is not None:
            return found
    return None


def _between(rollback: Shipment, planned: Sequence[Shipment], replaced: int) -> set[int]:
    good = next((at for at in range(replaced - 1, -1, -1) if planned[at].revision == rollback.revision), None)
    return {each.id for each in planned[good + 1 : replaced]} if good is not None else set()


def _over(failure: Shipment, history: Sequence[Shipment], troubles: Sequence[Incident]) -> Millis:
    """When the target was well again: a rollback or hotfix (and what it caused resolved), or its incident resolved; 0: not yet."""
    caused = [each for each in troubles if each.caused_by == failure.id]
    resolved = max((each.resolved_at for each in caused), default=0) if all(each.resolved_at for each in caused) else 0
    ends = [resolved] if resolved else []
    first = bisect_right(history, (failure.at, failure.id), key=lambda each: (each.at, each.id))
    for each in history[first:]:
        if each.reach is not Reach.WHOLE or not _repairs(each, failure):
            continue
        if each.kind is Kind.ROLLBACK or not caused:
            ends.append(each.at)
        elif resolved:
            ends.append(max(each.at, resolved))
        break
    return min(ends, default=0)


def _repairs(each: Shipment, failure: Shipment) -> bool:
    """Going back (but not to it), a hotfix, or, where it was left half done, whatever came through after it."""
    if each.kind is Kind.ROLLBACK:
        return each.revision != failure.revision
    return each.kind is Kind.HOTFIX or failure.reach is Reach.PART


def _leads(counted: Sequence[Shipment]) -> dict[int, Leads]:
    """A commit counts once: where it first came through, whatever became of that later."""
    seen: set[str] = set()
    found: dict[int, Leads] = {}
    for each in counted:
        if each.kind is Kind.ROLLBACK or each.reach is not Reach.WHOLE or each.first or each.landing is None:
            continue
        told = [one for one in each.landing.commits if not one.merge and not one.program]
        commits = [one for one in told if one.at > 0]
        new = [one for one in commits if one.revision not in seen]
        seen.update(one.revision for one in new)
        found[each.id] = Leads(
            waited=tuple(max(0, each.at - one.at) for one in new),
            merges=sum(one.merge for one in each.landing.commits),
            programs=sum(one.program and not one.merge for one in each.landing.commits),
            again=len(commits) - len(new),
            skewed=sum(one.at > each.at for one in new),
            undated=len(told) - len(commits),
            unlisted=each.landing.total - len(each.landing.commits),
        )
    return found


def _suspects(counted: Sequence[Shipment], troubles: Sequence[Incident]) -> dict[int, int]:
    """Incidents that nobody linked and that began soon after a deployment, before the next one; they count only when a person says so."""
    starts = [each.at for each in counted]
    found: dict[int, int] = {}
    for each in troubles:
        at = bisect_right(starts, each.started_at) - 1
        last = counted[at] if at >= 0 else None
        if last is None or each.caused_by or last.kind is Kind.ROLLBACK or last.id in each.not_by:
            continue
        if each.started_at - last.at <= SUSPECT_WITHIN:
            found[each.id] = last.id
    return found
