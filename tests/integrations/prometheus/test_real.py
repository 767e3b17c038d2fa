"""The same against a real Prometheus, with two hours of history made for it: what it answers is what our fake answers."""

import json
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Url
from bot.domain.terms import SECOND, Target
from bot.domain.verification import Signal
from bot.errors import IntegrationError, Kind
from bot.ports import Severity
from integrations._http import Call, Http
from integrations.prometheus.asking import Prometheus
from integrations.prometheus.doctor import PrometheusDoctor
from integrations.prometheus.health import PrometheusHealth
from integrations.prometheus.promql import filled
from integrations.prometheus.settings import PrometheusSettings
from tests.contracts.health import REVISION, Foreign
from tests.fakes.clock import FakeClock
from tests.integrations.prometheus.conftest import probe

pytestmark = pytest.mark.real
STEP, HOURS = 15, 2  # seconds between samples, and how much of them there is
ODD = ["web", 'a"b', "a'b", "a`b", "a\\b", "a\\", "a\nb", "{x}", ".*", "a|b", "(", "a#b", "🚢", "\x01", "\u202e", " "]


def history(now: int) -> str:
    """A thousand requests in every step; two errors in each until an hour ago, 30 since; `gone` ended ten minutes ago."""
    lines = ["# TYPE requests counter", "# TYPE errors counter", "# TYPE gone counter", "# TYPE heat gauge"]
    families: dict[str, list[str]] = {"requests_total": [], "errors_total": [], "gone_total": [], "heat": []}
    errors = 0
    for n, at in enumerate(range(now - HOURS * 3600, now + 1, STEP)):
        errors += 30 if at > now - 3600 else 2
        families["requests_total"].append(f'requests_total{{service="web"}} {n * 1000} {at}')
        families["errors_total"].append(f'errors_total{{service="web"}} {errors} {at}')
        families["heat"] += [f'heat{{n="{each}"}} {each} {at}' for each in (1, 2)]
        if at < now - 600:
            families["gone_total"].append(f"gone_total {n} {at}")
    for head, (_, samples) in zip(lines, families.items(), strict=True):
        families[_] = [head, *samples]
    return "\n".join([line for each in families.values() for line in each]) + "\n# EOF\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with that history, which scrapes nothing."""
    programs = {name: shutil.which(name) for name in ("prometheus", "promtool")}
    if None in programs.values():
        pytest.skip("needs prometheus and promtool (Debian's package prometheus)")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "history").write_text(history(int(time.time()) // STEP * STEP))
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 1h}\n")
    argv = [str(programs["promtool"]), "tsdb", "create-blocks-from", "openmetrics", "history", "data"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True, timeout=30)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [str(programs["prometheus"]), "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    argv += [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=1d", "--log.level=error"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, port, folder / "log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait(timeout=10)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:

    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            process.poll()
    raise AssertionError(log.read_text())


class _Now:
    """The machine's own clock: the server has the same."""

    def now(self) -> int:
        return int(time.time() * SECOND)

    async def sleep(self, millis: int) -> None:
        raise AssertionError(f"nobody sleeps for {millis} ms here")


def connection(address: str) -> Prometheus:
    return Prometheus(settings=PrometheusSettings(url=Url.read(address)), http=Http())


async def look(address: str, **settings: Any) -> tuple[Signal, bool, str]:
    health = PrometheusHealth(prometheus=connection(address), clock=_Now())
    target = Target(service="web", environment="production")
    reading = await health.probe(target, REVISION, settings=probe(**settings), how=Foreign())
    return reading.signal, reading.decisive, reading.seen


BAD, OF = (f'sum(increase({name}_total{{service="{{service}}"}}[{{window}}]))' for name in ("errors", "requests"))


async def test_counts(address: str) -> None:
    """Three percent of four thousand is beyond one percent, decisively; two percent by less, and five not at all."""
    signal, decisive, seen = await look(address, bad=BAD, of=OF, below=0.01)
    assert (signal, decisive) == (Signal.FAIL, True)
    assert seen.startswith("bad 3 % (limit 1 %, ")
    assert (await look(address, bad=BAD, of=OF, below=0.05))[0] is Signal.PASS


async def test_the_baseline_is_an_hour_before(address: str) -> None:
    """0.2 % then, 3 % now: no chance. Compared with five minutes ago nothing has changed."""
    signal, decisive, seen = await look(address, bad=BAD, of=OF, baseline={"before": "90m"})
    assert (signal, decisive) == (Signal.FAIL, True)
    assert "baseline 0.2 %" in seen
    assert (await look(address, bad=BAD, of=OF, baseline={"before": "5m"}))[0] is Signal.PASS


async def test_what_is_nothing(address: str) -> None:
    """No series, two series, no division, what has ended, and a string: each is inconclusive."""
    assert await look(address, query="nothing_at_all", below=1) == (
        Signal.INCONCLUSIVE,
        False,
        "query is empty: no data",
    )
    assert (await look(address, query="heat", below=9))[2] == "query is 2 series, not one: add sum(…) or max(…)"
    assert (await look(address, query="0 / vector(0)", below=1))[2] == "query is NaN: no data"
    assert (await look(address, query="1 / vector(0)", below=1))[2] == "query is infinite"
    assert (await look(address, query="gone_total", below=10**6))[2] == "query is empty: no data"
    assert (await look(address, query='"text"', below=1))[0] is Signal.INCONCLUSIVE
    assert (await look(address, query="max(heat)", below=9))[0] is Signal.PASS


async def test_stale_samples(address: str) -> None:
    """A range reaches back to what has ended; when the newest sample is from tells that it has."""
    query = "sum(increase(gone_total[30m]))"
    newest = "max(max_over_time(timestamp(gone_total)[1h:]))"
    assert (await look(address, query=query, below=10**6))[0] is Signal.PASS
    signal, _, seen = await look(address, query=query, below=10**6, newest=newest)
    assert signal is Signal.INCONCLUSIVE
    assert seen.startswith("the newest sample is ")


async def test_a_query_that_is_none(address: str) -> None:
    """The server's own words say what is wrong with it."""
    with pytest.raises(IntegrationError, match=r"status 400: .*parse error") as raised:
        await look(address, query="sum(", below=1)
    assert raised.value.kind is Kind.INVALID


async def ask(address: str, query: str) -> Any:
    """The series that a query gives."""
    call = Call(
        url=f"{address}api/v1/query", method="POST", body=urllib.parse.urlencode({"query": query}).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    answer = await Http().send(call, deadline=5 * SECOND)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["data"]["result"]


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("word", ODD)
async def test_words_stay_words(address: str, word: str, quote: str) -> None:
    """The server reads back exactly the word, in either quotes; in a pattern it means itself, and nothing else."""
    words = {"service": word, "environment": "", "revision": ""}
    query = f"label_replace(vector(1), {quote}x{quote}, {quote}{{service}}{quote}, {quote}{quote}, {quote}{quote})"
    (series,) = await ask(address, filled(query, words, window="1m"))
    assert series["metric"] == {"x": word}
    pattern = filled(f"a=~{quote}{{service}}{quote}", words, window="1m").removeprefix("a=~")
    for other, matches in ((word, True), (word + "x", False), ("x" + word, False)):
        given = filled(query, {**words, "service": other}, window="1m")
        (series,) = await ask(address, f'label_replace({given}, "y", "hit", "x", {pattern})')
        assert (series["metric"].get("y") == "hit") is matches


async def test_the_doctor(address: str) -> None:
    """It answers, and says its version; with another clock than ours it does not count."""
    (found,) = await PrometheusDoctor(name="prometheus", prometheus=connection(address), clock=_Now()).examine()
    assert found.severity is Severity.FINE
    assert found.sentence.startswith("Prometheus ")
    (found,) = await PrometheusDoctor(name="prometheus", prometheus=connection(address), clock=FakeClock()).examine()
    assert found.severity is Severity.PROBLEM
