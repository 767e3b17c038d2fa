"""The stream of audit lines: nothing is lost or skipped, whatever stops in between; what is away is asked later and later."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator

from bot.config.auditing import AuditStream as Section
from bot.domain.audit import Entry, hash_of
from bot.domain.audit_stream import JSON_SCHEMA, iso
from bot.domain.terms import MINUTE, SECOND
from bot.sinks import Address, File, Output
from bot.store import Store, ThreadedStore, Tx, audit, streaming
from bot.streaming import BATCH, LONGEST_WAIT, AuditStream
from bot.web.posting import Posted
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    opened = await ThreadedStore.open(tmp_path / "q.db")
    yield opened
    await opened.close()


@dataclass(kw_only=True)
class Siem:
    """Takes what it is given, unless told otherwise."""

    answers: list[Posted] = field(default_factory=list)
    got: list[dict[str, object]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    async def take(self, body: bytes) -> Posted:
        lines = [json.loads(line) for line in body.splitlines()]
        self.batches.append(len(lines))
        answer = self.answers.pop(0) if self.answers else Posted(taken=True)
        if answer.taken:
            self.got += lines
        return answer

    @property
    def ids(self) -> list[object]:
        """Which lines came, in order."""
        return [each["id"] for each in self.got]


async def happen(store: Store, count: int, *, reason: str = "") -> None:
    """So many lines of the audit."""

    def write(tx: Tx) -> None:
        for number in range(count):
            audit.append(
                tx, at=1_000 + number, actor="T1/U1", action="deploy.confirmed", subject="operation:1", reason=reason
            )

    await store.write(write)


def stream(store: Store, siem: Siem, clock: FakeClock | None = None) -> AuditStream:
    """A process that sends."""
    return AuditStream(siem, store=store, clock=clock or FakeClock())


async def test_every_line_once_and_in_order(store: Store) -> None:
    """From the first line on, in batches, and then only what is new."""
    siem = Siem()
    await happen(store, BATCH + 3)
    sending = stream(store, siem)
    assert await sending.push() == BATCH + 3
    assert await sending.push() == 0
    await happen(store, 2)
    assert await sending.push() == 2
    assert siem.ids == list(range(1, BATCH + 6))
    assert siem.batches == [BATCH, 3, 2]
    assert await sending.lag() == streaming.Lag()


async def test_lines_conform_to_the_schema_and_prove_themselves(store: Store) -> None:
    """What a SIEM gets is what docs/audit.md says, and its hashes can be checked there."""
    siem = Siem()
    await happen(store, 3, reason='line\nbreak "quote" \u2028 ü')
    await stream(store, siem).push()
    Draft202012Validator.check_schema(JSON_SCHEMA)
    for line in siem.got:
        Draft202012Validator(JSON_SCHEMA).validate(line)
    facts = {name: siem.got[-1][name] for name in siem.got[-1] if name not in {"schema", "time"}}
    assert hash_of(Entry(**facts)) == siem.got[-1]["hash"]  # type: ignore[arg-type]  # the names are its own


def test_the_schema_is_published() -> None:
    """docs/audit.md holds the schema as it is checked."""
    text = (ROOT / "docs/audit.md").read_text()
    published = text.split("<!-- schema -->")[1].split("```json")[1].split("```")[0]
    assert json.loads(published) == JSON_SCHEMA


async def test_a_crash_after_the_lines_arrived_sends_them_again(store: Store) -> None:
    """At least once: the cursor moves only after the batch has arrived, so a repetition is possible and a gap is not."""
    siem = Siem()
    await happen(store, 3)

    class Dies(Siem):
        async def take(self, body: bytes) -> Posted:
            await siem.take(body)
            raise SystemError("killed")

    with pytest.raises(SystemError):
        await stream(store, Dies()).push()
    await happen(store, 1)
    await stream(store, siem).push()
    assert siem.ids == [1, 2, 3, 1, 2, 3, 4]


async def test_what_is_away_is_asked_later_and_later(store: Store) -> None:
    """Nothing is skipped meanwhile, the lag can be seen, and after a success it is as before."""
    clock, away = FakeClock(), Posted(taken=False, why="status 500")
    siem = Siem(answers=[away] * 12)
    sending = stream(store, siem, clock)
    await happen(store, 2)
    waits = []
    await sending.push()
    for tries in range(2, 14):
        begun = clock.now()
        while len(siem.batches) < tries:
            clock.move_to(clock.now() + 5 * SECOND)
            await sending.push()
        waits.append(clock.now() - begun)
    assert waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT
    assert siem.ids == [1, 2]
    assert sending.failures == 12


async def test_the_lag_counts_and_dates(store: Store) -> None:
    """How many lines wait, and since when the first does."""
    siem = Siem(answers=[Posted(taken=False, why="away")])
    await happen(store, 3)
    sending = stream(store, siem)
    await sending.push()
    assert await sending.lag() == streaming.Lag(lines=3, since=1_000)


async def test_it_says_when_to_come_again(store: Store) -> None:
    """Retry-After is honoured where it is longer than our own wait."""
    clock = FakeClock()
    siem = Siem(answers=[Posted(taken=False, why="status 429", retry_after=3 * MINUTE)])
    sending = stream(store, siem, clock)
    await happen(store, 1)
    await sending.push()
    clock.move_to(clock.now() + 3 * MINUTE - 1)
    await sending.push()
    assert siem.batches == [1]
    clock.move_to(clock.now() + 1)
    await sending.push()
    assert siem.ids == [1]


async def test_too_much_at_once(store: Store) -> None:
    """413: half as many, at once, until it fits."""
    large = Posted(taken=False, why="status 413", too_large=True)
    siem = Siem(answers=[large, large])
    await happen(store, BATCH)
    sending = stream(store, siem)
    for _ in range(3):
        await sending.push()
    assert siem.batches[:3] == [BATCH, BATCH // 2, BATCH // 4]
    assert siem.ids == list(range(1, BATCH + 1))


async def test_a_cursor_beyond_the_end_is_not_believed(store: Store) -> None:
    """A database whose audit is shorter than what was sent: everything is sent again rather than nothing."""
    siem = Siem()
    await happen(store, 2)
    await store.write(lambda tx: streaming.advance(tx, 99))
    await stream(store, siem).push()
    assert siem.ids == [1, 2]


# ---- sinks -----------------------------------------------------------------------------------------------------------------


async def test_a_file_is_private_appended_to_and_rotated(tmp_path: Path) -> None:
    """0600 when it is made; after a rotation the next batch begins a new one."""
    sink = File(path=tmp_path / "audit.jsonl")
    assert await sink.take(b'{"id":1}\n') == Posted(taken=True)
    assert sink.path.stat().st_mode & 0o777 == 0o600
    await sink.take(b'{"id":2}\n')
    sink.path.rename(tmp_path / "audit.jsonl.1")
    await sink.take(b'{"id":3}\n')
    assert (tmp_path / "audit.jsonl.1").read_text() == '{"id":1}\n{"id":2}\n'
    assert sink.path.read_text() == '{"id":3}\n'


async def test_a_line_that_broke_off_stays_a_line_of_its_own(tmp_path: Path) -> None:
    """The machine stopped in the middle of a batch: what follows is whole."""
    sink = File(path=tmp_path / "audit.jsonl")
    sink.path.write_text('{"id":1}\n{"id":')
    await sink.take(b'{"id":2}\n')
    assert sink.path.read_text().splitlines()[-1] == '{"id":2}'


async def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """It says which, and why; a link is not followed."""
    nowhere = await File(path=tmp_path / "no" / "audit.jsonl").take(b"x\n")
    assert not nowhere.taken
    assert "No such file" in nowhere.why
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert not (await File(path=tmp_path / "link").take(b"x\n")).taken
    assert (tmp_path / "elsewhere").read_text() == ""


async def test_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole lines while somebody reads; a reader that is stuck or gone stops nobody, and what broke off is sent again."""
    monkeypatch.setattr("bot.sinks.PATIENCE", 0.01)
    reading, writing = os.pipe()
    sink = Output(writing)
    assert (await sink.take(b'{"id":1}\n')).taken
    assert os.read(reading, 100) == b'{"id":1}\n'
    body = b"x" * 200_000 + b"\n"
    stuck = await sink.take(body)
    assert (stuck.taken, stuck.why) == (False, "nobody reads standard output")
    taking = asyncio.create_task(sink.take(b'{"id":2}\n'))
    seen = b""
    while not seen.endswith(b'{"id":2}\n'):
        seen += await asyncio.to_thread(os.read, reading, 65_536)
        if taking.done() and not (await taking).taken:
            taking = asyncio.create_task(sink.take(b'{"id":2}\n'))
    assert seen.splitlines()[-1] == b'{"id":2}'
    await taking
    os.close(reading)
    assert not (await sink.take(b"y\n")).taken
    os.close(writing)


