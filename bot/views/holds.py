"""Targets that are held since the database was restored: one message with what is known of each, and what a release came to."""

from collections.abc import Mapping, Sequence

from bot.domain.holds import Hold
from bot.domain.messages import Block, Message
from bot.domain.plans import Offer
from bot.domain.terms import Millis, Target
from bot.views import kit
from bot.views.kit import Markup
from bot.views.notices import notice

SHOWN = 20


def held(found: Sequence[Hold], rights: Mapping[Target, Sequence[Offer]], *, since: Millis) -> Message:
    """`found` are those that are still held; the first few that have been asked get a button, the others follow."""
    if not found:
        done = kit.mark("Since the restore at {} every target was compared or released.", kit.when(since))
        text = kit.sentences("Nothing is held any more since the database was restored")
        return kit.message(text, [kit.section(done)], material=["none"])
    title = kit.mark("🔒 *Held since the restore* at {}: {}", kit.when(since), kit.plural(len(found), "target"))
    lines = [_line(each) for each in found[:SHOWN]]
    more = [kit.mark("+ {} more", len(found) - SHOWN)] if len(found) > SHOWN else []
    shown = [(each, right) for each in found for right in rights.get(each.target, ())][: kit.limits.BUTTONS]
    says = Markup("Nothing new goes there until it is known what they serve. A rollback is never held.")
    blocks = [
        kit.section(title, *lines, *more),
        kit.context(says),
        kit.actions(_button(each, right) for each, right in shown),
    ]
    text = kit.sentences(
        f"Held since the database was restored: {kit.plural(len(found), 'target')}",
        "Nothing new goes there until it is known what they serve",
    )
    material = [[(each.target, each.seen, each.why) for each in found], [right.id for _, right in shown]]
    return kit.message(text, blocks, material=material)


def _line(hold: Hold) -> Markup:
    service, environment = kit.middle(hold.target.service, 24), kit.middle(hold.target.environment, 20)
    return kit.mark("• {} → {}: {}", service, environment, kit.inert(hold.words, 160))


def _button(hold: Hold, right: Offer) -> Block:
    service, environment = (
        kit.middle(kit.bare(hold.target.service), 20),
        kit.middle(kit.bare(hold.target.environment), 14),
    )
    return kit.button(right, f"Release {service} {environment}", accessible=f"Release {service} in {environment}")


def released(target: Target, live: str) -> Message:
    """Somebody released a target; `live` is what was recorded."""
    if live:
        line = kit.mark(
            "{} → {} is free again. Recorded: it serves {}.", target.service, target.environment, kit.rev(live)
        )
        return notice(line)
    line = kit.mark("{} → {} is free again. What it serves could not be asked.", target.service, target.environment)
    return notice(line)


def not_held(target: Target) -> Message:
    """Somebody was first."""
    return notice(kit.mark("{} → {} is not held any more.", target.service, target.environment))


def moved(target: Target, live: str) -> Message:
    """It serves something else than the button was about."""
    line = kit.mark("Not released: {} → {} serves {} by now.", target.service, target.environment, kit.rev(live))
    return notice(line, Markup("Look at the message again, and release it if that is right."))
