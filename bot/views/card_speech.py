"""A card's `text`: one to three plain sentences, what, where and outcome first."""

from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import Action, short
from bot.views import kit
from bot.views.card_lines import gone_line, second_line
from bot.views.faces import face_of, place

_TOLD = {State.REJECTED, State.FAILED, State.NEEDS_HUMAN, State.UNKNOWN}
"""Where the note is the news: it is not cut to the width of the card."""
_ENDED = {State.SUCCEEDED, State.FAILED, State.ROLLED_BACK, State.CANCELLED}


def card_text(operation: Operation, names: kit.Names) -> str:
    """What a lock screen shows."""
    return kit.sentences(_outcome(operation, names), *_besides(operation), _claim(operation), _asker(operation, names))


def _outcome(operation: Operation, names: kit.Names) -> str:
    start = f"{face_of(operation).word}: {place(operation.target)}"
    at, of, name = operation.progress
    if operation.state is State.FAILED and at and operation.reason == Reason.RUN_FAILED:
        step = f"at step {at} of {of}" if of >= at else f"at step {at}"
        return ", ".join(filter(None, [start, step, kit.spoken(name, 40)]))
    if operation.state is State.SUCCEEDED:
        return f"{start}, version {short(operation.revision)}"
    if operation.state in _TOLD and operation.note:
        return f"{start}. {kit.spoken(operation.note, 200)}"
    return f"{start}. {kit.said(second_line(operation, names))}"


def _besides(operation: Operation) -> list[str]:
    if operation.state not in _ENDED:
        return []
    if operation.state is State.SUCCEEDED and operation.action is not Action.ROLLBACK:
        return [f"{kit.plural(operation.changes, 'change')} arrived" if operation.changes else ""]
    gone = gone_line(operation) if operation.action is Action.ROLLBACK or operation.state is State.ROLLED_BACK else ""
    if gone and operation.state in {State.SUCCEEDED, State.ROLLED_BACK}:
        return [kit.said(gone)]
    return [_served(operation)]


def _claim(operation: Operation) -> str:
    return f"Not claimed: {kit.spoken(operation.unclaimed, 90)}" if operation.unclaimed else ""


def _served(operation: Operation) -> str:
    if operation.serving:
        still = "still " if operation.serving == operation.previous else ""
        return f"Version {short(operation.serving)} is {still}serving"
    return "" if operation.effect is Effect.NONE else "What is served now could not be asked"


def _asker(operation: Operation, names: kit.Names) -> str:
    named = names.get(operation.who.user, "")
    began = "Started" if operation.started_at else "Asked for"
    return f"{began} by {kit.spoken(named, 24)}" if named else ""
