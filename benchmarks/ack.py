"""What an acknowledgement costs: a signed command in, recorded durably and permission checked, its answer out; in ratios.

    python benchmarks/ack.py [--commands 300] [--rounds 15] [--check]

Ours: the raw check, the HTTP door, Bolt with our router, the grammar, the roles, and a committed inbox row in a SQLite file.
Beside it, in turn: AsyncApp with 50 listeners and its default settings, which checks the signature and the same permission, and records nothing.
The contenders take turns in short rounds, forwards and backwards; a ratio is the median of the rounds' own ratios, so that a busy moment
of the machine falls on both sides of it. `--check` exits with 1 where a goal is missed.
"""

import argparse
import asyncio
import gc
import hashlib
import hmac
import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.commanding import Command, Context, KnownEnvironment, KnownService, Parsed, Vocabulary, discover, parse
from bot.config.connection import Slack
from bot.domain.events import Event
from bot.domain.messages import Message
from bot.domain.people import Person, Standing
from bot.domain.requests import Ack, Delivery
from bot.domain.roles import Role, may
from bot.domain.terms import Identity, Millis, Permission
from bot.slack.room import SlackRoom
from bot.store import ThreadedStore, events, inbox
from bot.web.rawcheck import authentic

SECRET = "0123456789abcdef0123456789abcdef"
TEAM, ADA = "T02ACME", "U02ADA"
LISTENERS = 50
TOGETHER = 32
SMALL, PLAIN, LARGE = "ours, 50 commands", "AsyncApp, 50 listeners", "ours, 500 commands"
ALONE = "one durable commit alone"
GOALS = {"CPU per command, ours ÷ AsyncApp": 1.0, "p50, ours ÷ AsyncApp": 1 / 15, "CPU, 500 commands ÷ 50": 1.1}

Answer = Callable[["Signed"], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A request as Slack sends it."""

    headers: dict[str, str]
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One after another: median and 99th percentile in µs; CPU of the whole process in µs per command, so and with 32 at once."""

    p50: float
    p99: float
    cpu: float
    cpu_together: float
    rate_together: float


class Clock:
    """The machine's own."""

    def now(self) -> Millis:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    async def sleep(self, millis: Millis) -> None:
        """Return after that long."""
        await asyncio.sleep(millis / 1000)


class Chance:
    """Seeded."""

    def token(self) -> str:
        """Nobody has to guess it here."""
        return f"{random.getrandbits(128):x}"

    def fraction(self) -> float:
        """For jitter."""
        return random.random()


def signed(verb: str, number: int, text: str) -> Signed:
    """A slash command, signed now; the trigger makes it one of a kind."""
    fields = {
        "token": "x", "team_id": TEAM, "team_domain": "acme", "channel_id": "C0WEB1234", "channel_name": "team-web", "user_id": ADA,
        "user_name": "ada", "command": verb, "text": text, "api_app_id": "A0001", "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T02ACME/1/abcdefghijkl", "trigger_id": f"{time.time_ns()}.{number}.abcdef",
    }  # fmt: skip
    raw = urlencode(fields).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={mac}",
    }
    return Signed(headers=headers, raw=raw)


# ---- ours --------------------------------------------------------------------------------------------------------------


def vocabulary(size: int) -> Vocabulary:
    """Our commands and as many more as make `size`, over 40 services."""
    ours: dict[str, Command] = dict(discover())
    pattern = ours["deploy"]
    for number in range(size - len(ours)):
        name = f"verb-{number}"
        ours[name] = replace(pattern, name=name, usage=pattern.usage.replace("deploy", name, 1), aliases=())
    places = (KnownEnvironment(name="staging"), KnownEnvironment(name="production", production=True))
    services = tuple(KnownService(name=f"service-{number}", environments=places) for number in range(40))
    return Vocabulary(services=services, commands=ours)


ADA_HERSELF = Person(
    identity=Identity(team=TEAM, user=ADA), name="Ada", standing=Standing.MEMBER, groups=frozenset({"S1"})
)
ROLES = tuple(
    Role(
        name=f"role-{number}", people=frozenset({f"S{number}"}), may=frozenset({Permission.DEPLOY, Permission.ROLLBACK})
    )
    for number in range(20)
)
LOOKING = Message(text="Looking…")


