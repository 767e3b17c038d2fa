"""Socket Mode against a real WebSocket on loopback: fresh tickets, no gap, nothing left behind."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.messages import Message
from bot.domain.requests import Ack, Delivery
from bot.errors import ChatError
from bot.slack.failures import NotUsable
from bot.slack.room import SlackRoom
from bot.slack.sockets import PING_INTERVAL, SILENT_PINGS
from bot.slack.tasks import Tasks
from tests.slack.world import Answer, Engine, FakeClock, TinySlack, click, command, direct, event

HELLO = Message(text="Hello.")


def envelope(body: Answer, kind: str = "slash_commands", name: str = "e1", **fields: Any) -> Answer:
    return {"envelope_id": name, "type": kind, "payload": body, "accepts_response_payload": True, **fields}


async def up(here: SlackRoom, slack: TinySlack, receive: Any) -> None:
    await here.listen(receive)
    await slack.until(lambda: here.connected == 2)


async def test_two_connections_each_with_its_own_ticket(here: SlackRoom, slack: TinySlack) -> None:
    """So that one can be replaced while the other takes deliveries."""
    await up(here, slack, Engine())
    assert sorted(slack.handshakes) == slack.tickets == ["ticket-1", "ticket-2"]
    assert here.problem is None
    assert all("xapp-1-test" in sent["Authorization"] for sent in slack.headers)


async def test_a_command_is_acked_with_its_answer(here: SlackRoom, slack: TinySlack) -> None:
    """In the envelope's own ack, on the connection it came by."""
    await up(here, slack, Engine(Ack(message=HELLO)))
    await slack.sockets[1].send_json(envelope(command()))
    await slack.until(lambda: bool(slack.acks))
    payload = {"response_type": "ephemeral", "text": "Hello.", "blocks": []}
    assert slack.acks == [{"envelope_id": "e1", "payload": payload}]
    assert slack.acked_on == [1]


async def test_events_and_clicks_are_acked_without_a_payload(here: SlackRoom, slack: TinySlack) -> None:
    """There is nothing that Slack would read."""
    await up(here, slack, Engine())
    await slack.sockets[0].send_json(envelope(event(direct()), "events_api", "e1"))
    await slack.sockets[0].send_json(envelope(click(), "interactive", "e2"))
    await slack.until(lambda: len(slack.acks) == 2)
    assert sorted(slack.acks, key=str) == [{"envelope_id": "e1"}, {"envelope_id": "e2"}]


async def test_an_event_that_was_not_stored_is_not_acked(here: SlackRoom, slack: TinySlack) -> None:
    """Slack sends it again, with a retry number and a new envelope, and the same key."""
    engine = Engine(Ack(refused=True))
    await up(here, slack, engine)
    await slack.sockets[0].send_json(envelope(event(direct()), "events_api", "e1"))
    await slack.until(lambda: bool(engine.received))
    engine.ack = Ack()
    again = envelope(event(direct()), "events_api", "e2", retry_attempt=1, retry_reason="timeout")
    await slack.sockets[1].send_json(again)
    await slack.until(lambda: bool(slack.acks))
    assert slack.acks == [{"envelope_id": "e2"}]
    assert [delivery.retry for delivery in engine.received] == [0, 1]
    assert len({delivery.key for delivery in engine.received}) == 1


async def test_a_defect_is_not_acked_and_not_the_end(here: SlackRoom, slack: TinySlack) -> None:
    """The connection goes on."""
    engine = Engine()
    engine.breaks = ZeroDivisionError("boom")
    await up(here, slack, engine)
    with capture_logs() as logs:
        await slack.sockets[0].send_json(envelope(event(direct()), "events_api", "e1"))
        await slack.until(lambda: any(entry["event"] == "left for Slack to send again" for entry in logs))
    engine.breaks = None
    await slack.sockets[0].send_json(envelope(event(direct()), "events_api", "e2"))
    await slack.until(lambda: bool(slack.acks))
    assert slack.acks == [{"envelope_id": "e2"}]


@pytest.mark.parametrize(
    "frame",
    ["", "not json", "[1]", "null", "[" * 100_000, '{"type": "a kind from next year"}', '{"type": 5, "payload": {}}'],
)
async def test_odd_frames_are_passed_over(here: SlackRoom, slack: TinySlack, frame: str) -> None:
    """What comes after them is taken."""
    await up(here, slack, Engine())
    with capture_logs():
        await slack.sockets[0].send_str(frame)
        await slack.sockets[0].send_json(envelope(command()))
        await slack.until(lambda: bool(slack.acks))


