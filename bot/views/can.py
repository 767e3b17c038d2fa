"""May somebody do something? Yes or no, and every rule that has a say."""

from collections.abc import Sequence

from bot.domain.explaining import Explained, Ground, Says
from bot.domain.messages import Message
from bot.domain.terms import Unknown
from bot.views import kit
from bot.views.kit import Markup
from bot.views.notices import notice

WORDS = {Says.GRANTS: "allows it", Says.FORBIDS: "forbids it, which wins", Says.ELSEWHERE: "allows it, but only in"}


def can(found: Explained, helpers: Sequence[str] = ()) -> Message:
    """Private to whoever asked."""
    verb = kit.bold(str(found.permission), 20)
    where = kit.mark("{} in {}", found.target.service, found.target.environment)
    who = kit.bold(found.person.name or found.person.identity.user, 60)
    answer = "Yes: {} may {} {}." if found.allowed else "No: {} may not {} {}."
    lines = [kit.mark(answer, who, verb, where), kit.inert(found.outside, 200), *map(_ground, found.grounds)]
    if not found.grounds and not found.outside:
        lines.append(_nothing(found))
    if not found.allowed and helpers:
        lines.append(kit.mark("Who may: {}", kit.join([kit.inert(each, 60) for each in helpers], ", ")))
    return notice(*lines)


def _ground(ground: Ground) -> Markup:
    channels = kit.join([kit.inert(f"#{name}", 60) for name in ground.channels], ", ")
    through = kit.inert(_through(ground.through), 60)
    says = kit.join([Markup(WORDS[ground.says]), channels if ground.says is Says.ELSEWHERE else Markup("")], " ")
    return kit.mark("• {} {} · through {}", kit.code(ground.rule, 80), says, through)


def _through(word: str) -> str:
    return "being a member" if word == "members" else word if word.startswith(("U", "W")) else f"@{word}"


def _nothing(found: Explained) -> Markup:
    if found.allowed:
        return kit.mark("• {}", kit.inert(found.rule, 80))
    return Markup("No role allows it, and what no role allows nobody may.")


def nobody(word: str, names: Sequence[str] = ()) -> Message:
    """Whom that means is not known, or it means several."""
    if names:
        several = kit.join([kit.code(name, 40) for name in names[:5]], ", ")
        return notice(kit.mark("{} are several people: name one by id, such as {}", kit.inert(word, 40), several))
    hint = kit.mark("Mention them, or give their id: profile → ⋮ → Copy member ID.")
    return notice(kit.mark("I do not know who {} is.", kit.inert(word, 40)), hint)


def unread(fact: Unknown) -> Message:
    """Slack did not say who that is."""
    return notice(kit.mark("Could not read {}: {}", kit.inert(fact.what, 60), kit.inert(fact.why, 200)))
