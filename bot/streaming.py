"""The audit as a stream for another system: at least once, in order, from where the last batch that arrived ended."""

import structlog

from bot import config
from bot.config import AuditSink
from bot.domain.audit_stream import json_line
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.ports import Clock
from bot.sinks import Address, File, Output, Sink
from bot.store import Store, streaming

log = structlog.get_logger(__name__)
LOOK: Millis = 2 * SECOND
BATCH = 200  # lines at once
FIRST_WAIT: Millis = 5 * SECOND
LONGEST_WAIT: Millis = 10 * MINUTE


def sink_of(configuration: config.Configuration) -> Sink | None:
    """What the configuration names; None: there is no stream."""
    stream = configuration.audit.stream
    if stream is None:
        return None
    if stream.to is AuditSink.FILE:
        return File(path=configuration.store.parent / str(stream.file))
    if stream.to is AuditSink.HTTP:
        return Address(url=str(stream.url), token=stream.token.get_secret_value() if stream.token else "")
    return Output()


class AuditStream:
    """Sends what is new. What fails is logged, counted, and tried again later and later; nothing here stops the bot."""

    def __init__(self, sink: Sink, *, store: Store, clock: Clock) -> None:
        self._sink = sink
        self._store = store
        self._clock = clock
        self._not_before: Millis = 0
        self._batch = BATCH
        self._failed_in_a_row = 0
        self.failures = 0

    async def push(self) -> int:
        """Send everything that is new; returns how many lines arrived."""
        arrived = 0
        while self._clock.now() >= self._not_before:
            lines = await self._store.read(lambda tx: streaming.following(tx, self._batch))
            if not lines:
                break
            body = "".join(f"{json_line(each)}\n" for each in lines).encode()
            posted = await self._sink.take(body)
            if not posted.taken:
                self._later(posted.why, posted.retry_after, too_large=posted.too_large)
                break
            await self._store.write(lambda tx, last=lines[-1].id: streaming.advance(tx, last))  # type: ignore[misc]  # bound now
            arrived += len(lines)
            self._failed_in_a_row, self._batch = 0, BATCH
        return arrived

    async def lag(self) -> streaming.Lag:
        """How far it is behind."""
        return await self._store.read(streaming.lag)

    def _later(self, why: str, asked: Millis, *, too_large: bool) -> None:
        self.failures += 1
        if too_large and self._batch > 1:
            self._batch //= 2
            return
        wait = max(asked, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failed_in_a_row, 10)))
        self._failed_in_a_row += 1
        self._not_before = self._clock.now() + wait
        log.error("audit lines did not arrive", why=why, failures=self.failures, again_in=wait)
