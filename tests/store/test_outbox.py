"""The outbox: every message that should be true becomes true once, in the right order."""

from bot.domain.deliveries import Delivered
from bot.store import Tx, outbox
from tests.store.samples import outgoing


def keys(tx: Tx, now: int = 1_000) -> list[str]:
    return [each.key for each in outbox.due(tx, now, 99)]


def sent(tx: Tx, key: str, *, ts: str = "", at: int = 200) -> None:
    found = outbox.get(tx, key)
    assert found is not None
    outbox.save_delivered(tx, key, Delivered(channel=found.channel, ts=ts or key, material="m", sent_at=at))
    assert outbox.mark(tx, key, found.wanted)


def test_a_wish_that_comes_while_one_is_sent_is_not_lost(tx: Tx) -> None:
    """Marking what was composed leaves what was wanted meanwhile due."""
    outbox.put(tx, outgoing())
    (composed,) = outbox.due(tx, 100, 9)
    outbox.put(tx, outgoing(due_at=150))
    assert outbox.mark(tx, composed.key, composed.wanted)
    again = outbox.get(tx, composed.key)
    assert again is not None
    assert (again.wanted, again.done, again.waiting) == (2, 1, True)
    assert outbox.mark(tx, composed.key, 2)
    assert keys(tx) == []
    assert not outbox.mark(tx, composed.key, 3), "nobody wanted that yet"
    assert not outbox.mark(tx, "nope", 1)
    outbox.mark(tx, composed.key, 1)
    again = outbox.get(tx, composed.key)
    assert again is not None
    assert again.done == 2, "an older mark takes nothing back"


def test_wishes_coalesce_and_the_last_content_wins(tx: Tx) -> None:
    """However often something changed, one update brings it all."""
    outbox.put(tx, outgoing(body={"n": "1"}, due_at=300))
    outbox.put(tx, outgoing(body={"n": "2"}, due_at=500))
    (found,) = outbox.due(tx, 400, 9)
    assert (found.body, found.due_at, found.wanted) == ({"n": "2"}, 300, 2)
    outbox.put(tx, outgoing(due_at=250))
    assert keys(tx, 249) == []
    assert keys(tx, 250) == [found.key], "the earlier time wins"


def test_a_message_that_was_true_becomes_due_at_the_new_time(tx: Tx) -> None:
    """Done, then wanted again: only the new wish's time and urgency count."""
    outbox.put(tx, outgoing(urgent=True))
    sent(tx, "operation:1:card")
    outbox.put(tx, outgoing(due_at=700))
    assert keys(tx, 699) == []
    (found,) = outbox.due(tx, 700, 9)
    assert not found.urgent


def test_what_is_urgent_goes_first_and_stays_urgent(tx: Tx) -> None:
    """Final states jump the queue, then the longest due; a later cosmetic wish does not push one back."""
    outbox.put(tx, outgoing("c", due_at=50))
    outbox.put(tx, outgoing("b", due_at=90, urgent=True))
    outbox.put(tx, outgoing("a", due_at=50))
    outbox.put(tx, outgoing("b", due_at=95))
    assert keys(tx) == ["b", "a", "c"]
    assert [each.key for each in outbox.due(tx, 1_000, 2)] == ["b", "a"]


def test_a_failure_waits_its_time_whatever_is_wished_meanwhile(tx: Tx) -> None:
    """Retry-After is honoured; the next success forgets the failures."""
    outbox.put(tx, outgoing())
    assert outbox.postpone(tx, "operation:1:card", 900, "ratelimited")
    outbox.put(tx, outgoing(due_at=110, urgent=True))
    assert keys(tx, 899) == []
    (found,) = outbox.due(tx, 900, 9)
    assert (found.attempts, found.last_error, found.urgent) == (1, "ratelimited", True)
    sent(tx, found.key)
    after = outbox.get(tx, found.key)
    assert after is not None
    assert (after.attempts, after.last_error) == (0, "")
    assert not outbox.postpone(tx, found.key, 950, "x"), "nothing waits"


