"""Starts, finds, observes and stops runs; everything that is known of a run is in its folder."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.domain.operations import AttemptKey, Effect
from bot.domain.terms import SECOND
from bot.errors import IntegrationError, Kind
from bot.ports import Order, Preview, Run, RunState, Snapshot, TriggerClass
from integrations._text import readable
from integrations.local import supervisor
from integrations.local.git import FULL, checkout_commands, checkout_environment, located
from integrations.local.output import tail, told
from integrations.local.process import Limits, answer_of
from integrations.local.runs import RunFolder, RunsFolder, order_of
from integrations.local.settings import LocalTarget
from integrations.local.words import filled, is_plain

KEPT_RUNS = 50  # finished runs of each target that keep their folder
_START = 15 * SECOND
_THREADS = 16
_NOT_SEEN = "its supervisor is gone, and nobody saw how it ended"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class LocalDeployer:
    """The Deployer and Logs ports over commands on this machine."""

    runs: RunsFolder
    secrets: tuple[str, ...] = field(default=(), repr=False)
    # Threads of its own: where the disk hangs they all do, and names are still looked up by the loop's.
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="local"), repr=False, compare=False
    )

    @property
    def trigger_class(self) -> TriggerClass:
        """A: the run's folder is a permanent key."""
        return TriggerClass.A

    async def preview(self, order: Order) -> Preview:
        """The recipe's hash, and a note where the command cannot run; raises IntegrationError for words that cannot be arguments."""
        target = target_of(order.how)
        self._argv(order, target)  # refuses what start would refuse
        return await self._in_a_thread(lambda: _preview(target), effect=Effect.NONE)

    async def start(self, order: Order) -> Run:
        """Start the run, or adopt the one that this key has. Raises IntegrationError; effect NONE only before a supervisor was asked."""
        target = target_of(order.how)
        content = self._content(order, target)
        run = await self._in_a_thread(lambda: self.runs.claim(order.key, content), effect=Effect.NONE)
        if not await self._in_a_thread(lambda: self._is_ours(self.runs.folder(order.key), order)):
            raise self._of_another_life(order)
        if run is not None:
            if not run.started:
                await self._supervise(run, environment_of(target, order))
            await self._sweep()
        return _run(order.key)

    async def find(self, order: Order) -> tuple[Run, ...]:
        """The run of this key, if it was started."""
        run = self.runs.folder(order.key)
        there = await self._in_a_thread(lambda: self._is_ours(run, order) and self._was_started(run))
        return (_run(order.key),) if there else ()

    async def observe(self, run: Run) -> Snapshot:
        """What the run's folder says; UNKNOWN where the supervisor is gone without an end. Raises NOT_FOUND for no run of ours."""
        folder = self._folder(run)
        return await self._in_a_thread(lambda: self._snapshot(folder))

    async def cancel(self, run: Run) -> None:
        """Write down that the run shall stop, and wake its supervisor; where that is gone, tell the command itself."""
        folder = self._folder(run)
        await self._in_a_thread(lambda: _cancel(folder))

    async def tail(self, run: Run, lines: int) -> tuple[str, ...]:
        """The last lines that the run printed."""
        folder = self._folder(run)
        return await self._in_a_thread(lambda: tail(folder.output, lines, secrets=self.secrets))

    def _folder(self, run: Run) -> RunFolder:
        try:
            folder = self.runs.folder(run.reference["run"])
        except (KeyError, ValueError):
            raise _not_ours("no run of this integration") from None
        return folder

    def _argv(self, order: Order, target: LocalTarget) -> list[str]:
        words = _words(order)
        for name, value in words.items():
            if not is_plain(value):
                raise _invalid(f"the {name} cannot be an argument: {readable(value, secrets=self.secrets, cap=60)}")
        return filled(target.run, words | {"checkout": str(self.runs.folder(order.key).checkout)})

    def _content(self, order: Order, target: LocalTarget) -> dict[str, Any]:
        return order_of(
            key=order.key,
            target=str(order.target),
            action=order.action,
            revision=order.revision,
            sent_at=order.sent_at,
            argv=self._argv(order, target),
            folder=str(target.folder),
            deadline=target.deadline or order.deadline,
            grace=target.grace,
            **self._preparation(order, target),
        )

    def _preparation(self, order: Order, target: LocalTarget) -> dict[str, Any]:
        if not target.wants_checkout:
            return {"checkout": "", "prepare": [], "prepare_environment": {}}
        if not FULL.fullmatch(order.revision):
            raise _invalid(
                f"{{checkout}} needs a full commit hash, not {readable(order.revision, secrets=self.secrets, cap=60)}"
            )
        repository, run = located(order.repository), self.runs.folder(order.key)
        return {
            "checkout": str(run.checkout),
            "prepare": checkout_commands(repository, order.revision, into=run.checkout),
            "prepare_environment": checkout_environment(repository, index=run.path / "index"),
        }

    def _was_started(self, run: RunFolder) -> bool:
        return run.started or run.supervised or self.runs.swept(run.key) is not None

    def _is_ours(self, run: RunFolder, order: Order) -> bool:
        """A key that was used for something else belongs to another life of the database: adopting it would be a lie."""
        if (first := run.read(supervisor.ORDER)) is not None:
            asked = (str(order.target), order.action, order.revision, order.sent_at)
            return tuple(first[name] for name in ("target", "action", "revision", "sent_at")) == asked
        swept = self.runs.swept(run.key)
        return swept is None or swept[0] == order.sent_at

    def _of_another_life(self, order: Order) -> IntegrationError:
        return IntegrationError(
            f"run {order.key} was already used for something else",
            kind=Kind.CONFLICT,
            effect=Effect.NONE,
            hint=f"Nothing was started. If the database is new, move {self.runs.path} away: it belongs to the old one.",
        )

    async def _supervise(self, run: RunFolder, environment: dict[str, str]) -> None:
        argv = [sys.executable, "-I", "-S", supervisor.__file__, str(run.path)]
        try:
            answer = await answer_of(argv, environment=environment, limits=Limits(deadline=_START))
        except IntegrationError as error:
            raise IntegrationError(str(error), kind=error.kind, effect=Effect.UNKNOWN, hint=error.hint) from None
        said = readable(answer.output.decode(errors="replace"), secrets=self.secrets)
        if said not in {"started", "adopted"}:
            # "trouble" is said only where started.json was not written, and without it no command is started.
            effect = Effect.NONE if said.startswith("trouble: ") else Effect.UNKNOWN
            reason = said.removeprefix("trouble: ") or answer.errors or "it said nothing"
            raise IntegrationError(
                f"the supervisor of run {run.key} did not start: {reason}",
                kind=Kind.UNAVAILABLE,
                effect=effect,
                hint=f"Check that {self.runs.path} is writable and has free space.",
            )

    async def _sweep(self) -> None:
        # Old folders only cost space: that they cannot be removed is no reason to fail a deployment.
        with contextlib.suppress(IntegrationError):
            await self._in_a_thread(lambda: self.runs.sweep(KEPT_RUNS))

    def _snapshot(self, folder: RunFolder) -> Snapshot:
        if not folder.path.is_dir():
            return self._swept(folder)
        supervised, end = folder.supervised, folder.read(supervisor.EXIT)
        step, detail = told(folder.output, secrets=self.secrets)
        started = folder.read(supervisor.STARTED) or {"at": 0}
        if end is not None:
            return _ended(end, step, detail, started["at"])
        if supervised:
            state = RunState.RUNNING if started["at"] else RunState.QUEUED
            return Snapshot(state=state, step=step, detail=detail, started_at=started["at"])
        if not started["at"]:
            return Snapshot(state=RunState.UNKNOWN, detail="it was ordered, but not started", effect=Effect.NONE)
        return Snapshot(state=RunState.UNKNOWN, step=step, detail=_lost(folder), started_at=started["at"])

    def _swept(self, folder: RunFolder) -> Snapshot:
        swept = self.runs.swept(folder.key)
        if swept is None:
            raise _not_ours(f"there is no run {folder.key} in {self.runs.path}")
        state = RunState(swept[1]) if swept[1] in set(RunState) else RunState.UNKNOWN
        return Snapshot(state=state, detail="its folder was swept long ago")

    async def _in_a_thread(self, work: Callable[[], T], *, effect: Effect = Effect.UNKNOWN) -> T:
        """Files may be slow, and nothing may hold up the loop; what the disk refuses becomes an IntegrationError."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, work)
        except OSError as error:
            reason = f"{error.strerror or error}: {error.filename or self.runs.path}"
            raise IntegrationError(
                f"the runs folder could not be used ({readable(reason, secrets=self.secrets)})",
                kind=Kind.UNAVAILABLE,
                effect=effect,
                hint=f"Check that {self.runs.path} is there, writable and has free space.",
            ) from None


def target_of(how: BaseModel) -> LocalTarget:
    """The target's own settings; raises IntegrationError (INVALID) for those of another integration."""
    if not isinstance(how, LocalTarget):
        raise _invalid(f"settings of another integration: {type(how).__name__}")
    return how


