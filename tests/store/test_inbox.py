"""The inbox: each delivery counts once, and its secrets do not outlive their use."""

from dataclasses import replace

from bot.domain.terms import MINUTE
from bot.store import Tx, inbox
from bot.store.inbox import InboxState
from tests.store.samples import delivery


def bare(key: str = "Ev1") -> object:
    sent = delivery(key)
    return replace(sent, invocation=replace(sent.invocation, response_url="", trigger=""))


def stored(tx: Tx) -> str:
    return "".join(row["delivery"] for row in tx.all("select delivery from inbox"))


def test_the_same_delivery_four_times_is_one(tx: Tx) -> None:
    """Retry headers, reconnects and restarts do not make a second one, not even after the end."""
    assert inbox.add(tx, delivery(), 10)
    assert not inbox.add(tx, delivery(retry=1), 11)
    assert inbox.get(tx, "Ev1") == delivery()
    inbox.start(tx, "Ev1", 12)
    assert not inbox.add(tx, delivery(retry=2), 13)
    assert inbox.finish(tx, "Ev1", 14, "answered")
    assert not inbox.add(tx, delivery(retry=3), 15)
    assert not inbox.finish(tx, "Ev1", 16)
    assert inbox.state(tx, "Ev1") is InboxState.DONE
    assert inbox.state(tx, "Ev2") is None


def test_what_was_begun_before_a_crash_is_begun_again(tx: Tx) -> None:
    """Unfinished ones come back oldest first, whole, and count their tries."""
    for key, at in (("b", 20), ("a", 10), ("c", 30)):
        inbox.add(tx, delivery(key), at)
    assert inbox.start(tx, "b", 21) == delivery("b")
    inbox.finish(tx, "c", 31)
    assert [each.key for each in inbox.unfinished(tx)] == ["a", "b"]
    assert [each.key for each in inbox.unfinished(tx, limit=1)] == ["a"]
    assert inbox.waiting(tx) == 2
    assert inbox.start(tx, "b", 40) == delivery("b")
    assert tx.all("select tries from inbox where key = 'b'") == [{"tries": 2}]


def test_what_is_done_or_void_is_not_begun(tx: Tx) -> None:
    """Nothing comes of a delivery whose sender was told that nothing was recorded."""
    inbox.add(tx, delivery("done"), 1)
    inbox.add(tx, delivery("void"), 1)
    inbox.finish(tx, "done", 2)
    assert inbox.void(tx, "void", 2)
    assert not inbox.void(tx, "void", 3)
    assert not inbox.void(tx, "never seen")
    for key in ("done", "void", "never seen"):
        assert inbox.start(tx, key, 3) is None
    assert inbox.state(tx, "void") is InboxState.VOID


def test_secrets_are_erased_at_the_end(tx: Tx) -> None:
    """response_url and trigger are gone from the row; the rest stays for the record."""
    inbox.add(tx, delivery("done"), 1)
    inbox.add(tx, delivery("void"), 1)
    assert "secret" in stored(tx)
    inbox.finish(tx, "done", 2)
    inbox.void(tx, "void", 2)
    assert "secret" not in stored(tx)
    assert inbox.get(tx, "done") == bare("done")


def test_secrets_are_erased_when_they_are_of_no_use_any_more(tx: Tx) -> None:
    """After half an hour Slack no longer honours them, finished or not; the delivery stays to be dealt with."""
    for n in range(3):
        inbox.add(tx, delivery(f"k{n}"), n)
    assert inbox.erase_secrets(tx, 30 * MINUTE - 1) == 0
    assert inbox.erase_secrets(tx, 30 * MINUTE + 1, limit=1) == 1
    assert inbox.erase_secrets(tx, 30 * MINUTE + 1) == 1
    assert inbox.erase_secrets(tx, 31 * MINUTE) == 1
    assert inbox.erase_secrets(tx, 31 * MINUTE) == 0
    assert "secret" not in stored(tx)
    assert inbox.start(tx, "k0", 40 * MINUTE) == bare("k0")
