"""What came into production since some time: from what was live then to what is recorded as live now."""

from bot.commanding.desk import Difference
from bot.domain.leases import Deployment
from bot.domain.terms import Millis, Target
from bot.engine import comparing, summarising
from bot.engine.catalogue import Service
from bot.engine.measuring import targets_of
from bot.engine.runtime import Runtime
from bot.store import deployments

PAST = 500


async def arrived(runtime: Runtime, service: Service, since: Millis) -> tuple[Difference, ...]:
    """One for each place where the service's delivery is measured."""
    return tuple([await _one(runtime, service, target, since) for target in targets_of(service)])


async def _one(runtime: Runtime, service: Service, target: Target, since: Millis) -> Difference:
    tickets = summarising.tickets_of(runtime, target)
    past = await runtime.store.read(lambda tx: deployments.history(tx, target, PAST))
    now, then = (past[0] if past else None), _then(past, since)
    if now is None or then is None:
        return Difference(target=target, changes=None, tickets=tickets)
    reader = comparing.reader_of(runtime, service)
    if reader is None:
        return Difference(target=target, changes=None, tickets=tickets)
    found = await comparing.compare(reader, service, then.revision, now.revision)
    return Difference(target=target, changes=found, tickets=tickets)


def _then(past: tuple[Deployment, ...], since: Millis) -> Deployment | None:
    """What was live at that time; where the record begins later, its first."""
    return next((each for each in past if each.since <= since), past[-1] if past else None)