def environment_of(target: LocalTarget, order: Order) -> dict[str, str]:
    """What the command sees: the variables that its target keeps, and the order's own words as QUARTERDECK_…; never written down."""
    kept = {name: os.environ[name] for name in target.keep_environment if name in os.environ}
    named = {f"QUARTERDECK_{name.upper()}": value for name, value in _words(order).items()}
    return {"PATH": os.defpath} | kept | named | claim_of(order)


def claim_of(order: Order) -> dict[str, str]:
    """What the command asks with whether it may go on; it runs on this machine, so it asks here."""
    if order.claim is None:
        return {}
    words = {"STEP": str(order.key.step), "ATTEMPT": str(order.key.n), "TOKEN": order.claim.token}
    words["CLAIM_URL"] = order.claim.here or order.claim.url
    return {f"QUARTERDECK_{name}": value for name, value in words.items()}


def _words(order: Order) -> dict[str, str]:
    return {
        "environment": order.target.environment,
        "service": order.target.service,
        "revision": order.revision,
        "previous": order.previous,
        "operation": str(order.key.operation),
    }


def _run(key: AttemptKey) -> Run:
    return Run(reference={"run": str(key)})


def _preview(target: LocalTarget) -> Preview:
    """The recipe is the list of words, and the files on this machine that it names as program or script."""
    digest = hashlib.sha256("\0".join(target.run).encode())
    for word in target.run:
        script = Path(target.folder, word)
        if "{" not in word and script.is_file():
            digest.update(script.read_bytes())
    return Preview(workflow=digest.hexdigest(), notes=_doubts(target))


