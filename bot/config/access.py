"""Who may do what, and who is who."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.names import Channel, PermissionWord, Reference, Who
from bot.config.section import Section
from bot.config.values import Duration, Text, Within, wrong


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise wrong("an empty list covers nothing", "leave the key out to cover all, or name some")
    return values


def _people(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise wrong("nobody has this role", "name people: [U02ADA, engineering, members]")
    return values


Scope = Annotated[tuple[Reference, ...], AfterValidator(_some)]


class RoleSection(Section):
    """People, and what they may do where. Nothing is allowed that no role allows; any `may_not` wins over every `may`."""

    people: Annotated[tuple[Who, ...], AfterValidator(_people)] = Field(
        description="Who has the role: user ids, handles of user groups, or members (every full member; never a guest)."
    )
    may: tuple[PermissionWord, ...] = Field(
        default=(), description="What they may do. Reading is allowed to every member."
    )
    may_not: tuple[PermissionWord, ...] = Field(
        default=(), description="What they may not do, whatever other roles say."
    )
    services: Scope | None = Field(default=None, description="Only these services. Unless set: all.")
    environments: Scope | None = Field(default=None, description="Only these environments. Unless set: all.")
    teams: Scope | None = Field(default=None, description="Only the services of these teams. Unless set: all.")
    channels: Annotated[tuple[Channel, ...], AfterValidator(_some)] | None = Field(
        default=None,
        description="What the role allows, it allows only in these channels; what it forbids is forbidden everywhere. Unless set: all.",
    )


class PersonSection(Section):
    """What else a person is called; needed only where Slack's e-mail address does not already match."""

    email: Text | None = Field(default=None, description="The address that their commits carry.")
    github: Text | None = Field(
        default=None, description="Their account on the forge: whoever wrote a change does not approve it."
    )
    unix: Text | None = Field(
        default=None, description="Their login name on the bot's machine, for commands typed there."
    )


class LimitsSection(Section):
    """How often one person may ask for the same target; a rollback is never held by it."""

    asks: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=20, description="How many plans one person may ask for, for one target, within that time. 0: no limit."
    )
    within: Annotated[Duration, Within("1m", "1d")] = Field(
        default=Duration.read("10m"), description="The time in which they are counted."
    )
