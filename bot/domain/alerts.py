"""Alerts: what a source reports about one condition, in one shape for all of them."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import Millis

Pairs = tuple[tuple[str, str], ...]


class Status(StrEnum):
    """What a source says about a condition."""

    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    NO_DATA = "no_data"


class AlertSeverity(StrEnum):
    """How bad it is; a page is what somebody is woken for."""

    PAGE = "page"
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where more about it is to be seen; `url` is http or https."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What one delivery says about one condition.

    `key` is what the source recognises it by from firing to resolved; (`source`, `key`) is unique. `starts_at` and `ends_at` are 0 where the
    source does not say. All text is untrusted: capped where it was read, and never markup. `group_key` is the source's own, or empty.
    """

    source: str
    key: str
    status: Status
    severity: AlertSeverity
    title: str
    summary: str
    service: str
    environment: str
    labels: Pairs
    annotations: Pairs
    starts_at: Millis
    ends_at: Millis
    links: tuple[Link, ...]
    value: str
    group_key: str
