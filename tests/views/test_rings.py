"""What rings: the table, and the messages that are made by it."""

import pytest

from bot.domain.messages import Message
from bot.domain.operations import Operation, State
from bot.domain.terms import MINUTE, SECOND
from bot.views import kit, replies
from bot.views.rings import WHAT_RINGS, Form, Moment, Ring, Whom, moment_of, ring_of
from bot.views.samples import NOON, Samples
from tests.support.text import plain

WORDS = Samples()
OWNERS = ("<!subteam^S01WEB>", "<@U02GRACE>")


def test_the_table() -> None:
    """Every moment has its form and its addressee; steps, logs and edits ring nobody."""
    assert {
        Moment.FINISHED_WELL: Ring(form=Form.REPLY, whom=Whom.ASKER),
        Moment.FAILED: Ring(form=Form.BROADCAST, whom=Whom.ASKER_AND_OWNERS),
        Moment.ROLLED_BACK: Ring(form=Form.BROADCAST, whom=Whom.ASKER_AND_OWNERS),
        Moment.UNKNOWN: Ring(form=Form.REPLY, whom=Whom.ASKER_THEN_OWNERS, after=2 * MINUTE, again_after=10 * MINUTE),
        Moment.DECISION_NEEDED: Ring(form=Form.REPLY, whom=Whom.ASKER_THEN_OWNERS, again_after=10 * MINUTE),
        Moment.APPROVAL_WANTED: Ring(form=Form.CARD, whom=Whom.APPROVERS),
        Moment.YOUR_TURN: Ring(form=Form.DIRECT, whom=Whom.THAT_PERSON),
        Moment.STEP: Ring(form=Form.REPLY, whom=Whom.NOBODY),
        Moment.LOG: Ring(form=Form.REPLY, whom=Whom.NOBODY),
        Moment.EDIT: Ring(form=Form.EDIT, whom=Whom.NOBODY),
    } == WHAT_RINGS


def test_an_edit_never_calls_anybody() -> None:
    """An edit does not notify, so it must not carry what somebody has to hear."""
    assert all(ring.whom is Whom.NOBODY for ring in WHAT_RINGS.values() if ring.form is Form.EDIT)


@pytest.mark.parametrize("state", [State.QUEUED, State.TRIGGERING, State.RUNNING, State.VERIFYING, State.ROLLING_BACK])
def test_ordinary_progress_is_an_edit(state: State) -> None:
    """Nothing is said while everything goes on."""
    assert moment_of(WORDS.operation(state)) is Moment.EDIT
    assert replies.ringing(WORDS.operation(state)) is None


def test_under_thirty_seconds_nobody_is_called() -> None:
    """Whoever asked is still looking."""
    quick = WORDS.operation(State.SUCCEEDED, started_at=NOON, finished_at=NOON + 29 * SECOND)
    slow = quick.but(finished_at=NOON + 31 * SECOND)
    assert (ring_of(quick).whom, ring_of(slow).whom) == (Whom.NOBODY, Whom.ASKER)
    assert plain(said(quick)) == "Live."
    assert plain(said(slow)) == "Live. @U02ADA"


def said(operation: Operation, owners: tuple[str, ...] = ()) -> Message:
    message = replies.ringing(operation, owners=owners, names=WORDS.names)
    assert message is not None
    return message


@pytest.mark.parametrize("state", [State.FAILED, State.ROLLED_BACK])
def test_bad_news_is_also_sent_to_the_channel(state: State) -> None:
    """Failed and rolled back: broadcast, and the owners are called with the asker."""
    message = said(WORDS.operation(state), OWNERS)
    assert message.broadcast
    assert plain(message).splitlines()[-1] == "@U02ADA @S01WEB @U02GRACE"


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.UNKNOWN, State.NEEDS_HUMAN, State.REJECTED, State.EXPIRED])
def test_other_news_stays_in_the_thread(state: State) -> None:
    """Only the asker is called, and only in the thread."""
    message = said(WORDS.operation(state), OWNERS)
    assert not message.broadcast
    assert "@U02ADA" in plain(message)
    assert "@S01WEB" not in plain(message)


def test_the_owners_are_called_when_it_lasts() -> None:
    """Outcome unknown or a decision needed: ten minutes later the owners are asked too."""
    operation = WORDS.operation(State.NEEDS_HUMAN)
    first = replies.asks_for_help(operation, owners=OWNERS, later=False)
    second = replies.asks_for_help(operation, owners=OWNERS, later=True)
    assert "@S01WEB" not in plain(first)
    assert "@U02ADA @S01WEB @U02GRACE" in plain(second)


def test_an_owner_who_asked_is_called_once() -> None:
    """Nobody is named twice in one line."""
    calls = replies.called(WORDS.operation(State.FAILED), ["<@U02ADA>", "<@U02GRACE>"])
    assert calls == [kit.mention("U02ADA"), kit.mention("U02GRACE")]


def test_an_owner_that_is_no_mention_is_text() -> None:
    """What is not a mention cannot become one."""
    assert replies.called(WORDS.operation(State.FAILED), ["<!channel>"])[1] == "&lt;!channel&gt;"
