"""Where a change is live, environment by environment."""

from collections.abc import Sequence

from bot.domain.messages import Message
from bot.domain.terms import short
from bot.domain.whereabouts import Sighting, Whereabouts
from bot.views import kit
from bot.views.faces import WARNING
from bot.views.kit import Markup


def where(found: Sequence[Whereabouts], ref: str) -> Message:
    """One section for each service that has the change; a sentence where none has."""
    if not found:
        line = kit.mark("No repository here has {}.", kit.inert(_shown(ref), 60))
        hint = Markup("It may not be merged or pushed yet; a commit or another number may be what you look for.")
        return kit.message(kit.sentences(kit.said(line)), [kit.section(line, hint)])
    return kit.message(
        kit.sentences(*map(_spoken, found)), [kit.section(_title(each), *_lines(each)) for each in found]
    )


def _shown(ref: str) -> str:
    return ref if ref.startswith("#") else short(ref)


def _title(found: Whereabouts) -> Markup:
    name = kit.join([kit.inert(_shown(found.ref), 60), kit.inert(found.title, 80)], " ")
    return kit.join([kit.bold(found.service, 40), name, "" if found.merged else kit.mark("*not* merged")])


def _lines(found: Whereabouts) -> list[Markup]:
    if found.problem is not None:
        return [_unread(found.problem.what, found.problem.why)]
    return [_line(each) for each in reversed(found.sightings)]  # what people look for is at the end of the road


def _line(seen: Sighting) -> Markup:
    place = kit.inert(seen.target.environment, 40)
    if seen.problem is not None:
        return kit.mark("{}: {}", place, _unread(seen.problem.what, seen.problem.why))
    if not seen.serves:
        return kit.mark("{}: nothing is live yet", place)
    if not seen.live:
        return kit.mark("{}: not there, it serves {}", place, kit.rev(seen.serves))
    since = kit.when(seen.since)
    how_long = kit.mark("live since {}", since) if since else Markup("live")
    return kit.join(
        [
            kit.mark("{}: *{}*", place, how_long),
            Markup("or earlier: our record begins there") if seen.earlier and since else "",
            kit.mark("{} taken back by {}", Markup(WARNING.emoji), kit.inert(seen.taken_back, 20))
            if seen.taken_back
            else "",
        ]
    )


def _unread(what: str, why: str) -> Markup:
    return kit.mark("{} could not read {}: {}", Markup(WARNING.emoji), kit.inert(what, 80), kit.inert(why, 200))


def _spoken(found: Whereabouts) -> str:
    live = [each.target.environment for each in found.sightings if each.live and not each.taken_back]
    places = ", ".join(live) or "nowhere"
    return f"{_shown(found.ref)} of {found.service} is live in {places}"
