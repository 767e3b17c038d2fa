"""The second line of a card, and what stands below it: the one thing to know now, state by state."""

from collections.abc import Callable

from bot.domain.operations import Effect, Operation, State
from bot.domain.reasons import Reason
from bot.domain.terms import Action
from bot.views import kit
from bot.views.health import below_paused, below_watching, kept_out, watching_line, what_failed, what_followed
from bot.views.kit import Markup

MOST_TRIES = 5
WIDE = 90  # characters of the lines below the second


def second_line(operation: Operation, names: kit.Names) -> Markup:
    """Line 2, at most 60 characters."""
    return kit.fit([_SECOND[operation.state](operation, names)], kit.limits.LINE_2)


def _note_or(words: str) -> Callable[[Operation, kit.Names], Markup]:
    def line(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
        return kit.inert(operation.note or words, kit.limits.LINE_2)

    return line


def _awaiting(operation: Operation, names: kit.Names) -> Markup:
    """Ada asks @backend-leads for 1 approval."""
    if not operation.deadline_at:
        return kit.inert(operation.note or "Waits for an approval", kit.limits.LINE_2)
    start = kit.mark("{} asks", kit.inert(kit.name_of(operation.who, names), 16))
    return kit.mark("{} {}", start, kit.inert(operation.note, kit.room(start, kit.limits.LINE_2) - 1))


def _starting(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    if operation.attempt > 1:
        return kit.mark("Asked again to start, try {} of {}", operation.attempt, MOST_TRIES)
    return Markup("Asked to start, waiting for the answer")


def _running(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    at, of, name = operation.progress
    if not at:
        return kit.inert(operation.note or "Started, no step reported yet", kit.limits.LINE_2)
    step = kit.mark("Step {} of {}", at, of) if of >= at else kit.mark("Step {}", at)
    return _behind(step, name)


def _behind(start: Markup, untrusted: str) -> Markup:
    """`start: untrusted` within line 2."""
    if not kit.clean(untrusted):
        return start
    room = kit.room(start, kit.limits.LINE_2) - 2
    return kit.mark("{}: {}", start, kit.inert(untrusted, room))


def _verifying(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    if operation.watch_since:
        return watching_line(operation)
    if operation.serving and operation.serving != operation.revision:
        return kit.mark("Still serving {}, not yet {}", kit.rev(operation.serving), kit.rev(operation.revision))
    if operation.serving:
        return kit.fit([kit.mark("Serving {}", kit.rev(operation.serving)), operation.note], kit.limits.LINE_2)
    return kit.inert(operation.note or "The run ended well; asking what is served now", kit.limits.LINE_2)


def _stopping(operation: Operation, names: kit.Names) -> Markup:
    if operation.stop_asked_by is None:
        return Markup("Asked to stop, waiting for the run to end")
    return kit.mark(
        "{} asked to stop, waiting for the run to end", kit.cap(kit.name_of(operation.stop_asked_by, names), 16)
    )


def _taken_over(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    if operation.child_id:
        return kit.mark("Taken over by {}", kit.number_of(operation.child_id))
    return kit.inert(operation.note or "A newer one took its place", kit.limits.LINE_2)


def _rolled_back(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    by = kit.mark("by {}", kit.number_of(operation.child_id)) if operation.child_id else Markup("")
    if not operation.serving:
        return kit.join([Markup("Taken back"), by], " ")
    return kit.join([kit.mark("Serving {} again", kit.rev(operation.serving)), by])


def _live(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    checked = _checked(operation)
    if operation.action is Action.ROLLBACK:
        served = "Serving {} again" if operation.verified else "To {}, not verified"
        healthy = _checked(operation) if 0 < operation.bake <= operation.healthy_for else ""
        return kit.fit([kit.mark(served, kit.rev(operation.revision)), took(operation), healthy], kit.limits.LINE_2)
    changes = kit.plural(operation.changes, "change") if operation.changes else ""
    return kit.fit([changes, took(operation), checked], kit.limits.LINE_2) or Markup("Done")


def _checked(operation: Operation) -> str:
    """What stands behind a word like live: its health, or at least its own answer."""
    if operation.verified and 0 < operation.bake <= operation.healthy_for:
        return f"healthy for {kit.duration(operation.healthy_for)}"
    return f"{kit.middle(operation.target.service, 18)} itself says so" if operation.verified else ""


def took(operation: Operation) -> str:
    """took 3 min; nothing where it never started."""
    if not operation.started_at or operation.finished_at < operation.started_at:
        return ""
    return f"took {kit.duration(operation.finished_at - operation.started_at)}"


def _failed(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    if operation.reason == Reason.UNHEALTHY:
        return what_failed(operation)
    at, _, name = operation.progress
    if not at or operation.reason != Reason.RUN_FAILED:
        return kit.inert(operation.note or "The run failed and did not say why", kit.limits.LINE_2)
    step = kit.join([kit.mark("At step {}", at), kit.inert(name, 20)], ", ")
    return _behind(step, operation.note)


def _stopped(operation: Operation, names: kit.Names) -> Markup:
    if operation.stop_asked_by is None:
        return kit.inert(operation.note or "Stopped at the provider, not from here", kit.limits.LINE_2)
    return kit.fit(
        [kit.mark("Stopped by {}", kit.name_of(operation.stop_asked_by, names)), operation.note], kit.limits.LINE_2
    )


def _rejected(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    return Markup("A rule said no when it was about to start")


def _paused(operation: Operation, names: kit.Names) -> Markup:  # noqa: ARG001 (one shape for all states)
    if operation.reason == Reason.IRREVERSIBLE:
        return Markup("It failed, and going back may not undo it all")
    return Markup("Nobody can say whether it is healthy")


_SECOND: dict[State, Callable[[Operation, kit.Names], Markup]] = {
    State.AWAITING_APPROVAL: _awaiting,
    State.QUEUED: _note_or("Waiting for its turn"),
    State.TRIGGERING: _starting,
    State.RUNNING: _running,
    State.VERIFYING: _verifying,
    State.UNKNOWN: _note_or("We asked to start and got no answer"),
    State.PAUSED: _paused,
    State.CANCELLING: _stopping,
    State.ROLLING_BACK: _taken_over,
    State.NEEDS_HUMAN: _note_or("Nobody can say what became of it"),
    State.SUCCEEDED: _live,
    State.FAILED: _failed,
    State.ROLLED_BACK: _rolled_back,
    State.CANCELLED: _stopped,
    State.REJECTED: _rejected,
    State.EXPIRED: _note_or("Nobody decided in time; nothing was started"),
    State.SUPERSEDED: _taken_over,
}


def lines_below(operation: Operation, looked_at: tuple[str, ...] = ()) -> list[Markup]:
    """What a reader must know besides, where it went wrong or was taken back; no lines otherwise."""
    return [
        line for line in (*_BELOW.get(operation.state, _nothing)(operation, looked_at), not_claimed(operation)) if line
    ]


def not_claimed(operation: Operation) -> Markup:
    """Nobody can be sure that only one run carried it out: said loudly, for ever."""
    return kit.mark("⚠️ Not claimed: {}", kit.inert(operation.unclaimed, WIDE)) if operation.unclaimed else Markup("")


def _nothing(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape for all states)
    return []


def _below_awaiting(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:
    until = kit.mark("Until {}", kit.when(operation.deadline_at)) if operation.deadline_at else Markup("")
    change = kit.inert(operation.change_line, WIDE) if operation.change_line else Markup("")
    return [until, change, *(kit.inert(line, WIDE) for line in looked_at)]


def _below_unknown(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:
    service, environment = kit.middle(operation.target.service, 24), kit.middle(operation.target.environment, 20)
    waiting = kit.mark("Other deploys to {} · {} wait. Nothing will be started twice.", service, environment)
    return [waiting, *_seen(operation, looked_at)]


def _below_decision(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:
    return _seen(operation, looked_at)


def _seen(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:
    places = [kit.inert(what, 80) for what in looked_at[:4] if what != operation.note]
    seen = [kit.mark("Looked at: {}", kit.join(places, "; "))] if places else []
    return [*seen, serving_line(operation, unasked=False)]


def _below_live(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    if operation.action is Action.ROLLBACK:
        return _taken_back(operation)
    why = "" if operation.verified else operation.note or "nothing is set up that could say what is served"
    return [kit.mark("Not verified: {}", kit.inert(why, WIDE))] if why else []


def _taken_back(operation: Operation) -> list[Markup]:
    why = kit.mark("Why: {}", kit.inert(operation.because, WIDE)) if operation.because else Markup("")
    over = kit.mark("It took over from {}.", kit.number_of(operation.parent_id)) if operation.parent_id else Markup("")
    return [why, gone_line(operation), over, *kept_out(operation)]


def _below_rolled_back(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    why = kit.mark("Why: {}", kit.inert(operation.note, WIDE)) if operation.note else Markup("")
    return [why, gone_line(operation), *kept_out(operation)]


def _below_verifying(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    return below_watching(operation)


def _below_paused(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    return below_paused(operation)


def gone_line(operation: Operation) -> Markup:
    """No longer live: #412, #415 and 4 more. By change, never by person."""
    gone = operation.change_line or (kit.plural(operation.changes, "change") if operation.changes else "")
    return kit.mark("No longer live: {}", kit.inert(gone, WIDE)) if gone else Markup("")


def _below_failed(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    served = serving_line(operation, unasked=operation.effect is not Effect.NONE)
    return [what_followed(operation), served, effect_line(operation)]


def _below_stopped(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    if operation.effect is Effect.NONE and not operation.run:
        return []
    return [serving_line(operation, unasked=True), effect_line(operation)]


def _below_rejected(operation: Operation, looked_at: tuple[str, ...]) -> list[Markup]:  # noqa: ARG001 (one shape)
    return [kit.inert(operation.note, 400), Markup("Nothing was started.")]


def serving_line(operation: Operation, *, unasked: bool) -> Markup:
    """Still serving a41c9e2 (web itself says so, 14:06): what is served, who said it, and when."""
    if not operation.serving:
        return Markup("What is served now could not be asked.") if unasked else Markup("")
    verb = "Still serving" if operation.serving == operation.previous else "Serving"
    service = kit.middle(operation.target.service, 30)
    said = kit.join([kit.mark("{} itself says so", service), kit.when(operation.serving_at)], ", ")
    return kit.mark("{} {} ({})", verb, kit.rev(operation.serving), said)


def effect_line(operation: Operation) -> Markup:
    """How much of it was carried out, as far as anybody knows."""
    if operation.effect is Effect.PARTIAL:
        name = operation.progress[2]
        step = kit.mark("The step {}", kit.inert(name, 30)) if name else Markup("It")
        return kit.mark("{} may have run in part.", step)
    if operation.effect is Effect.UNKNOWN:
        return Markup("How far it got is not known.")
    return Markup("Nothing was started.") if operation.effect is Effect.NONE and not operation.run else Markup("")


_BELOW: dict[State, Callable[[Operation, tuple[str, ...]], list[Markup]]] = {
    State.AWAITING_APPROVAL: _below_awaiting,
    State.VERIFYING: _below_verifying,
    State.PAUSED: _below_paused,
    State.UNKNOWN: _below_unknown,
    State.NEEDS_HUMAN: _below_decision,
    State.SUCCEEDED: _below_live,
    State.FAILED: _below_failed,
    State.ROLLED_BACK: _below_rolled_back,
    State.CANCELLED: _below_stopped,
    State.REJECTED: _below_rejected,
}
