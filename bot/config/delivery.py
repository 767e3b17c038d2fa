"""Services, environments and teams, as they are written; `None` means that a layer says nothing."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from bot.config.names import Channel, Name, Reference, Who
from bot.config.section import Section
from bot.config.values import Duration, Text, Within, wrong
from bot.domain.claims import ClaimRule, OutsideRule
from bot.domain.verification import OnFailure


class Announce(StrEnum):
    """Where the card of an operation goes."""

    ASKER = "asker"
    THREAD = "thread"
    CHANNEL = "channel"


class Confirm(StrEnum):
    """Which plans are confirmed before anything runs."""

    ALWAYS = "always"
    PRODUCTION = "production"
    NEVER = "never"


NO_CHECKS = "none"
ALL_CHECKS = "required"


def _checks(value: object) -> str | tuple[str, ...]:
    if value in {NO_CHECKS, ALL_CHECKS} if isinstance(value, str) else False:
        return str(value)
    if isinstance(value, list) and value and all(isinstance(name, str) and name.strip() for name in value):
        return tuple(name.strip() for name in value)
    raise wrong("not a rule for checks", "write required, none, or a list of the checks' names: [unit, lint]")


ChecksWord = Annotated[
    str | tuple[str, ...],
    PlainValidator(_checks),
    WithJsonSchema({"anyOf": [{"enum": [ALL_CHECKS, NO_CHECKS]}, {"type": "array", "items": {"type": "string"}}]}),
]


def _ticket_link(value: str) -> str:
    if not value.startswith(("https://", "http://")) or "{ticket}" not in value:
        raise wrong("not the address of a ticket", "write it with {ticket}: https://acme.example/browse/{ticket}")
    return value


class VerifySection(Section):
    """How long a deployment is watched after its run ended well, and by which probes."""

    bake: Annotated[Duration, Within("1s", "1d")] = Field(
        alias="for", description="How long every probe has to pass, without a gap, before it counts as healthy."
    )
    every: Annotated[Duration, Within("1s", "10m")] = Field(
        default=Duration.read("15s"), description="How often each probe is read."
    )
    failures: Annotated[int, Field(ge=1, le=20)] = Field(
        default=3, description="How many times in a row one probe has to fail (or to say nothing) before that counts."
    )
    checks: tuple[dict[str, Any], ...] = Field(
        description="The probes, each as `{INTEGRATION: {…}}`, such as `{http: {url: …}}` or `{local: {}}`."
    )


class FailureSection(Section):
    """What follows when verification fails."""

    rollback: OnFailure = Field(
        default=OnFailure.AUTOMATIC,
        description="Whether it is rolled back by itself, once: automatic, dry_run (what would be done is said, not done) or none.",
    )
    after: Annotated[Duration, Within("0s", "1h")] = Field(
        default=Duration.read("60s"), description="How long people have to stop the automatic rollback."
    )
    even_irreversible: bool = Field(
        default=False,
        description="Whether it also rolls back by itself where the changes touch `irreversible` files, or may do so.",
    )


class ApprovalsSection(Section):
    """Who else has to agree to a plan before it starts: never whoever asked, and unless set otherwise nobody who wrote some of it."""

    people: tuple[Who, ...] = Field(
        default=(), description="Who may approve: user ids, handles of user groups, or members."
    )
    roles: tuple[Reference, ...] = Field(default=(), description="Who may approve: everybody in these roles.")
    teams: tuple[Reference, ...] = Field(
        default=(),
        description="Who may approve: the people of these teams. Where none of the three is set: whoever a role allows to approve.",
    )
    count: Annotated[int, Field(ge=0, le=10)] = Field(
        default=1, description="How many different people have to agree. 0: nobody."
    )
    not_authors: bool = Field(
        default=True,
        description="Whether nobody approves what they wrote themselves. Accounts of the forge are matched through `people`; "
        "where one is not named there, the plan is refused and says which.",
    )
    within: Annotated[Duration, Within("1m", "7d")] = Field(
        default=Duration.read("4h"),
        description="How long a request waits for approval, and how long a yes counts where exactly the same plan is asked for again.",
    )
    rollback: bool = Field(default=False, description="Whether a rollback asks for approval too.")


class TargetSettings(Section):
    """What a service may say for all its environments, and an environment for itself."""

    deploy: dict[str, Any] | None = Field(
        default=None,
        description="How it is deployed: `via` names an integration, the other keys are that integration's. "
        "An environment's keys are laid over the service's; naming another `via` starts afresh.",
    )
    channel: Channel | None = Field(
        default=None,
        description="Where its cards go: a channel's name or id. Without one: the team's, else where the command was typed.",
    )
    checks: ChecksWord | None = Field(
        default=None,
        description="Which checks of the revision must be green: required (all), none, or a list of names.",
    )
    confirm: Confirm | None = Field(
        default=None,
        description="Which plans are confirmed before anything runs: always, production (only where production is true) or never.",
    )
    announce: Announce | None = Field(
        default=None,
        description="Who sees the card: asker (a direct message), thread or channel. Unless set: channel in production, asker elsewhere.",
    )
    verify: VerifySection | None = Field(
        default=None,
        description="How its health is watched after a deployment. Without it a run that ended well counts as live.",
    )
    on_failure: FailureSection | None = Field(
        default=None,
        description="What follows when verification fails. Unless set: people are told, and decide.",
    )
    approvals: ApprovalsSection | None = Field(
        default=None,
        description="Who else has to agree before something starts. Unless set: nobody.",
    )
    claim: ClaimRule | None = Field(
        default=None,
        description="Whether its runs have to ask before they go on (docs/claim): required, or preferred. Unless set: preferred.",
    )
    outside_runs: OutsideRule | None = Field(
        default=None,
        description="What runs hear that Quarterdeck did not start, where they ask (docs/claim): report (they go on, and are "
        "written down) or refuse. Unless set: report.",
    )


class EnvironmentSection(TargetSettings):
    """One environment, of a service or shared by all services that have it."""

    aliases: tuple[Name, ...] = Field(default=(), description="Other names that people may type.")
    production: bool | None = Field(
        default=None,
        description="Whether the rules for production hold. Unless set: true for production, prod and live.",
    )
    after: Reference | None = Field(
        default=None,
        description="The environment that has to have had the revision first; none: no order. "
        "In a list of environments each comes after the one before it.",
    )


class ServiceSection(TargetSettings):
    """Something that is deployed."""

    aliases: tuple[Name, ...] = Field(default=(), description="Other names that people may type.")
    team: Reference | None = Field(default=None, description="The team that owns it.")
    repository: Text = Field(
        description="Where its source is, as the integration names it: a path, a URL, or owner/name."
    )
    paths: tuple[Text, ...] = Field(
        default=(), description="In a repository of many services: only changes to these globs count."
    )
    irreversible: tuple[Text, ...] = Field(
        default=(), description="Changes to these globs are marked in the plan: a rollback does not undo them."
    )
    risky: dict[Name, tuple[Text, ...]] = Field(
        default={},
        description="Files that a change summary points at, by a name of yours: `{payments: [src/pay/**]}`. Migrations, "
        "infrastructure, workflows, sign-in and lock files are pointed at anyway.",
    )
    tickets: Annotated[Text, AfterValidator(_ticket_link)] | None = Field(
        default=None,
        description="Where a ticket such as SHOP-88 is read: an address with {ticket} in it. Unless set: tickets are named, not linked.",
    )
    environments: tuple[Name, ...] | dict[str, EnvironmentSection] = Field(
        default=(),
        description="Where it runs, in order: a list of names (each after the one before it), or a mapping of names to settings.",
    )


class TeamSection(Section):
    """The people who own services."""

    channel: Channel | None = Field(
        default=None, description="The channel of all its services that have none of their own."
    )
    people: tuple[Who, ...] = Field(default=(), description="Who they are: user ids and user groups.")
