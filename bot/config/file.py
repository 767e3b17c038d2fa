"""The whole file, as it is written."""

from typing import Any

from pydantic import Field

from bot.config.access import LimitsSection, PersonSection, RoleSection
from bot.config.auditing import Audit
from bot.config.connection import Backups, Heartbeat, Retention, Slack, Web
from bot.config.delivery import EnvironmentSection, ServiceSection, TeamSection
from bot.config.digests import DigestSection
from bot.config.freezing import FreezeSection
from bot.config.names import Name, UserId
from bot.config.section import Section
from bot.config.values import Store, Zone


class File(Section):
    """A configuration file."""

    zone: Zone = Field(default=Zone("UTC"), description="The time zone of everything that has a time.")
    slack: Slack = Field(description="How to reach Slack.")
    web: Web = Field(default=Web(), description="The listeners.")
    integrations: dict[str, dict[str, Any]] = Field(
        default={},
        description="Connections to other systems, by a name of your choice; `kind` says which system, and defaults to the name. "
        "One that needs no settings need not be listed.",
    )
    teams: dict[str, TeamSection] = Field(default={}, description="Who owns services, by name.")
    services: dict[str, ServiceSection] = Field(default={}, description="What is deployed, by name; at least one.")
    environments: dict[str, EnvironmentSection] = Field(
        default={}, description="Shared settings of environments, by name; a service's own settings come before them."
    )
    roles: dict[str, RoleSection] = Field(default={}, description="Who may do what, by name.")
    freezes: dict[str, FreezeSection] = Field(
        default={}, description="When nothing new starts, by name: locks made by the calendar."
    )
    digests: dict[str, DigestSection] = Field(
        default={},
        description="Summaries that come by themselves, by name. Unless there is this key, each channel of a service gets a quiet one on "
        "workdays at 09:30; `digests: {}` is none.",
    )
    people: dict[str, PersonSection] = Field(default={}, description="Who is who, by Slack user id.")
    groups: dict[Name, tuple[UserId, ...]] = Field(
        default={},
        description="Who is in a user group, by its handle: used only where the workspace's plan has no user groups.",
    )
    limits: LimitsSection = Field(default=LimitsSection(), description="How often somebody may ask.")
    store: Store = Field(
        default=Store("quarterdeck.db"),
        description="The database: a path (from this file's folder), or sqlite:///absolute/path.",
    )
    retention: Retention = Field(default=Retention(), description="How long things are kept.")
    backups: Backups = Field(default=Backups(), description="Checked copies of the database.")
    audit: Audit = Field(default=Audit(), description="The audit, also for other systems.")
    heartbeat: Heartbeat | None = Field(
        default=None, description="An outside watcher that is called while the bot is well."
    )