def _doubts(target: LocalTarget) -> tuple[str, ...]:
    program = target.run[0]
    if "{" in program or shutil.which(str(Path(target.folder, program)) if "/" in program else program):
        return ()
    return (f"{program} cannot be executed here: the run would fail",)


def _cancel(folder: RunFolder) -> None:
    if not folder.path.is_dir() or folder.read(supervisor.EXIT) is not None:
        return
    supervisor.write_durably(folder.path / supervisor.CANCEL, {})
    with contextlib.suppress(ProcessLookupError):
        if (watching := folder.alive(supervisor.STARTED)) is not None:
            os.kill(watching, signal.SIGUSR1)
        elif (command := folder.alive(supervisor.COMMAND)) is not None:
            os.killpg(command, signal.SIGTERM)


def _lost(folder: RunFolder) -> str:
    command = folder.alive(supervisor.COMMAND)
    return f"{_NOT_SEEN}; its command still runs as process {command}" if command else _NOT_SEEN


def _ended(end: dict[str, Any], step: tuple[int, int, str], detail: str, started_at: int) -> Snapshot:
    state = RunState(end["state"])
    if end["stopped"] == "deadline" and state is RunState.FAILED:
        detail = f"stopped at its deadline{f' ({detail})' if detail else ''}"
    effect = None if state is RunState.SUCCEEDED else Effect.UNKNOWN if end["touched"] else Effect.NONE
    if state is RunState.FAILED and not detail:
        detail = f"ended with exit status {end['code']}, and printed nothing"
    return Snapshot(state=state, step=step, detail=detail, effect=effect, started_at=started_at, ended_at=end["at"])


def _invalid(sentence: str) -> IntegrationError:
    return IntegrationError(sentence, kind=Kind.INVALID, effect=Effect.NONE, hint="Nothing was started.")


def _not_ours(sentence: str) -> IntegrationError:
    return IntegrationError(sentence, kind=Kind.NOT_FOUND, effect=Effect.UNKNOWN)
