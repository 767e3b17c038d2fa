"""What really happened, from the supervisors' own folders and the scripts' ledger, held against what the bot says."""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bot import config
from bot.app import App, build_engine, examine, subject_of
from bot.discovering import integration_models, integration_modules
from bot.domain.operations import Attempt, AttemptState, Operation, State
from bot.domain.terms import Action
from bot.engine import rendering
from bot.engine.runtime import Home, Runtime
from bot.schedule import SystemClock, SystemRandom
from bot.slack.room import SlackRoom
from bot.store import ThreadedStore, Tx, attempts, deployments, leases, operations, outbox
from integrations.local import supervisor
from integrations.local.runs import RunFolder, RunsFolder
from tests.kills.quay import Quay

MOST = 10_000
ENDS = {State.SUCCEEDED: "succeeded", State.FAILED: "failed", State.CANCELLED: "cancelled"}
NEVER_STARTED = {State.REJECTED, State.EXPIRED, State.SUPERSEDED}
HEADLINES = {State.SUCCEEDED: "Live", State.FAILED: "Failed", State.CANCELLED: "Stopped", State.ROLLED_BACK: "Rolled"}


@dataclass(kw_only=True)
class Tally:
    """What a voyage had in it, so that nobody takes an empty one for a good one."""

    operations: int = 0
    started: int = 0
    states: Counter[str] = field(default_factory=Counter)


def quiet(database: Path) -> bool:
    """Whether nothing is under way: every operation ended, every delivery closed, every message sent (but reminders of later)."""
    return counted(database, UNDER_WAY, *ENDED) == 0


def starting(database: Path) -> bool:
    """Whether an operation is between the commit of its attempt and the provider's answer."""
    return bool(counted(database, "select count(*) from operations where state = ?", str(State.TRIGGERING)))


def counted(database: Path, question: str, *values: str) -> int | None:
    """A number from the file, read beside the bot; None while there is no telling."""
    if not database.exists():
        return None
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)
    try:
        return int(connection.execute(question, values).fetchone()[0])
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


ENDED = tuple(str(state) for state in (*ENDS, *NEVER_STARTED, State.ROLLED_BACK))
UNDER_WAY = f"""
  select (select count(*) from operations where state not in ({", ".join("?" for _ in ENDED)}))
    + (select count(*) from outbox where wanted > done and due_at < 1000 * (strftime('%s') + 30))
    + (select count(*) from inbox where state in ('received', 'started'))
"""


async def compare(quay: Quay) -> Tally:
    """Hold every operation, lease and card against the world; AssertionError names what differs. The bot has stopped."""
    configuration = config.load(
        quay.folder / "quarterdeck.yaml", integration_models(integration_modules()), quay.environment()
    )
    app = App(configuration, clock=SystemClock(), random=SystemRandom())
    app.store = await ThreadedStore.open(quay.database)
    try:
        every = await app.store.read(lambda tx: operations.newest(tx, MOST))
        tally = Tally(operations=len(every), states=Counter(str(each.state) for each in every))
        runs = RunsFolder(path=quay.folder / "runs")
        tally.started = _ledger(quay, every, runs)
        await app.store.read(lambda tx: _rows(tx, every, runs))
        await _targets(app, quay)
        await _cards(quay, await _runtime(app, quay), every)
        return tally
    finally:
        if hasattr(app, "room"):
            await app.room.stop()
        await app.store.close()


def _ledger(quay: Quay, every: tuple[Operation, ...], runs: RunsFolder) -> int:
    """The scripts' own record: each operation ran at most once, and where a supervisor says so."""
    lines = [line.split() for line in (quay.folder / "ledger").read_text().splitlines()]
    ran = Counter(int(operation) for operation, _target, _revision in lines)
    twice = {operation: times for operation, times in ran.items() if times > 1}
    assert not twice, f"started twice: {twice}"
    known = {each.id: each for each in every}
    for operation, target, revision in lines:
        assert int(operation) in known, f"#{operation} ran and is not in the database"
        each = known[int(operation)]
        assert (target, revision) == (f"{each.target.service}-{each.target.environment}", each.revision)
    supervised = Counter(int(run.key.split(":")[0]) for run in runs.all() if run.started)
    assert max(supervised.values(), default=1) == 1, f"two runs of one operation: {supervised}"
    assert set(ran) <= set(supervised)
    return len(ran)