def receiver(store: ThreadedStore, words: Vocabulary, clock: Clock) -> Callable[[Delivery], Awaitable[Ack]]:
    """Understand, check the right, record, answer: as the engine's intake does."""

    async def receive(delivery: Delivery) -> Ack:
        asked = delivery.invocation
        outcome = parse(asked.text, words, Context(door=asked.door))
        assert isinstance(outcome, Parsed), outcome
        allowed, rule = may(ADA_HERSELF, outcome.command.permission, outcome.words.targets[0], ROLES)
        assert allowed, rule
        fresh = await store.write(lambda tx: inbox.add(tx, delivery, clock.now()))
        assert fresh, delivery.key
        return Ack(message=LOOKING)

    return receive


async def ours(folder: Path, size: int, base_url: str) -> tuple[Answer, list[str], Callable[[], Awaitable[None]]]:
    """How to answer, the texts to send in turn, and how to take it apart."""
    clock = Clock()
    store = await ThreadedStore.open(folder / f"inbox-{size}.db")
    settings = {"bot_token": "xoxb-benchmark", "signing_secret": SECRET, "base_url": base_url}
    room = SlackRoom(Slack.model_validate(settings), clock, Chance())
    words = vocabulary(size)
    await room.listen(receiver(store, words, clock))

    async def answer(request: Signed) -> int:
        if rejection := authentic(request.headers, request.raw, SECRET, clock.now()):
            return rejection.status
        return (await room.dispatch(request.headers, request.raw))[0]

    async def close() -> None:
        await room.stop()
        await store.close()

    acting = [
        name for name, command in words.commands.items() if command.acting and command.permission is Permission.DEPLOY
    ]
    return answer, [f"{name} service-7 staging" for name in acting], close


def commit_alone(store: ThreadedStore) -> Answer:
    """What the disk and the writer thread cost by themselves: the part of ours that no code of the room can make smaller."""

    async def answer(request: Signed) -> int:
        event = Event(kind="benchmark", subject="inbox", at=0, body={"raw": request.raw.decode()})
        await store.write(lambda tx: events.append(tx, event))
        return 200

    return answer


# ---- beside it ---------------------------------------------------------------------------------------------------------


def plain_app(base_url: str, size: int) -> Answer:
    """AsyncApp as its documentation shows it: a listener for each command, a permission check, an answer in the ack."""
    client = AsyncWebClient(token="xoxb-benchmark", base_url=base_url)
    app = AsyncApp(client=client, signing_secret=SECRET)
    rights = {ADA: {f"/verb-{number}" for number in range(size)}}

    def listen(name: str) -> None:
        @app.command(name)
        async def _run(ack: Any, command: dict[str, Any]) -> None:
            allowed = command["command"] in rights.get(command["user_id"], set())
            await ack("Looking…" if allowed else "You may not.")

    for number in range(size):
        listen(f"/verb-{number}")

    async def answer(request: Signed) -> int:
        headers: dict[str, Any] = dict(request.headers)
        return (await app.async_dispatch(AsyncBoltRequest(body=request.raw.decode(), headers=headers))).status

    return answer


async def auth_test(_request: web.Request) -> web.Response:
    """All that AsyncApp asks of Slack here, once."""
    return web.json_response(
        {"ok": True, "team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT", "url": "https://acme.slack.com/"}
    )


# ---- measuring ---------------------------------------------------------------------------------------------------------


async def measure(answer: Answer, requests: list[Signed]) -> Cost:
    """Half of the requests one after another, half of them 32 at once."""
    half = len(requests) // 2
    waits: list[float] = []
    cpu = time.process_time()
    for request in requests[:half]:
        begun = time.perf_counter()
        status = await answer(request)
        waits.append(time.perf_counter() - begun)
        assert status == 200, status
    alone = time.process_time() - cpu
    together, elapsed = await crowd(answer, requests[half:])
    waits.sort()
    return Cost(
        p50=statistics.median(waits) * 1e6,
        p99=waits[int(len(waits) * 0.99)] * 1e6,
        cpu=alone / half * 1e6,
        cpu_together=together / half * 1e6,
        rate_together=half / elapsed,
    )


