"""Asks Prometheus, or what speaks its HTTP API, whether a target is well: a query's value against a limit or a baseline.

`settings.py` says what may be asked, `promql.py` puts our words into queries, `asking.py` gets one number for each, and `judging.py` decides.
"""

from bot.ports import Integration, Surroundings
from integrations._breaker import Breaker
from integrations._http import Http
from integrations.prometheus.asking import Prometheus
from integrations.prometheus.doctor import PrometheusDoctor
from integrations.prometheus.health import PrometheusHealth
from integrations.prometheus.settings import PrometheusProbe, PrometheusSettings

NAME = "prometheus"
SETTINGS = PrometheusSettings
TARGET = None
PROBE = PrometheusProbe


def build(name: str, settings: PrometheusSettings, surroundings: Surroundings) -> Integration:
    """The connection `name`: probes, and a doctor for itself."""
    http = Breaker(Http(authority=settings.authority), surroundings.clock)
    prometheus = Prometheus(settings=settings, http=http, secrets=surroundings.secrets)
    return Integration(
        name=name,
        health=PrometheusHealth(prometheus=prometheus, clock=surroundings.clock),
        doctor=PrometheusDoctor(name=name, prometheus=prometheus, clock=surroundings.clock),
    )
