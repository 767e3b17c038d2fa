"""What may be configured, what the doctor says of it, and what is built of it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.ports import Severity, Surroundings
from integrations import prometheus
from integrations.prometheus.doctor import PrometheusDoctor
from tests.fakes.clock import FakeClock, FakeRandom
from tests.fakes.prometheus import TOKEN
from tests.integrations.prometheus.conftest import Rig, probe

URL = "https://prometheus.acme.example/"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "needs either"),
        ({"query": "x"}, "says nothing that can fail"),
        ({"query": "x", "bad": "x", "of": "y", "below": 1}, "needs either"),
        ({"bad": "x", "below": 1}, "needs either"),
        ({"of": "x", "query": "y", "below": 1}, "needs either"),
        ({"query": "x", "below": 1, "above": 2}, "has both"),
        ({"query": "x", "below": float("nan")}, "finite"),
        ({"query": "x", "below": 1, "min_samples": 5}, "needs `samples`"),
        ({"query": "x{a={service}}", "below": 1}, "has to stand in a string"),
        ({"query": "x" * 8001, "below": 1}, "longer than 8,000"),
        ({"query": " ", "below": 1}, "is empty"),
        ({"bad": "x", "of": "y", "below": 1.5}, "is a ratio here"),
        ({"bad": "x", "of": "y", "below": 0}, "is a ratio here"),
        ({"bad": "x", "of": "y", "above": 0.1}, "belong to `query`"),
        ({"bad": "x", "of": "y", "below": 0.1, "samples": "z"}, "belong to `query`"),
        ({"query": "x", "baseline": {}}, "not one baseline"),
        ({"query": "x", "baseline": {"before": "1h", "query": "y"}}, "not one baseline"),
        ({"query": "x", "baseline": {"bad": "y"}}, "not one baseline"),
        ({"query": "x", "baseline": {"bad": "y", "of": "z"}}, "of another kind"),
        ({"bad": "x", "of": "y", "baseline": {"query": "z"}}, "of another kind"),
        ({"query": "x", "window": "2h", "baseline": {"before": "1h"}}, "not longer than the window"),
        ({"query": "x", "samples": "y", "baseline": {"query": "z"}}, "cannot have `samples`"),
        ({"bad": "x", "of": "y", "baseline": {"before": "1h", "times": 2}}, "belongs to `query`"),
        ({"query": "x", "below": 1, "timeout": "8s"}, "not between"),
        ({"query": "x", "below": 1, "threshold": 1}, "Extra inputs"),
    ],
)
def test_probes_that_are_refused(settings: dict[str, Any], problem: str) -> None:
    """A gate that cannot fail, or that could mean two things, is none."""
    with pytest.raises(ValidationError, match=problem):
        probe(**settings)


def test_the_window_in_queries() -> None:
    """As PromQL writes it."""
    assert probe(query="x", below=1).window_text == "60s"
    assert probe(query="x", below=1, window="1h30m").window_text == "5400s"
    assert probe(query="x", below=1, window="10500ms").window_text == "10500ms"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": "http://prometheus:9090", "token": "t0ken"}, "in clear"),
        ({"url": URL, "token": "two words"}, "not a usable token"),
        ({"url": URL, "token": "tökén"}, "not a usable token"),
        ({"url": URL, "token": "line\nbreak"}, "not a usable token"),
        ({"url": URL, "user": "ada"}, "needs `token`"),
        ({"url": URL, "token": "t0ken", "user": "a:b"}, "needs `token`"),
        ({"url": "https://ada:t0ken@prometheus"}, "user name, password"),
        ({}, "Field required"),
    ],
)
def test_connections_that_are_refused(settings: dict[str, Any], problem: str) -> None:
    """A token never crosses the network in clear; and no refusal shows it."""
    with pytest.raises(ValidationError, match=problem) as raised:
        prometheus.PrometheusSettings.model_validate(settings)
    assert "t0ken" not in str(raised.value)


def test_the_connection(tmp_path: Path) -> None:
    """It offers probes and a doctor; a certificate file starts at the configuration's folder; no repr shows the token."""
    said = {"url": URL, "token": TOKEN, "authority": Path("ca.pem")}
    settings = prometheus.PrometheusSettings.model_validate(said, context={"directory": tmp_path})
    assert settings.authority == tmp_path / "ca.pem"
    surroundings = Surroundings(clock=FakeClock(), random=FakeRandom(), folder=tmp_path)
    made = prometheus.build("metrics", settings, surroundings)
    assert (made.name, made.deployer, made.versions, prometheus.TARGET) == ("metrics", None, None, None)
    assert made.health is not None
    assert TOKEN not in f"{made!r} {settings!r}"


async def test_a_certificate_authority_that_is_not_there(rig: Rig, tmp_path: Path) -> None:
    """Said as what it is, not as an outage of the server."""
    settings = prometheus.PrometheusSettings.model_validate({"url": URL, "authority": tmp_path / "none.pem"})
    surroundings = Surroundings(clock=rig.clock, random=FakeRandom(), folder=tmp_path)
    doctor = prometheus.build("metrics", settings, surroundings).doctor
    assert doctor is not None
    (found,) = await doctor.examine()
    assert found.sentence == "cannot be asked: its certificate authority cannot be read"


@pytest.mark.parametrize(
    ("fault", "severity", "sentence"),
    [
        ("", Severity.FINE, "Prometheus 2.42.0 answers"),
        ("no version", Severity.FINE, "answers queries, and does not say its version"),
        ("fast clock", Severity.PROBLEM, "a query's answer comes from a clock that is 94 s ahead of ours"),
        ("timeout", Severity.PROBLEM, 'cannot be asked: status 503: 1:5: parse error: unexpected "}"'),
        ("html", Severity.PROBLEM, "cannot be asked: no answer of Prometheus"),
    ],
)
async def test_the_doctor(rig: Rig, fault: str, severity: Severity, sentence: str) -> None:
    """Whether it can be asked, what it is, and how its clock goes; what is wrong has a way to mend it."""
    rig.fake.values, rig.fake.fault = {"vector(1)": [1]}, fault
    doctor = PrometheusDoctor(name="metrics", prometheus=rig.connection(), clock=rig.clock)
    (found,) = await doctor.examine()
    assert (found.subject, found.severity, found.sentence) == ("metrics", severity, sentence)
    assert found.fix or severity is Severity.FINE
    assert await doctor.examine_target(rig.target, "", rig.how) == ()


async def test_basic_authentication(rig: Rig) -> None:
    """Name and password, where the server wants those."""
    rig.fake.values, rig.fake.authorization = {"vector(1)": [1]}, "Basic YWRhOmgydW50ZXI="
    connection = rig.connection(user="ada", token=SecretStr("h2unter"))
    (found,) = await PrometheusDoctor(name="metrics", prometheus=connection, clock=rig.clock).examine()
    assert found.severity is Severity.FINE
