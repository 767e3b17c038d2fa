"""What an app or agent may propose: it never confirms, approves, bypasses or decides, whatever roles say."""

from bot.domain.people import Person, Standing
from bot.domain.roles import Place, Role, may
from bot.domain.terms import Permission, Target
from bot.domain.verdicts import Verdict

MAY_PROPOSE = frozenset({Standing.MEMBER, Standing.BOT})
"""Guests, strangers, workflows and deactivated accounts do not."""

OF_PEOPLE = frozenset({"member", "permission"})
"""Gates about whoever asks: they are asked of the person who confirms."""


def may_propose(
    person: Person, target: Target | None, roles: tuple[Role, ...], *, home_team: str, place: Place
) -> bool:
    """Whether this account of our own workspace holds `propose` there (None: anywhere)."""
    at_home = bool(home_team) and person.identity.team == home_team
    return at_home and person.standing in MAY_PROPOSE and may(person, Permission.PROPOSE, target, roles, place=place)[0]


def against(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """What speaks against a proposal, whoever would confirm it."""
    return tuple(each for each in verdicts if not each.passed and each.gate not in OF_PEOPLE)
