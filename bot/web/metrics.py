"""`/metrics` for Prometheus: a few numbers that say whether the bot is well, read when asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The numbers at one instant. `operations` by state, `calls` by (method, `ok` or error code)."""

    connections: int
    intake_open: bool
    writes_waiting: int
    outbox_waiting: int
    inbox_waiting: int
    operations: Mapping[str, int]
    calls: Mapping[tuple[str, str], int]
    passes: int
    backup_age: float | None = None  # seconds; None: there is no backup
    backup_failures: int = 0
    audit_lag: tuple[int, float] | None = None  # lines, and seconds of the oldest; None: there is no stream
    audit_failures: int = 0


class Metrics:
    """Renders a reading in Prometheus's text format."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def render(self) -> bytes:
        """The text for one scrape."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Called by the registry for each scrape."""
        reading = self._reading
        yield GaugeMetricFamily(
            "quarterdeck_slack_connections", "Slack connections that take deliveries", reading.connections
        )
        yield GaugeMetricFamily("quarterdeck_intake_open", "1 while deliveries are taken", int(reading.intake_open))
        yield GaugeMetricFamily(
            "quarterdeck_store_writes_waiting", "Writes that wait for the writer", reading.writes_waiting
        )
        yield GaugeMetricFamily("quarterdeck_outbox_waiting", "Messages that are owed", reading.outbox_waiting)
        yield GaugeMetricFamily("quarterdeck_inbox_waiting", "Deliveries that are worked on", reading.inbox_waiting)
        yield GaugeMetricFamily("quarterdeck_passes_running", "Supervised tasks that run now", reading.passes)
        if reading.backup_age is not None:
            yield GaugeMetricFamily("quarterdeck_backup_age_seconds", "Age of the newest backup", reading.backup_age)
        yield CounterMetricFamily("quarterdeck_backup_failures", "Backups that were not made", reading.backup_failures)
        if reading.audit_lag is not None:
            lines, age = reading.audit_lag
            yield GaugeMetricFamily("quarterdeck_audit_stream_lag_lines", "Audit lines that have not arrived", lines)
            yield GaugeMetricFamily("quarterdeck_audit_stream_lag_seconds", "Age of the first of them", age)
            yield CounterMetricFamily(
                "quarterdeck_audit_stream_failures",
                "Batches of audit lines that did not arrive",
                reading.audit_failures,
            )
        states = GaugeMetricFamily("quarterdeck_operations", "Operations by state", labels=["state"])
        for state, count in sorted(reading.operations.items()):
            states.add_metric([state], count)
        yield states
        calls = CounterMetricFamily(
            "quarterdeck_slack_calls", "Web API calls by method and outcome", labels=["method", "outcome"]
        )
        for (method, outcome), count in sorted(reading.calls.items()):
            calls.add_metric([method, outcome], count)
        yield calls