async def crowd(answer: Answer, requests: list[Signed]) -> tuple[float, float]:
    """CPU and wall seconds for all of them, 32 under way at a time."""
    waiting = iter(requests)

    async def one_after_another() -> None:
        for request in waiting:
            assert await answer(request) == 200

    cpu, begun = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(TOGETHER)))
    return time.process_time() - cpu, time.perf_counter() - begun


Rounds = dict[str, list[Cost]]


def median(costs: list[Cost], what: str) -> float:
    """The median over the rounds."""
    return float(statistics.median(getattr(cost, what) for cost in costs))


def ratio(ours: list[Cost], theirs: list[Cost], what: str) -> float:
    """The median of the ratios of the rounds."""
    return float(statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(ours, theirs, strict=True)))


async def compare(commands: int, rounds: int, folder: Path) -> Rounds:
    """All contenders in turn, `rounds` times, after one round to warm up."""
    app = web.Application()
    app.router.add_post("/api/auth.test", auth_test)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    small, small_texts, close_small = await ours(folder, 50, base_url)
    large, large_texts, close_large = await ours(folder, 500, base_url)
    contenders: dict[str, tuple[Answer, Callable[[int], Signed]]] = {
        SMALL: (small, lambda n: signed("/ops", n, small_texts[n % len(small_texts)])),
        PLAIN: (plain_app(base_url, LISTENERS), lambda n: signed(f"/verb-{n % LISTENERS}", n, "service-7 staging")),
        LARGE: (large, lambda n: signed("/ops", n, large_texts[n % len(large_texts)])),
    }
    store = await ThreadedStore.open(folder / "alone.db")
    contenders[ALONE] = commit_alone(store), contenders[SMALL][1]
    found: Rounds = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        order = list(contenders.items())
        for name, (answer, request) in order if turn % 2 else reversed(order):
            requests = [request(n) for n in range(commands)]
            gc.collect()
            cost = await measure(answer, requests)
            if turn:
                found[name].append(cost)
    await close_small()
    await close_large()
    await store.close()
    await runner.cleanup()
    return found


def report(found: Rounds) -> bool:
    """Print the table and the ratios; False where a goal is missed."""
    print(f"{'':26}{'p50 µs':>10}{'p99 µs':>10}{'CPU µs':>10}{'CPU µs ×32':>12}{'per s ×32':>11}")
    for name, costs in found.items():
        numbers = [median(costs, what) for what in ("p50", "p99", "cpu", "cpu_together", "rate_together")]
        print(f"{name:26}{numbers[0]:10.0f}{numbers[1]:10.0f}{numbers[2]:10.0f}{numbers[3]:12.0f}{numbers[4]:11.0f}")
    ratios = {
        "CPU per command, ours ÷ AsyncApp": ratio(found[SMALL], found[PLAIN], "cpu"),
        "p50, ours ÷ AsyncApp": ratio(found[SMALL], found[PLAIN], "p50"),
        "CPU, 500 commands ÷ 50": ratio(found[LARGE], found[SMALL], "cpu"),
    }
    print()
    for name, reached in ratios.items():
        print(f"{name:34}{reached:8.3f}   goal ≤ {GOALS[name]:.3f}   {'met' if reached <= GOALS[name] else 'MISSED'}")
    print(f"{'CPU with 32 at once, the same':34}{ratio(found[SMALL], found[PLAIN], 'cpu_together'):8.3f}")
    return all(reached <= GOALS[name] for name, reached in ratios.items())


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--commands", type=int, default=300, help="requests for each contender and round")
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--check", action="store_true", help="exit with 1 where a goal is missed")
    given = arguments.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        fine = report(asyncio.run(compare(given.commands, given.rounds, Path(folder))))
    sys.exit(1 if given.check and not fine else 0)


if __name__ == "__main__":
    main()