async def test_an_address() -> None:
    """POST with the token; only 2xx counts; where it is not there, nothing of the token or the address is said."""
    seen: list[tuple[str, str, bytes]] = []
    status = [200]

    async def take(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], request.headers["Content-Type"], await request.read()))
        return web.Response(status=status[0], headers={"Retry-After": "7"})

    app = web.Application()
    app.router.add_post("/in", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    sink = Address(url=f"http://127.0.0.1:{port}/in", token="s3cret-token")
    assert await sink.take(b'{"id":1}\n') == Posted(taken=True)
    assert seen == [("Bearer s3cret-token", "application/x-ndjson", b'{"id":1}\n')]
    for code, large in ((302, False), (413, True), (503, False)):
        status[0] = code
        found = await sink.take(b"x\n")
        assert (found.taken, found.too_large, found.retry_after) == (False, large, 7 * SECOND)
    await runner.cleanup()
    gone = await sink.take(b"x\n")
    assert not gone.taken
    assert "s3cret" not in gone.why
    assert str(port) not in gone.why


@pytest.mark.parametrize("text", [
    {"to": "file"}, {"to": "http"}, {"to": "stdout", "file": "x"}, {"to": "stdout", "url": "https://siem.example/"},
    {"to": "file", "file": "x", "token": "t"}, {"to": "syslog"},
])  # fmt: skip
def test_what_does_not_fit_is_refused(text: dict[str, str]) -> None:
    """Each sink has its own keys, and none of the others'."""
    with pytest.raises(ValueError, match="to"):
        Section.model_validate_json(json.dumps(text))


def test_times() -> None:
    """ISO 8601 in UTC; a time that no calendar has is its number."""
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(10**18) == str(10**18)
