"""What the words of others mean here: how bad an alert is, what it is about, and where it leads."""

from collections.abc import Iterable, Mapping

from bot.config import SourceSettings
from bot.domain.alerts import AlertSeverity, Link
from integrations._payload import address, first

MOST_LINKS = 8
SEVERITIES: dict[AlertSeverity, frozenset[str]] = {
    AlertSeverity.PAGE: frozenset({"page", "pager", "paging", "emergency", "disaster", "p1", "sev1", "sev-1", "s1"}),
    AlertSeverity.CRITICAL: frozenset(
        {"critical", "crit", "error", "err", "fatal", "alert", "high", "major", "urgent", "p2", "sev2", "sev-2", "s2"}
    ),
    AlertSeverity.WARNING: frozenset(
        {"warning", "warn", "average", "medium", "moderate", "minor", "p3", "sev3", "sev-3", "s3"}
    ),
    AlertSeverity.INFO: frozenset(
        {"info", "information", "informational", "notice", "low", "none", "ok", "debug", "trivial"}
        | {"p4", "p5", "sev4", "sev5", "sev-4", "s4"}
    ),
}
_BY_WORD = {word: severity for severity, words in SEVERITIES.items() for word in words}
RUNBOOKS = ("runbook_url", "runbook")
DASHBOARDS = ("dashboard_url", "dashboard")


def severity(*words: str) -> AlertSeverity:
    """The first word that means something; what says nothing is a warning: seen, and nobody is woken."""
    return next((_BY_WORD[word.lower()] for word in words if word.lower() in _BY_WORD), AlertSeverity.WARNING)


def service(labels: Mapping[str, str], settings: SourceSettings) -> str:
    """What it is about: the label, else what the source's settings say."""
    return first(labels, "service", "app", "application", "service_name") or (settings.service or "")


def environment(labels: Mapping[str, str], settings: SourceSettings) -> str:
    """Where it is."""
    return first(labels, "environment", "env", "stage") or (settings.environment or "")


def links(named: Iterable[tuple[str, str]]) -> tuple[Link, ...]:
    """Those that lead somewhere, each address once."""
    found: dict[str, Link] = {}
    for name, url in named:
        if url and url not in found:
            found[url] = Link(name=name, url=url)
    return tuple(found.values())[:MOST_LINKS]


def annotated_links(annotations: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Runbook and dashboard, as annotations name them."""
    return (
        ("Runbook", address(first(annotations, *RUNBOOKS))),
        ("Dashboard", address(first(annotations, *DASHBOARDS))),
    )
