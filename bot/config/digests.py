"""Digests as they are written, and what becomes of none: each service's channel gets a quiet one on workdays."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table

from pydantic import Field

from bot.config.access import Scope
from bot.config.configuration import Service, Team
from bot.config.freezing import Window, windows
from bot.config.names import Channel, UserId
from bot.config.nodes import Mapping, Node
from bot.config.outline import Named
from bot.config.reading import Reader
from bot.config.roles import Scopes
from bot.config.section import Section
from bot.config.values import Text, Zone
from bot.domain import schedules
from bot.domain.digests import USUAL, USUAL_AT, USUAL_DAYS, Digest, Part, Why

TEAM = "team"
_TIMES = 'write at: "09:30" and days: mon-fri, or cron: "30 9 * * 1-5" (0 and 7 are Sunday)'


class DigestScope(Section):
    """What a digest tells of, or for whom."""

    services: Scope | None = Field(default=None, description="Only these services. Unless set: all.")
    teams: Scope | None = Field(default=None, description="Only the services of these teams. Unless set: all.")
    person: UserId | None = Field(default=None, description="A person who gets it as a direct message.")


class DigestSection(Section):
    """A summary that comes by itself."""

    for_: DigestScope = Field(
        default=DigestScope(), alias="for", description="What it tells of. Unless set: everything."
    )
    channel: Channel | None = Field(
        default=None, description="Where it is posted: a channel, or `team` for each team's own channel and services."
    )
    at: Text | None = Field(default=None, description='When: a time of the day, as "09:30".')
    days: Text = Field(default=USUAL_DAYS, description="On which days, with `at`: mon-fri, mon, `mon,thu` or daily.")
    cron: Text | None = Field(
        default=None,
        description='Instead of `at`: minute, hour, day, month, weekday, as "30 9 * * 1-5". 0 and 7 are Sunday; L as day is the last.',
    )
    zone: Zone | None = Field(default=None, description="The time zone of its times. Unless set: the zone of the file.")
    show: tuple[Part, ...] = Field(default=USUAL, description="Which parts it has.")
    quiet: bool = Field(default=False, description="Nothing is posted where there is nothing to tell.")
    except_: tuple[Window, ...] = Field(
        default=(),
        alias="except",
        description="Times in which it does not come (dates, hours on days); the next one covers them too.",
    )


def resolved_digests(
    scopes: Scopes,
    named: Iterable[Named],
    written: Node | None,
    *,
    zone: str,
    services: Table[str, Service | None],
    teams: Table[str, Team | None],
) -> tuple[Digest, ...]:
    """Every digest of the file, one for each place; without `digests:` the usual ones, with an empty one none."""
    known = {name: service for name, service in services.items() if service}
    if written is None:
        return tuple(usual(known.values(), zone))
    return tuple(made for each in named for made in _resolved(scopes, each, zone, known, teams))


def usual(services: Iterable[Service], zone: str) -> Iterator[Digest]:
    """A quiet one for each channel that services have."""
    homes: dict[str, list[str]] = {}
    for service in services:
        if service.channel:
            homes.setdefault(service.channel, []).append(service.name)
    for channel, names in homes.items():
        yield Digest(
            key=f"daily@{channel}",
            name="daily",
            schedule=schedules.at(USUAL_AT, USUAL_DAYS, zone),
            channel=channel,
            services=tuple(names),
            quiet=True,
            why=Why.USUAL,
        )


def _resolved(
    scopes: Scopes, named: Named, zone: str, services: Table[str, Service], teams: Table[str, Team | None]
) -> list[Digest]:
    reader = scopes.reader
    section = reader.section(DigestSection, named.node)
    scope = _scope(named)
    chosen, owned = (scopes.services(scope), scopes.owned(scope)) if scope else (frozenset(), frozenset())
    if section is None:
        return []
    schedule = _schedule(reader, named, section, zone)
    homes = list(_homes(scopes, named, section, services, teams, chosen, owned))
    if schedule is None:
        return []
    return [
        Digest(
            key=f"{named.name}@{place}" if section.channel == TEAM else named.name,
            name=named.name,
            schedule=schedule,
            channel=channel,
            services=names,
            parts=section.show,
            quiet=section.quiet,
            passing=tuple(each for word in section.except_ for each in windows(word)),
        )
        for place, channel, names in homes
    ]


def _scope(named: Named) -> Named | None:
    inner = named.node.get("for") if isinstance(named.node, Mapping) else None
    return Named(name=named.name, path=inner.path, node=inner) if isinstance(inner, Mapping) else None


def _schedule(reader: Reader, named: Named, section: DigestSection, zone: str) -> schedules.Schedule | None:
    if (section.at is None) == (section.cron is None):
        problem = "needs either `at` or `cron`" if section.at is None else "has both `at` and `cron`"
        reader.problems.append(reader.key(named.path, problem, _TIMES))
        return None
    try:
        if section.cron is not None:
            return schedules.cron(section.cron, section.zone or zone)
        return schedules.at(section.at or "", section.days, section.zone or zone)
    except schedules.Unscheduled as error:
        path = (*named.path, "cron" if section.cron is not None else "at")
        reader.problems.append(reader.at(path, str(error), _TIMES))
        return None


def _homes(
    scopes: Scopes,
    named: Named,
    section: DigestSection,
    services: Table[str, Service],
    teams: Table[str, Team | None],
    chosen: frozenset[str],
    owned: frozenset[str],
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Place, channel and services of each copy."""
    names = tuple(name for name in services if (not chosen or name in chosen) and (not owned or name in owned))
    if section.for_.person:
        yield section.for_.person, f"user:{section.for_.person}", names
    elif section.channel == TEAM:
        yield from _of_teams(scopes, named, names, services, teams)
    elif section.channel:
        yield section.channel, section.channel, names
    else:
        hint = "write channel: NAME, channel: team, or for: {person: U02ADA}"
        scopes.reader.problems.append(scopes.reader.key(named.path, "goes nowhere", hint))


def _of_teams(
    scopes: Scopes, named: Named, names: tuple[str, ...], services: Table[str, Service], teams: Table[str, Team | None]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    owners = {name: [each for each in names if services[each].team == name] for name in teams}
    homes = [
        (name, team.channel, owners[name]) for name, team in teams.items() if team and team.channel and owners[name]
    ]
    whole = len(services) == len(scopes.names.services) and all(teams.values())
    if not homes and whole:  # else something is wrong already
        hint = "give a team a channel and services, or name a channel here"
        problem = "no team has a channel and services, so it goes nowhere"
        scopes.reader.problems.append(scopes.reader.key(named.path, problem, hint))
    for name, channel, owned in homes:
        yield name, channel, tuple(owned)
