"""Rules for every test: nothing hangs, nothing leaves this machine, and in CI nothing is skipped that CI could have run."""

import faulthandler
import ipaddress
import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

LIMIT = 120
"""Seconds that one test may take, set-up and tear-down included; then every stack is printed and the run ends."""

LIMITS = {"slow": 480, "browser": 300}
"""The same by marker: the first slow test of a module may install packages."""

DATA = "QUARTERDECK_API_DATA"
NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
NOWHERE = (".invalid", ".test", ".example", ".example.com")
"""Reserved names: looking them up fails here as it does everywhere, and nobody is blamed."""

ALLOWED: tuple[str, ...] = ()
"""Beginnings of reasons for which a test may be skipped in CI: only for what CI cannot have. Nothing, for now."""

_stderr = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the real stderr, for stacks, and refuse a variable that points nowhere instead of skipping what needs it."""
    config.stash[_stderr] = os.dup(2)
    data = os.environ.get(DATA)
    if data and not Path(data, "slack").is_dir():
        raise pytest.UsageError(f"{DATA} is set to {data}, and there is no folder slack/ in it; correct or unset it")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the descriptor back."""
    if (kept := config.stash.get(_stderr, None)) is not None:
        os.close(kept)
        del config.stash[_stderr]


# ---- nothing hangs ---------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test over its limit ends the run with the stack of every thread, so that it is seen where it hangs."""
    limit = max([LIMIT, *(LIMITS.get(mark.name, 0) for mark in item.iter_markers())])
    if item.get_closest_marker("prove") is None:
        faulthandler.dump_traceback_later(limit, exit=True, file=item.config.stash[_stderr])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


# ---- nothing is skipped in CI ----------------------------------------------------------------------------------------


def in_ci() -> bool:
    """Where `.ci/run` has installed everything that tests need."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def may_skip(reason: str) -> bool:
    """Whether CI may pass over this: it cannot have the thing, or nobody gave it the published descriptions of Slack's API."""
    reason = reason.removeprefix("Skipped: ")
    return reason.startswith(ALLOWED) or (DATA in reason and not os.environ.get(DATA))


def not_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that should not be one into a failure."""
    if not in_ci() or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not may_skip(reason):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped in CI, which could have run it: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at every test's report."""
    report = yield
    not_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at every module's report: a module may skip itself."""
    report = yield
    not_skipped(report)
    return report


# ---- nothing leaves this machine -------------------------------------------------------------------------------------


def is_here(host: Any) -> bool:
    """Whether a host is this machine. Scoped and mapped addresses are read as what they mean."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name.lower() in NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


class Fence:
    """Stands around sockets: lets loopback and local sockets pass, refuses the rest, and remembers who tried."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def refused(self, address: Any) -> bool:
        """True for an address outside; it is written down, since code that tries may swallow the error."""
        if not isinstance(address, tuple) or is_here(address[0]):
            return False
        self.tried.append(f"{address[0]}:{address[1]}")
        return True

    def looked_up(self, host: Any) -> bool:
        """True for a name that nobody here may ask for; reserved names fail without blame."""
        if is_here(host):
            return False
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not name.lower().rstrip(".").endswith(NOWHERE) and not _is_address(name):
            self.tried.append(name)
        return not _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@pytest.fixture(scope="session", autouse=True)
def fence() -> Iterator[Fence]:
    """Put up for the whole run; processes that a test starts are outside of it."""
    fence = Fence()
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if fence.refused(address):
            raise OSError(101, f"tests reach loopback only, not {address}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        return 101 if fence.refused(address) else connect_ex(self, address)

    def looked_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if fence.looked_up(host):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names, not even {host}")
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        patch.setattr(socket, "getaddrinfo", looked_up)
        yield fence


@pytest.fixture(autouse=True)
def stays_on_this_machine(fence: Fence) -> Iterator[None]:
    """Fails the test that tried to reach the network, even where the code under test took the error for a passing trouble."""
    fence.tried.clear()
    yield
    tried, fence.tried = fence.tried, []
    assert not tried, f"this test tried to reach {', '.join(dict.fromkeys(tried))}"
