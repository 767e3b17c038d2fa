"""How Quarterdeck sees the one who asks: who, in which groups, and what they may do by which rule."""

from bot.domain.help import Grant, Whoami
from bot.domain.messages import Message
from bot.domain.people import Person, Standing
from bot.domain.terms import Unknown
from bot.views import kit
from bot.views.kit import Markup

STANDINGS: dict[Standing, str] = {
    Standing.MEMBER: "a member of this workspace",
    Standing.GUEST: "a guest: guests change nothing here",
    Standing.STRANGER: "from another workspace: nothing can be changed from there",
    Standing.OTHER_TEAM: "from another workspace: nothing can be changed from there",
    Standing.DEACTIVATED: "a deactivated account",
    Standing.BOT: "a bot: bots change nothing here",
    Standing.WORKFLOW: "a workflow: workflows change nothing here",
}


def whoami(found: Whoami) -> Message:
    """Private to whoever asked."""
    if isinstance(found.person, Unknown):
        line = kit.mark("Could not read who you are: {}", kit.inert(found.person.why, 200))
        return kit.message(
            kit.sentences(kit.said(line), "Nothing can be changed until that works"), [kit.section(line)]
        )
    person = found.person
    lines = [_who(person), *_groups(person), *map(_grant, found.grants)]
    if not any(grant.allowed for grant in found.grants):
        lines.append(Markup("No role lets you change anything. Reading is open to every member."))
    may = sorted({str(grant.permission) for grant in found.grants if grant.allowed})
    text = kit.sentences(
        f"You are {person.name}, {STANDINGS[person.standing]}",
        f"You may {', '.join(may)}" if may else "You may change nothing",
    )
    return kit.message(text, [kit.section(*lines, more="more rules")])


def _who(person: Person) -> Markup:
    identity = kit.code(f"{person.identity.team}/{person.identity.user}", 60)
    return kit.mark("You are {}, {} · {}", kit.bold(person.name, 60), STANDINGS[person.standing], identity)


def _groups(person: Person) -> list[Markup]:
    handles = sorted(group for group in person.groups if not (group[:1] == "S" and group.isupper()))
    read = kit.mark(" · read {}", kit.when(person.read_at)) if person.read_at else Markup("")
    groups = (
        kit.mark("Groups: {}", kit.listed([f"@{handle.lstrip('@')}" for handle in handles], 8))
        if handles
        else Markup("")
    )
    return [kit.mark("{}{}", groups, read)] if groups else []


def _grant(grant: Grant) -> Markup:
    word = "may" if grant.allowed else "may not"
    return kit.mark("• {} {} {} · {}", word, kit.bold(str(grant.permission)), grant.where, kit.code(grant.rule))
