"""Short notices: what was not recorded, what broke, what came too late, who has to be invited."""

from collections.abc import Iterable, Sequence

from bot.domain.messages import Message, View
from bot.domain.operations import Operation
from bot.domain.plans import Offer
from bot.domain.terms import Millis, Target
from bot.views import kit
from bot.views.faces import face_of, place
from bot.views.kit import Markup
from bot.views.offers import suggestion_buttons


def notice(*lines: Markup, offers: Iterable[Offer] = ()) -> Message:
    """A few lines and suggestions; `text` is what the lines say."""
    return kit.message(
        kit.sentences(*map(kit.said, lines)), [kit.section(*lines), kit.actions(suggestion_buttons(offers))]
    )


def not_recorded(ref: str) -> Message:
    """The database could not be written: nothing was done, and whoever asked has to ask again."""
    return notice(kit.mark("Not recorded, nothing was done (ref {}). Try again in a minute.", kit.code(ref, 40)))


def too_many() -> Message:
    """Somebody has more under way than anybody can mean: this one was not taken."""
    return notice(Markup("You have too much under way: this was not taken, nothing was done. Ask again in a minute."))


def broke(ref: str, *, done: str = "") -> Message:
    """A bug: the traceback is in the log under the same reference; `done` says what is known to have happened."""
    line = kit.mark("Something broke (ref {}). It is in the log under this reference.", kit.code(ref, 40))
    return notice(line, kit.sentence(done))


def looking(what: str = "") -> Message:
    """The answer in the ack, while facts are read."""
    return notice(kit.mark("Looking{}…", kit.mark(" at {}", what) if what else Markup("")))


def window_gone(command: str) -> Message:
    """A form that cannot be opened or answered any more: what to type instead."""
    return notice(kit.mark("That window has gone. Type {}", kit.code(command, 200)))


def window_gone_view(command: str) -> View:
    """The same inside the window."""
    line = kit.mark("This window is from before a restart. Close it and type {}", kit.code(command, 200))
    return kit.modal("Quarterdeck", [kit.section(line)], name="gone")


def too_old(command: str = "") -> Message:
    """A button that does nothing any more."""
    hint = kit.mark("Ask again: {}", kit.code(command, 200)) if command else Markup("")
    return notice(Markup("That button is too old: nothing was done."), hint)


def for_somebody_else(name: str) -> Message:
    """A button that was made for one person."""
    return notice(kit.mark("Only {} can press that: nothing was done.", kit.inert(name, 40)))


def nothing_to_stop(target: Target) -> Message:
    """`stop` where nothing runs."""
    return notice(
        kit.mark("Nothing is running in {} of {}: there is nothing to stop.", target.environment, target.service)
    )


def too_late_to_stop(operation: Operation, *, command: str = "/ops") -> Message:
    """`stop` where stopping is not possible any more, and what is."""
    back = kit.code(f"{command} rollback {operation.target.service} {operation.target.environment}", 160)
    state = face_of(operation).word.lower()
    return notice(kit.mark("{} is {}: it cannot be stopped now. {}", kit.number_of(operation.id), state, back))


def stopping(operation: Operation) -> Message:
    """A stop was asked for; its end is seen on the card."""
    return notice(kit.mark("Asked to stop {}. How it ends shows on its card.", kit.number_of(operation.id)))


def withdrawn(operation: Operation) -> Message:
    """Taken out before it started."""
    return notice(kit.mark("{} was taken out: nothing was started.", kit.number_of(operation.id)))


def decided(operation: Operation) -> Message:
    """A decision was recorded."""
    return notice(kit.mark("Recorded: {} is {}.", kit.number_of(operation.id), face_of(operation).word.lower()))


def second_wanted(operation: Operation, *, again: bool = False) -> Message:
    """A first word was kept, or (`again`) somebody said twice what takes two people."""
    said = "You have said so already" if again else "Kept"
    ask = Markup("Its thread has a button for them. Nothing is freed until then.")
    return notice(
        kit.mark("{}: that {} never started takes a second person in production.", said, kit.number_of(operation.id)),
        ask,
    )


def not_allowed(sentence: str, who: Sequence[str] = ()) -> Message:
    """No right to do that, and whom to ask."""
    ask = (
        kit.mark("Ask {}.", kit.sentence(", ".join(who), who))
        if who
        else Markup("An operator has to add you to a role.")
    )
    return notice(kit.sentence(sentence, who), ask)


def declined(target: Target) -> Message:
    """Not now."""
    return notice(kit.mark("Not now: nothing was started for {} → {}.", target.service, target.environment))


def adopted(target: Target, revision: str) -> Message:
    """What is live was recorded as known to be good."""
    return notice(
        kit.mark("Recorded: {} is live and good in {} of {}.", kit.rev(revision), target.environment, target.service)
    )


def invite_hint(channel: str, *, bot: str = "quarterdeck") -> Message:
    """The card could not be posted there: the exact words that help. The asker has the card meanwhile."""
    where = kit.channel(channel)
    line = kit.mark("I cannot post in {}. Type there: {}", where, kit.code(f"/invite @{bot}", 80))
    return notice(line, Markup("Until then you get the card here."))


def back_again(away_from: Millis, until: Millis, *, lines: Sequence[str] = ()) -> Message:
    """Quarterdeck was away: since when, and what became of what was running or arrived meanwhile."""
    title = kit.mark("Quarterdeck was away from {} to {}.", kit.when(away_from), kit.when(until))
    text = kit.sentences(f"Quarterdeck was away for {kit.duration(until - away_from)}", *lines)
    return kit.message(text, [kit.section(title, *map(kit.sentence, lines))])


def arrived_late(command: str, *, late_by: Millis) -> Message:
    """A command that reached us too long after it was typed to be carried out unseen."""
    line = kit.mark("This reached me {} late, so nothing was done: {}", kit.duration(late_by), kit.code(command, 200))
    return notice(line, Markup("Type it again if you still want it."))


def already_running(operation: Operation, *, names: kit.Names = kit.NO_NAMES) -> Message:
    """The same thing is being done already."""
    who, what = kit.name_of(operation.who, names), place(operation.target)
    return notice(kit.mark("{} has started {} already: you are both on {}.", who, what, kit.number_of(operation.id)))


def nothing_again() -> Message:
    """`again` without anything before it."""
    return notice(Markup("There is nothing to do again: you have not planned anything yet."))


def unreachable(what: str, why: str) -> Message:
    """Something outside could not be read, so there is no answer."""
    return notice(
        kit.mark("Could not read {}: {}", kit.inert(what, 80), kit.inert(why, 200)), Markup("Nothing was started.")
    )
