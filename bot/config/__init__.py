"""One file in, frozen models out, or every problem at once with its line and its fix: the door to YAML."""

from bot.config import safe_yaml
from bot.config.alerts import AlertSecret, ConfiguredSource, SourceSettings
from bot.config.auditing import Sink as AuditSink
from bot.config.configuration import (
    Check,
    Configuration,
    Deploy,
    Environment,
    Integration,
    Person,
    Service,
    Source,
    Team,
    Verify,
)
from bot.config.connection import Backups, Editors, Heartbeat, Mode, Retention, Slack, Web
from bot.config.delivery import Announce
from bot.config.effective import Effective, explain, explain_settings
from bot.config.loading import check, load
from bot.config.problems import Problem, Report, render_problems
from bot.config.section import IntegrationModels, Section
from bot.config.values import Duration, Listen, Text, Url, Within, wrong

__all__ = [
    "AlertSecret",
    "Announce",
    "AuditSink",
    "Backups",
    "Check",
    "Configuration",
    "ConfiguredSource",
    "Deploy",
    "Duration",
    "Editors",
    "Effective",
    "Environment",
    "Heartbeat",
    "Integration",
    "IntegrationModels",
    "Listen",
    "Mode",
    "Person",
    "Problem",
    "Report",
    "Retention",
    "Section",
    "Service",
    "Slack",
    "Source",
    "SourceSettings",
    "Team",
    "Text",
    "Url",
    "Verify",
    "Web",
    "Within",
    "check",
    "explain",
    "explain_settings",
    "load",
    "render_problems",
    "safe_yaml",
    "wrong",
]