def test_what_was_wanted_meanwhile_need_not_wait(tx: Tx) -> None:
    """After a success, the time that was set aside for it holds nothing up any more; what is due earlier stays earlier."""
    outbox.put(tx, outgoing())
    outbox.postpone(tx, "operation:1:card", 900, "posting")
    outbox.put(tx, outgoing())
    outbox.mark(tx, "operation:1:card", 1)
    assert outbox.hasten(tx, "operation:1:card", 300)
    assert not outbox.hasten(tx, "operation:1:card", 400)
    assert keys(tx, 300) == ["operation:1:card"]
    outbox.mark(tx, "operation:1:card", 2)
    assert not outbox.hasten(tx, "operation:1:card", 100), "nothing waits"


def test_a_reply_waits_for_the_root_of_its_thread(tx: Tx) -> None:
    """Unless the root was given up: then it goes out as best it can."""
    outbox.put(tx, outgoing("root", due_at=500))
    outbox.put(tx, outgoing("reply", due_at=100, thread_key="root"))
    outbox.put(tx, outgoing("orphan", due_at=100, thread_key="never wished"))
    assert keys(tx, 499) == ["orphan"]
    assert keys(tx, 500) == ["orphan", "root"]
    sent(tx, "root")
    assert keys(tx, 100) == ["orphan", "reply"]
    outbox.put(tx, outgoing("root", due_at=600))
    assert keys(tx, 100) == ["orphan", "reply"], "an update of the root holds nobody up"
    outbox.put(tx, outgoing("lost", due_at=500))
    outbox.put(tx, outgoing("under lost", due_at=100, thread_key="lost"))
    assert outbox.mark(tx, "lost", 1, error="channel_not_found")
    assert "under lost" in keys(tx, 100)
    found = outbox.get(tx, "lost")
    assert found is not None
    assert found.last_error == "channel_not_found"


def test_channels_take_turns(tx: Tx) -> None:
    """Which channels have something to say now, and what, so that each keeps its own pace."""
    outbox.put(tx, outgoing("a", channel="C1", due_at=50))
    outbox.put(tx, outgoing("b", channel="C2", due_at=90, urgent=True))
    outbox.put(tx, outgoing("c", channel="C2", due_at=10))
    outbox.put(tx, outgoing("d", channel="C3", due_at=999))
    assert outbox.due_channels(tx, 100) == ("C2", "C1")
    assert [each.key for each in outbox.due_in(tx, "C2", 100, 9)] == ["b", "c"]
    assert outbox.waiting(tx) == 4
    assert outbox.next_due(tx) == 10


def test_nothing_to_say(tx: Tx) -> None:
    """An empty outbox, and a message that nobody needs any more."""
    assert (outbox.waiting(tx), outbox.next_due(tx), outbox.due_channels(tx, 100)) == (0, None, ())
    outbox.put(tx, outgoing())
    assert outbox.cancel(tx, "operation:1:card")
    assert not outbox.cancel(tx, "operation:1:card")
    assert outbox.waiting(tx) == 0
    assert outbox.get(tx, "nope") is None


def test_where_a_message_stands(tx: Tx) -> None:
    """By key to update it, by place to know what a thread is about; and it can be lost."""
    outbox.put(tx, outgoing())
    assert outbox.delivered(tx, "operation:1:card") is None
    sent(tx, "operation:1:card", ts="1.5", at=200)
    assert outbox.delivered(tx, "operation:1:card") == Delivered(channel="C1", ts="1.5", material="m", sent_at=200)
    found = outbox.at(tx, "C1", "1.5")
    assert found is not None
    assert found.subject == "operation:1"
    assert outbox.at(tx, "C2", "1.5") is None
    assert [each.key for each in outbox.of_subject(tx, "operation:1")] == ["operation:1:card"]
    assert (outbox.sent_since(tx, "C1", 199), outbox.sent_since(tx, "C1", 200)) == (1, 0)
    assert outbox.forget_delivered(tx, "operation:1:card")
    assert not outbox.forget_delivered(tx, "operation:1:card")
    assert outbox.delivered(tx, "operation:1:card") is None
