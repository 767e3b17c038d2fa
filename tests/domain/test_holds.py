"""After a restore: what an answer of a target does to its hold."""

import pytest

from bot.domain.facts import Live
from bot.domain.holds import ASK_AGAIN, Hold, answered, compared
from bot.domain.leases import Deployment
from bot.domain.policy import known_since_restore
from bot.domain.reasons import Reason
from bot.domain.terms import Action, Unknown
from tests.domain.test_operations import NEW, NOW, OLD, WEB
from tests.domain.test_policy import facts

HOLD = Hold(target=WEB, held_at=NOW, recorded=OLD)


def live(revision: str, said_by: str = "web itself") -> Live:
    """An answer."""
    return Live(revision=revision, said_by=said_by, at=NOW)


def test_what_agrees_is_released() -> None:
    """By itself, whoever recorded it."""
    after = compared(HOLD, live(OLD), None, at=NOW + 5)
    assert (after.released_at, after.released_by, after.differs) == (NOW + 5, "quarterdeck", False)


def test_what_differs_is_kept() -> None:
    """With what was seen; it is not asked again by itself."""
    after = compared(HOLD, live(NEW), None, at=NOW + 5)
    assert (after.released_at, after.seen, after.due(NOW + 10 * ASK_AGAIN)) == (0, NEW, False)
    assert after.words == "our record says a41c9e2, and it serves 5d2f0b7"


def test_what_was_observed_since_is_not_the_record() -> None:
    """Reading records what it sees: a person still has to look. What we deployed since is the record."""
    seen = Deployment(target=WEB, revision=NEW, since=NOW)
    assert compared(HOLD, live(NEW), seen, at=NOW).differs
    ours = Deployment(target=WEB, revision=NEW, since=NOW, operation=7)
    assert compared(HOLD, live(NEW), ours, at=NOW).released_at
    assert compared(HOLD, live(OLD), ours, at=NOW).differs


@pytest.mark.parametrize("answer", [
    None, live(""), live(OLD, "our record"), Unknown(what="it", why="no answer"),
])  # fmt: skip
def test_no_answer_releases_nothing(answer: Live | Unknown | None) -> None:
    """Our own record least of all; it is asked again after a while."""
    after = compared(HOLD, answer, None, at=NOW)
    assert (after.released_at, after.seen) == (0, "")
    assert after.why in {"no answer", "it cannot say what it serves"}
    assert (after.due(NOW + ASK_AGAIN - 1), after.due(NOW + ASK_AGAIN)) == (False, True)
    assert after.why in after.words
    assert answered(answer) is None


def test_words_before_it_was_asked() -> None:
    """And of a record that knew nothing."""
    assert HOLD.due(NOW)
    assert HOLD.words == "it has not been asked yet what it serves"
    unknown = compared(Hold(target=WEB, held_at=NOW), live(NEW), None, at=NOW)
    assert unknown.words == "our record says nothing, and it serves 5d2f0b7"


def test_the_gate() -> None:
    """New things are refused with a reason of their own; a rollback never is."""
    held = known_since_restore(facts(hold="it differs"))
    assert (held.passed, held.reason) == (False, Reason.RESTORED)
    assert known_since_restore(facts(hold="it differs", action=Action.ROLLBACK)).passed
    assert known_since_restore(facts()).passed
