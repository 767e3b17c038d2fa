"""Keeping what was recorded: backups by time, the audit's head for those outside, and a word about a database that was restored."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot import config
from bot.domain.deliveries import Outgoing
from bot.domain.terms import HOUR, MINUTE, SECOND, Millis, Target
from bot.engine.catalogue import catalogue_of
from bot.errors import QuarterdeckError
from bot.ports import Clock
from bot.store import Store, Tx, audit, backups, holds, outbox, settings
from bot.store.backups import RESTORED, Backup

log = structlog.get_logger(__name__)
LOOK: Millis = 20 * SECOND
HEAD_SWEEP: Millis = HOUR
RETRY: Millis = 10 * MINUTE
PATIENCE = 8  # seconds; below the admin socket's own
KIND = "restored"


class Keeper:
    """For one database. Nothing here stops the bot: what fails is logged, counted, and tried again."""

    def __init__(self, configuration: config.Configuration, *, store: Store, clock: Clock) -> None:
        self._database = configuration.store
        self._folder = configuration.backup_folder
        self._every: Millis = configuration.backups.every
        self._keep = configuration.backups.keep
        self._channel = configuration.slack.admin_channel or ""
        self._targets = catalogue_of(configuration).targets()
        self._store = store
        self._clock = clock
        self._one = asyncio.Lock()
        self._not_before: Millis = 0
        self._asked: asyncio.Task[Backup | str] | None = None
        self.failures = 0

    async def begin(self) -> None:
        """Say in the log where the audit ends, and everywhere that the database was restored, if it was."""
        head = await self._store.read(audit.head)
        log.info("audit head", head=str(head), lines=head.count)
        await self.tell_restored()
        await self.post_head()

    async def back_up_if_due(self) -> Backup | None:
        """Make a copy where the newest is old enough; after a failure not before `RETRY` has passed."""
        now = self._clock.now()
        if now < self._not_before or not await self._due(now):
            return None
        made = await self._attempt()
        if isinstance(made, Backup):
            return made
        self._not_before = now + min(self._every, RETRY)
        return None

    async def on_request(self) -> Mapping[str, object]:
        """Make a copy for whoever asks through the admin socket, which waits only so long: a large one goes on by itself."""
        self._asked = asyncio.create_task(self._attempt())
        done, _ = await asyncio.wait({self._asked}, timeout=PATIENCE)
        if not done:
            return {"going_on": True}
        made = self._asked.result()
        return {"file": str(made.path), "bytes": made.size} if isinstance(made, Backup) else {"why": made}

    async def _attempt(self) -> Backup | str:
        """The copy, or why there is none, which is in the log as well."""
        try:
            return await self.back_up()
        except (QuarterdeckError, OSError) as error:
            log.error("no backup was made", why=str(error), failures=self.failures)  # noqa: TRY400 (expected: no traceback)
            return str(error)

    async def back_up(self) -> Backup:
        """Make a copy now, and remove the oldest beyond what is kept; raises Unusable."""
        async with self._one:
            try:
                made = await asyncio.to_thread(backups.make, self._database, self._folder, self._clock.now())
                gone = await asyncio.to_thread(backups.prune, self._folder, self._database, self._keep)
            except BaseException:
                self.failures += 1
                raise
        log.info("backup made", file=str(made.path), bytes=made.size, removed=len(gone))
        return made

    async def age(self) -> Millis | None:
        """How old the newest copy is; None: there is none."""
        newest = await self._newest()
        return max(0, self._clock.now() - newest.at) if newest else None

    async def post_head(self) -> None:
        """Owe the admin channel the audit's head, where there is such a channel, once a day."""
        if not self._channel:
            return
        now = self._clock.now()
        head = await self._store.write(lambda tx: audit.owe_head(tx, now=now, channel=self._channel))
        if head is not None:
            log.info("audit head posted", head=str(head), lines=head.count)

    async def tell_restored(self) -> None:
        """Of a restored database: log it, note it in the audit, and owe the admin channel a message; once."""
        now = self._clock.now()
        mark = await self._store.write(lambda tx: note_restored(tx, now, self._channel, self._targets))
        if mark is not None:
            log.error("this database was restored from a backup: look at every target before you deploy", **mark)

    async def _due(self, now: Millis) -> bool:
        newest = await self._newest()
        return newest is None or not 0 <= now - newest.at < self._every

    async def _newest(self) -> Backup | None:
        found = await asyncio.to_thread(backups.listed, self._folder, self._database)
        return found[0] if found else None

    def sweeps(self) -> dict[str, tuple[Millis, Callable[[], Awaitable[object]]]]:
        """By name: how often, and what to call."""
        return {"backups": (LOOK, self.back_up_if_due), "audit head": (HEAD_SWEEP, self.post_head)}


def note_restored(tx: Tx, now: Millis, channel: str, targets: tuple[Target, ...] = ()) -> dict[str, str] | None:
    """Where the database was restored and nobody was told: hold every target, and owe the audit's line and the message.

    Returns what the mark says. It is one transaction, before anything is taken in or looked at: nothing starts in between.
    """
    text = settings.get(tx, RESTORED)
    mark = json.loads(text) if text else {"told": True}
    if mark["told"]:
        return None
    settings.put(tx, RESTORED, json.dumps({**mark, "told": True}))
    body = {name: str(mark[name]) for name in ("file", "at", "aside")}
    holds.hold_all(tx, targets, now)
    audit.append(tx, at=now, actor="cli", action="database.restored", subject="database", body=body)
    if channel:
        key = f"{KIND}:{mark['at']}"
        outbox.put(
            tx, Outgoing(key=key, kind=KIND, subject="database", channel=channel, body=body, urgent=True, due_at=now)
        )
    return body