@pytest.mark.parametrize("payload", [None, [], "text", {"type": "unheard of"}])
async def test_an_odd_payload_is_acked(here: SlackRoom, slack: TinySlack, payload: Any) -> None:
    """Left unacked, Slack would send it again and again."""
    await up(here, slack, Engine())
    await slack.sockets[0].send_json(envelope(payload, "events_api"))
    await slack.until(lambda: bool(slack.acks))
    assert slack.acks == [{"envelope_id": "e1"}]


async def test_a_slow_envelope_holds_up_nobody(here: SlackRoom, slack: TinySlack) -> None:
    """Each is answered as a task of its own, which somebody holds."""
    gate = asyncio.Event()

    async def receive(delivery: Delivery) -> Ack:
        if delivery.invocation.text == "slow":
            await gate.wait()
        return Ack()

    await up(here, slack, receive)
    await slack.sockets[0].send_json(envelope(command("slow"), name="slow"))
    await slack.sockets[0].send_json(envelope(command("fast"), name="fast"))
    await slack.until(lambda: slack.acks == [{"envelope_id": "fast"}])
    gate.set()
    await slack.until(lambda: len(slack.acks) == 2)


# ---- tickets -----------------------------------------------------------------------------------------------------------


async def test_a_ticket_is_never_used_twice(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """The SDK dials the same single-use ticket for ever after a failed handshake."""
    slack.refuse_handshakes = 3
    with capture_logs():
        await here.listen(Engine())
        await slack.until(lambda: _advance(clock) and here.connected == 2)
    assert slack.handshakes == slack.tickets
    assert len(set(slack.handshakes)) == 5


def _advance(clock: FakeClock) -> bool:
    """Let waiters for a redial go on, but not the watchdogs."""
    due = min((at for at, waiter in clock.sleeping if not waiter.done()), default=None)
    if due is not None and due - clock.now() <= 3_000:
        clock.advance(due - clock.now())
    return True


async def test_waits_grow_and_are_jittered(slack: TinySlack, clock: FakeClock, here: SlackRoom) -> None:
    """An outage is not hammered."""
    slack.refuse("apps.connections.open", "internal_error")
    with capture_logs():
        await here.listen(Engine())
        for _ in range(12):
            await slack.until(lambda: len(clock.sleeping) == 2)
            clock.advance(30_000)
            await slack.until(lambda: len(clock.sleeping) == 2)
    assert clock.slept[0] == 1_000
    assert clock.slept[-1] == 30_000
    assert sorted(clock.slept) == clock.slept
    assert here.connected == 0
    assert here.problem is not None
    assert here.problem.code == "internal_error"


async def test_429_is_waited_out(slack: TinySlack, clock: FakeClock, here: SlackRoom) -> None:
    """As long as Slack asks, and then some."""
    slack.refuse("apps.connections.open", "ratelimited", 429, retry_after="40")
    with capture_logs():
        await here.listen(Engine())
        await slack.until(lambda: len(clock.slept) == 2)
    assert min(clock.slept) >= 40_000


@pytest.mark.parametrize("code", ["invalid_auth", "not_allowed_token_type", "missing_scope"])
async def test_a_bad_app_token_is_fatal_and_clear(here: SlackRoom, slack: TinySlack, code: str) -> None:
    """The SDK never returns, and tries for ever; we say what is wrong and how to mend it."""
    slack.refuse("apps.connections.open", code)
    with capture_logs() as logs, pytest.raises(NotUsable) as caught:
        await here.listen(Engine())
    assert str(caught.value).startswith("slack.app_token: ")
    assert "connections:write" in caught.value.fix
    assert len(slack.told("apps.connections.open")) == 1
    assert "xapp-1-test" not in str(logs) + str(caught.value)


async def test_a_token_revoked_later_does_not_stop_the_bot(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """It says so, and tries once a minute: somebody may mend it."""
    await up(here, slack, Engine())
    slack.refuse("apps.connections.open", "invalid_auth")
    clock.advance(5_000)
    with capture_logs():
        await slack.sockets[0].close()
        await slack.until(lambda: isinstance(here.problem, NotUsable))
        clock.advance(10_000)
        await slack.until(lambda: 60_000 in clock.slept)
        slack.methods.clear()
        await slack.until(lambda: bool(clock.sleeping))
        clock.advance(60_000)
        await slack.until(lambda: here.connected == 2)
    assert here.problem is None


async def test_no_ticket_in_logs_or_errors(here: SlackRoom, slack: TinySlack) -> None:
    """A ticket opens a connection: it is a secret."""
    slack.refuse_handshakes = 1
    with capture_logs() as logs:
        await here.listen(Engine())
        await slack.until(lambda: here.connected >= 1)
    assert "ticket" not in str(logs)
    assert any(entry["event"] == "no socket" for entry in logs)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1/x", "ftp://x", 5, None])
async def test_a_ticket_must_be_a_websocket_address(here: SlackRoom, slack: TinySlack, url: Any) -> None:
    """Whatever else comes is no answer."""
    slack.answer("apps.connections.open", url=url)
    with pytest.raises(ChatError, match="unreadable_answer"):
        await here.ticket()


async def test_no_hello_is_no_connection(slack: TinySlack, here: SlackRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake alone does not mean that deliveries come."""
    monkeypatch.setattr("bot.slack.socket.HELLO", 0.05)
    slack.greet = False
    with capture_logs():
        await here.listen(Engine())
        await slack.until(lambda: here.problem is not None and here.problem.code == "no_hello")
    assert here.connected == 0


# ---- replacing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_refresh_leaves_no_gap(here: SlackRoom, slack: TinySlack, reason: str) -> None:
    """The new one is up before the old one closes, and what the old one still brings is acked on it."""
    engine = Engine()
    await up(here, slack, engine)
    gate = asyncio.Event()
    slack.methods["apps.connections.open"] = _gated(slack, gate)
    await slack.sockets[0].send_json({"type": "disconnect", "reason": reason})
    await slack.until(lambda: here.connected == 1)
    await slack.sockets[0].send_json(envelope(command(), name="late"))
    await slack.until(lambda: slack.acks == [{"envelope_id": "late"}])
    assert slack.acked_on == [0]
    assert not slack.sockets[0].closed
    gate.set()
    await slack.until(lambda: here.connected == 2 and slack.sockets[0].closed)
    assert slack.handshakes == ["ticket-1", "ticket-2", "ticket-3"]


def _gated(slack: TinySlack, gate: asyncio.Event) -> Any:
    async def handle(request: Any, arguments: Answer) -> Answer:
        await gate.wait()
        return slack._open(request, arguments)

    return handle


async def test_while_one_is_replaced_the_other_works(here: SlackRoom, slack: TinySlack) -> None:
    """Fifty envelopes on the one, while the other is gone."""
    await up(here, slack, Engine())
    gate = asyncio.Event()
    slack.methods["apps.connections.open"] = _gated(slack, gate)
    await slack.sockets[0].send_json({"type": "disconnect", "reason": "warning"})
    await slack.until(lambda: here.connected == 1)
    for n in range(50):
        await slack.sockets[1].send_json(envelope(command(), name=f"e{n}"))
    await slack.until(lambda: len(slack.acks) == 50)
    gate.set()


async def test_an_abrupt_end_is_dialled_again_at_once(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """With a fresh ticket, without a wait, where the connection had lasted."""
    await up(here, slack, Engine())
    clock.advance(5_000)
    slack.sockets[0]._req.transport.abort()  # type: ignore[union-attr]
    await slack.until(lambda: len(slack.sockets) == 3 and here.connected == 2)
    assert slack.handshakes[-1] == "ticket-3"
    assert all(slept == PING_INTERVAL for slept in clock.slept)


async def test_a_connection_that_ends_at_once_is_not_hammered(
    here: SlackRoom, slack: TinySlack, clock: FakeClock
) -> None:
    """One that lived less than five seconds is waited for."""
    await up(here, slack, Engine())
    await slack.sockets[0].close()
    await slack.until(lambda: 1_000 in clock.slept)
    assert here.connected == 1
    clock.advance(1_000)
    await slack.until(lambda: here.connected == 2)


async def test_too_many_websockets_backs_off(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """Dialling at once would throw somebody else out, who dials at once."""
    await up(here, slack, Engine())
    await slack.sockets[0].send_json({"type": "disconnect", "reason": "too_many_websockets"})
    await slack.until(lambda: bool(clock.slept) and max(clock.slept) >= 15_000)
    assert len(slack.tickets) == 2


async def test_a_silent_connection_is_replaced(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """Half-open: our pings go out, nothing comes back; after four the watchdog dials afresh."""
    await up(here, slack, Engine())
    slack.deaf = True
    beats = 0
    while len(slack.tickets) == 2:
        await slack.until(lambda: slack.pings >= 2 * (beats + 1) or len(slack.tickets) > 2)  # noqa: B023
        clock.advance(PING_INTERVAL)
        beats += 1
        assert beats <= SILENT_PINGS + 2
    # a pong that was under way when the silence began may count for the first interval
    assert beats >= SILENT_PINGS
    slack.deaf = False
    await slack.until(lambda: here.connected >= 1)
    clock.advance(PING_INTERVAL)
    await slack.until(lambda: len(slack.tickets) == 4 and here.connected == 2)


async def test_a_living_connection_is_left_alone(here: SlackRoom, slack: TinySlack, clock: FakeClock) -> None:
    """Twenty pings with their pongs."""
    await up(here, slack, Engine())
    for beat in range(20):
        await slack.until(lambda beats=beat: slack.pings >= 2 * (beats + 1))  # type: ignore[misc]
        live = here._sockets._live  # type: ignore[union-attr]
        await slack.until(lambda live=live: all(connection._heard for connection in live))  # type: ignore[misc]
        clock.advance(PING_INTERVAL)
    assert here.connected == 2
    assert len(slack.tickets) == 2


async def test_slacks_pings_are_answered(here: SlackRoom, slack: TinySlack) -> None:
    """We read frames ourselves, so that we have to."""
    await up(here, slack, Engine())
    await slack.sockets[0].ping(b"are you there")
    await slack.sockets[0].send_json(envelope(command()))
    await slack.until(lambda: bool(slack.acks))
    assert here.connected == 2


# ---- the stop ----------------------------------------------------------------------------------------------------------


async def test_the_stop_finishes_acks_and_takes_nothing_new(here: SlackRoom, slack: TinySlack) -> None:
    """What was begun is acked, what comes during the stop is left to Slack, and no task is left."""
    gate = asyncio.Event()
    received: list[str] = []

    async def receive(delivery: Delivery) -> Ack:
        received.append(delivery.invocation.text)
        await gate.wait()
        return Ack()

    await up(here, slack, receive)
    await slack.sockets[0].send_json(envelope(command("begun"), name="begun"))
    await slack.until(lambda: received == ["begun"])
    stopping = asyncio.ensure_future(here.close_intake())
    await slack.until(lambda: here.connected == 0)
    await slack.sockets[0].send_json(envelope(command("late"), name="late"))
    await slack.sockets[0].ping(b"x")
    gate.set()
    await stopping
    await slack.until(lambda: all(socket.closed for socket in slack.sockets))
    assert received == ["begun"]
    assert slack.acks == [{"envelope_id": "begun"}]
    left = [task for task in asyncio.all_tasks() if "socket" in task.get_name() or "envelope" in task.get_name()]
    assert left == []


async def test_tasks_are_bounded_and_held() -> None:
    """The next one waits for a place: the source slows down, nothing piles up."""
    tasks = Tasks(2)
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    await tasks.start(wait(), "one")
    await tasks.start(wait(), "two")
    third = asyncio.ensure_future(tasks.start(wait(), "three"))
    await asyncio.sleep(0)
    assert (tasks.running, tasks.full, third.done()) == (2, True, False)
    with capture_logs() as logs:
        assert not tasks.start_if_free(wait(), "four")
    assert logs[0]["work"] == "four"
    gate.set()
    await third
    assert await tasks.drain(1) == 0
    assert tasks.running == 0


async def test_a_task_that_breaks_is_told_and_one_that_hangs_is_cancelled() -> None:
    """Nothing is swallowed, and the stop ends."""
    tasks = Tasks(5)

    async def breaks() -> None:
        raise ZeroDivisionError("boom")

    async def hangs() -> None:
        await asyncio.Event().wait()

    with capture_logs() as logs:
        await tasks.start(breaks(), "broken")
        await tasks.start(hangs(), "hanging")
        await asyncio.sleep(0)
        assert await tasks.drain(0.01) == 1
    assert [entry["work"] for entry in logs] == ["broken"]


async def test_one_who_waits_for_a_place_can_give_up() -> None:
    """The work is closed unstarted (an unawaited coroutine would warn, and a warning fails the test)."""
    tasks = Tasks(1)

    async def hangs() -> None:
        await asyncio.Event().wait()

    await tasks.start(hangs(), "first")
    waiting = asyncio.ensure_future(tasks.start(hangs(), "second"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await tasks.drain(0.01) == 1