def _rows(tx: Tx, every: tuple[Operation, ...], runs: RunsFolder) -> None:
    assert leases.held(tx) == (), "no operation is under way, so nothing is held"
    for operation in every:
        made = attempts.of_operation(tx, operation.id)
        live = [each for each in made if each.state in {AttemptState.OPEN, AttemptState.BOUND}]
        assert not live, f"#{operation.id} is {operation.state} with a live attempt"
        _outcome(operation, [runs.folder(each.key) for each in made], made)
    for target in {each.target for each in every}:
        epochs = [each.epoch for each in leases.history(tx, target, MOST)]
        assert epochs == list(range(len(epochs), 0, -1)), f"epochs of {target} rise one by one: {epochs}"


def _outcome(operation: Operation, folders: list[RunFolder], made: tuple[Attempt, ...]) -> None:
    started = [folder for folder in folders if folder.started]
    ends = [folder.read(supervisor.EXIT) for folder in started]
    named = f"#{operation.id} {operation.state} ({operation.note})"
    if operation.state in NEVER_STARTED:
        assert not started, f"{named}: it ran all the same"
    elif operation.state in ENDS:
        really = [end["state"] if end else "?" for end in ends]
        wanted = [ENDS[operation.state]]
        withdrawn = operation.state is not State.SUCCEEDED and not started
        assert really == wanted or withdrawn, f"{named}: really {really}, {len(made)} attempts"
    else:
        assert operation.state is State.ROLLED_BACK, f"{named}: not at its end"
        assert operation.child_id, f"{named}: by whom?"


async def _targets(app: App, quay: Quay) -> None:
    """What the record calls live is what the target serves."""
    for path in quay.folder.glob("live-*"):
        service, _, environment = path.name.removeprefix("live-").partition("-")
        wanted = [each for each in app_targets(app) if (each.service, each.environment) == (service, environment)]
        record = await app.store.read(partial(deployments.current, target=wanted[0]))
        assert record is not None
        assert record.revision == path.read_text().strip(), f"{service} in {environment}"


def app_targets(app: App) -> tuple[Any, ...]:
    """Every configured target."""
    from bot.engine.catalogue import catalogue_of

    return tuple(catalogue_of(app.configuration).targets())


async def _runtime(app: App, quay: Quay) -> Runtime:
    app.room = SlackRoom(app.configuration.slack, app.clock, app.random)
    home = json.loads(
        await app.store.read(lambda tx: tx.all("select value from settings where key = 'home'")[0]["value"])
    )
    engine = build_engine(
        app.configuration, store=app.store, room=app.room, runner=app.runner, supervisor=app.supervisor,
        clock=app.clock, random=app.random, integrations=app.integrations, home=Home(**home),
        examine=lambda: examine(subject_of(app)),
    )  # fmt: skip
    return engine.runtime


async def _cards(quay: Quay, runtime: Runtime, every: tuple[Operation, ...]) -> None:
    """One card of each operation, which says what rendering its rows says."""
    shown = await _posted(quay)
    for operation in every:
        key = f"operation:{operation.id}:card"
        assert len(shown.get(key, [])) == 1, f"{key} stands {len(shown.get(key, []))} times"
        owed = await runtime.store.read(partial(outbox.get, key=key))
        assert owed is not None
        message = await rendering.render(runtime, owed)
        assert message is not None
        assert shown[key][0]["text"] == message.text, f"{key} does not say what its rows say"
        back = operation.action is Action.ROLLBACK and operation.state is State.SUCCEEDED
        headline = "Rolled back" if back else HEADLINES.get(operation.state, "")
        assert headline in message.text, f"{operation.state}: {message.text}"


async def _posted(quay: Quay) -> dict[str, list[dict[str, Any]]]:
    """The bot's messages in the channels, by the key in their metadata."""
    listed = await quay.call("conversations.list", limit="200")
    found: dict[str, list[dict[str, Any]]] = {}
    for channel in listed["channels"]:
        if not channel["name"].startswith("team-"):
            continue
        page = await quay.call("conversations.history", channel=channel["id"], include_all_metadata="true", limit="999")
        for message in page["messages"]:
            key = message.get("metadata", {}).get("event_payload", {}).get("key", "")
            found.setdefault(key, []).append(message)
        assert not page.get("has_more")
    return found
