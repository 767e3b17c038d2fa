"""How fast a digest of 50 services is told from a million events, and how many calls of Slack it takes.

`python -m benchmarks.digest [EVENTS [SERVICES]]` prints the milliseconds to find what it says in the rows (repositories answer at their
own speed, and are not asked), and to make the messages; filling the database is not counted. Exits 1 where both together take over 200 ms
with the usual parts, or where it takes more than three calls. The line with *delivery* looks at eight weeks of everything, too.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.domain.changes import Relation
from bot.domain.digests import USUAL, Edition, Part, Why
from bot.domain.facts import TargetPolicy
from bot.domain.lags import Lag
from bot.domain.operations import Effect, Operation, State
from bot.domain.shipments import Commit, Landing
from bot.domain.terms import DAY, HOUR, MINUTE, Action, Identity, Millis, Target
from bot.engine.catalogue import Catalogue, Environment, Service
from bot.engine.finding import recalled
from bot.store import Tx, landings, operations
from bot.store.database import connect, prepare
from bot.store.transactions import commit_together, read_once
from bot.views import digests

T = TypeVar("T")
EVENTS, SERVICES, ROUNDS, LIMIT, CALLS = 1_000_000, 50, 5, 200.0, 3
EACH = 10  # events of one operation
NOW: Millis = 1_795_511_040_000
FILL = """
insert into events (kind, subject, at, actor, body)
with recursive counted(n) as (select 0 union all select n + 1 from counted where n + 1 < :count)
select 'operation.running', 'operation:' || (1 + n / 10), :first + n * :step, 'quarterdeck', '{}' from counted
"""


class Nothing(BaseModel):
    """No settings."""


def catalogue(count: int) -> Catalogue:
    """Services with one production each."""
    services = {f"service-{number}": _service(f"service-{number}") for number in range(count)}
    return Catalogue(services=services, roles=())


def _service(name: str) -> Service:
    target = Target(service=name, environment="production")
    policy = TargetPolicy(production=True, confirm=True, after="", roles=())
    place = Environment(
        target=target,
        aliases=(),
        policy=policy,
        policy_hash="",
        via="none",
        how=Nothing(),
        deadline=0,
        announce="channel",
        channel="",
    )
    return Service(
        name=name, aliases=(), team="", repository="", channel="", paths=(), irreversible=(), environments=(place,)
    )


def fill(path: Path, events: int, names: Sequence[str]) -> None:
    """A year of operations, one for ten events, each with what landed."""
    count = events // EACH
    step = 365 * DAY // count

    def write(tx: Tx) -> None:
        for number in range(count):
            ended = NOW - (count - number) * step
            made = operations.insert(tx, _operation(number, ended, names[number % len(names)]))
            commits = (Commit(revision=f"{number:040x}", at=ended - 5 * HOUR),)
            landings.save(tx, Landing(operation=made.id, relation=Relation.AHEAD, total=1, commits=commits))
        tx.run(FILL, count=events, first=NOW - 365 * DAY, step=365 * DAY // events)

    with connect(path) as database:
        commit_together(database, [write])


def _operation(number: int, ended: Millis, service: str) -> Operation:
    bad = number % 25 == 0
    return Operation(
        id=0,
        plan_id=f"p{number}",
        plan_hash="",
        action=Action.DEPLOY,
        target=Target(service=service, environment="production"),
        revision=f"{number:040x}",
        previous=f"{max(0, number - 50):040x}",
        who=Identity(team="T", user="U"),
        state=State.FAILED if bad else State.SUCCEEDED,
        effect=Effect.PARTIAL if bad else None,
        created_at=ended - 5 * MINUTE,
        started_at=ended - 4 * MINUTE,
        changed_at=ended,
        finished_at=ended,
    )


def told(path: Path, found: Catalogue, parts: tuple[Part, ...]) -> tuple[float, float, int]:
    """Milliseconds to find, milliseconds to make, and how many messages are posted."""
    services = tuple(found.services.values())
    waiting = tuple(
        Lag(target=each.environments[0].target, changes=7, oldest="#1", oldest_at=NOW - 4 * DAY) for each in services
    )
    with connect(path, writable=False) as database:

        def look() -> Edition:
            def read(tx: Tx) -> Edition:
                since = NOW - DAY
                told = recalled(tx, services, parts, found, since=since, until=NOW, now=NOW, waiting=waiting)
                return Edition(
                    key="k", name="daily", at=NOW, since=since, told_at=NOW, channel="c", why=Why.USUAL, schedule="09:30",
                    zone="UTC", parts=parts, findings=told, id=1,
                )  # fmt: skip

            outcome = read_once(database, read)
            assert outcome.error is None, outcome.error
            edition: Edition = outcome.value
            return edition

        finding, edition = best(look)
    making, messages = best(lambda: [each for each in (digests.digest(edition), digests.rest(edition)) if each])
    return finding, making, len(messages)


def best(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of the quickest round, and what it made."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        made = work()
        times.append((time.perf_counter() - begun) * 1_000)
    return min(times), made


def main(words: Sequence[str]) -> int:
    """Two lines: the usual parts, and all of them."""
    events = int(words[0]) if words else EVENTS
    found = catalogue(int(words[1]) if len(words) > 1 else SERVICES)
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "quarterdeck.db"
        prepare(path)
        fill(path, events, tuple(found.services))
        print(f"{events:,} events, {events // EACH:,} operations, {len(found.services)} services")
        print("parts            find ms   make ms   total ms   calls")
        good = True
        for name, parts in (("usual", USUAL), ("with delivery", tuple(Part))):
            finding, making, calls = told(path, found, parts)
            print(f"{name:<15} {finding:>8.1f}  {making:>8.1f}  {finding + making:>9.1f}  {calls:>6}")
            good = good and calls <= CALLS and (name != "usual" or finding + making <= LIMIT)
    print(f"usual parts within {LIMIT:.0f} ms and {CALLS} calls: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
