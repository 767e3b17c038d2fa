"""Who is who in Slack: persons with their standing, and the members of user groups."""

import re

from bot.domain.people import Person, Standing
from bot.domain.terms import MINUTE, Identity, Millis
from bot.errors import ChatError
from bot.ports import Clock
from bot.slack.client import Caller
from bot.slack.fields import Body, at, items, mapping, text, word
from bot.slack.flights import Flights

GROUPS_FRESH: Millis = 5 * MINUTE
_GROUP_ID = re.compile(r"S[A-Z0-9]{5,}")
_SLACKBOT = "USLACKBOT"


class People:
    """Reads persons and groups; identical questions that overlap are asked once."""

    def __init__(self, caller: Caller, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._persons: Flights[Body] = Flights()
        self._groups: Flights[frozenset[str]] = Flights()
        self._handles: dict[str, str] = {}
        self._handles_at: Millis = 0
        self._handle_lists: Flights[dict[str, str]] = Flights()

    async def person(self, user: str, team: str) -> Person:
        """Who that is, seen from our `team`, without groups."""
        answer = await self._persons.join(user, lambda: self._caller.read("users.info", user=user))
        found = mapping(answer.get("user"))
        if word(found, "id") != user:
            raise ChatError("user_not_found")
        return person_of(found, team, self._clock.now())

    async def members(self, group: str) -> frozenset[str]:
        """User ids in a group, by its id or handle; ChatError `group_not_found`, or `plan_upgrade_required` on free plans."""
        name = group.removeprefix("@")
        group_id = name if _GROUP_ID.fullmatch(name) else await self._group_id(name.lower())
        return await self._groups.join(group_id, lambda: self._read_members(group_id))

    async def _read_members(self, group_id: str) -> frozenset[str]:
        try:
            answer = await self._caller.read("usergroups.users.list", usergroup=group_id)
        except ChatError as error:
            if error.code in {"no_such_subteam", "subteam_not_found", "usergroup_not_found"}:
                raise ChatError("group_not_found") from None
            raise
        return frozenset(text(user, 60) for user in items(answer.get("users"))) - {""}

    async def _group_id(self, handle: str) -> str:
        """The group's id; a handle that is not in a fresh list does not exist."""
        if handle not in self._handles or abs(self._clock.now() - self._handles_at) > GROUPS_FRESH:
            self._handles = await self._handle_lists.join("usergroups", self._read_handles)
            self._handles_at = self._clock.now()
        if handle not in self._handles:
            raise ChatError("group_not_found")
        return self._handles[handle]

    async def _read_handles(self) -> dict[str, str]:
        answer = await self._caller.read("usergroups.list", include_disabled=False)
        groups = (mapping(group) for group in items(answer.get("usergroups")))
        return {word(group, "handle").lower(): word(group, "id") for group in groups if not group.get("date_delete")}

    def forget_groups(self) -> None:
        """A group changed: read the list again next time."""
        self._handles = {}

    async def close(self) -> None:
        """Cancel what is under way."""
        for flights in (self._persons, self._groups, self._handle_lists):
            await flights.close()


def person_of(user: Body, team: str, now: Millis) -> Person:
    """Slack's user object as we see it from our team; a user without a team of their own is not one of us."""
    profile = mapping(user.get("profile"))
    name = word(profile, "display_name") or word(profile, "real_name") or word(user, "real_name") or word(user, "name")
    return Person(
        identity=Identity(
            team=word(user, "team_id"),
            user=word(user, "id"),
            enterprise=word(user, "enterprise_user", "enterprise_id") or word(user, "enterprise_id"),
        ),
        name=name[:80],
        standing=standing_of(user, team),
        email=word(profile, "email"),
        zone=word(user, "tz"),
        read_at=now,
    )


def standing_of(user: Body, team: str) -> Standing:
    """What Slack says this user is; whatever is doubtful is not a member."""
    flags = (
        ("deleted", Standing.DEACTIVATED),
        ("is_workflow_bot", Standing.WORKFLOW),
        ("is_bot", Standing.BOT),
        ("is_connector_bot", Standing.BOT),
        ("is_stranger", Standing.STRANGER),
    )
    for flag, standing in flags:
        if user.get(flag):
            return standing
    if word(user, "id") == _SLACKBOT:
        return Standing.BOT
    if not team or team not in _teams(user):
        return Standing.OTHER_TEAM
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_invited_user"):
        return Standing.GUEST
    return Standing.MEMBER


def _teams(user: Body) -> set[str]:
    """The user's own team, and on a Grid every workspace of the organisation that they are in."""
    others = items(at(user, "enterprise_user", "teams"))
    return {word(user, "team_id"), *(text(other, 60) for other in others)}
