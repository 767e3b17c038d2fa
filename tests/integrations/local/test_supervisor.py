"""The supervisor itself, in this process: what it writes down, and when it refuses to start."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.local import supervisor

pytestmark = pytest.mark.real


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A run's folder; the process's own signals are as before afterwards."""
    numbers = (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    waker = signal.set_wakeup_fd(-1)
    supervisor._woken_by_signals()  # so that no signal of a test can come too early and end the tests
    yield tmp_path
    signal.set_wakeup_fd(waker)
    for number, then in before.items():
        signal.signal(number, then)


def ordered(folder: Path, *argv: str, **changes: Any) -> None:
    order = {"argv": argv, "folder": str(folder), "deadline": 30_000, "grace": 5_000, "prepare": []}
    order |= {"prepare_environment": dict(os.environ), "checkout": str(folder / "checkout")}
    (folder / supervisor.ORDER).write_text(json.dumps(order | changes))


def supervised(folder: Path) -> tuple[str, dict[str, Any]]:
    """What the supervisor said, and what it wrote about the end."""
    heard, said = os.pipe()
    supervisor._supervise(folder, said)
    with os.fdopen(heard) as answer:
        word = answer.read()
    end = folder / supervisor.EXIT
    return word, json.loads(end.read_text()) if end.exists() else {}


@contextlib.contextmanager
def meanwhile(ready: Callable[[], object], act: Callable[[], object]) -> Iterator[None]:
    """In a thread: as soon as it is ready (or after ten seconds), act."""

    def wait() -> None:
        for _try in range(1_000):
            if ready():
                break
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


def test_a_run_from_start_to_end(folder: Path) -> None:
    """Started, the command's process, its output, its end."""
    ordered(folder, "sh", "-c", "echo out; echo err >&2; exit 3")
    word, end = supervised(folder)
    assert word == "started"
    assert (end["state"], end["code"], end["touched"], end["stopped"]) == ("failed", 3, True, "")
    assert (folder / supervisor.OUTPUT).read_text() == "out\nerr\n"
    started = json.loads((folder / supervisor.STARTED).read_text())
    assert started["pid"] == os.getpid()
    assert started["since"] == supervisor.since(os.getpid())
    assert started["at"] <= end["at"]
    assert json.loads((folder / supervisor.COMMAND).read_text())["pid"] != os.getpid()


def test_the_second_supervisor_leaves(folder: Path) -> None:
    """What was started once is adopted: whether its supervisor still lives or not."""
    ordered(folder, "true")
    assert supervised(folder)[0] == "started"
    (folder / supervisor.EXIT).unlink()
    assert supervised(folder) == ("adopted", {})


def test_an_observer_does_not_keep_it_from_starting(folder: Path) -> None:
    """Somebody who only looks holds the lock for an instant; the supervisor asks again."""
    ordered(folder, "true")
    looking = os.open(folder / supervisor.LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    begun = time.monotonic()
    with meanwhile(lambda: time.monotonic() > begun + 0.05, lambda: os.close(looking)):
        assert supervised(folder)[0] == "started"


def test_a_supervisor_that_is_at_work_is_not_disturbed(folder: Path) -> None:
    """Locked and started: the second one goes at once."""
    ordered(folder, "true")
    working = os.open(folder / supervisor.LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(working, fcntl.LOCK_EX)
    (folder / supervisor.STARTED).write_text("{}")
    assert supervised(folder) == ("adopted", {})
    os.close(working)


def test_trouble_before_the_start(folder: Path) -> None:
    """No order, no start."""
    word, end = supervised(folder)
    assert word.startswith("trouble: ")
    assert end == {}
    assert not (folder / supervisor.STARTED).exists()


def test_cancelled_before_anything_ran(folder: Path) -> None:
    """The request was there first: cancelled, and nothing was touched."""
    ordered(folder, "sh", "-c", "touch ran")
    (folder / supervisor.CANCEL).touch()
    end = supervised(folder)[1]
    assert (end["state"], end["touched"]) == ("cancelled", False)
    assert not (folder / "ran").exists()


def cancel(folder: Path) -> None:
    (folder / supervisor.CANCEL).touch()
    os.kill(os.getpid(), signal.SIGUSR1)


def test_cancelled_while_it_ran(folder: Path) -> None:
    """TERM ends what does not object."""
    ordered(folder, "sleep", "60")
    with meanwhile((folder / supervisor.COMMAND).exists, lambda: cancel(folder)):
        end = supervised(folder)[1]
    assert (end["state"], end["code"], end["stopped"]) == ("cancelled", -signal.SIGTERM, "cancelled")


def test_the_deadline_ends_a_run(folder: Path) -> None:
    """Without any bot; and what was ended so has failed."""
    ordered(folder, "sleep", "60", deadline=100)
    end = supervised(folder)[1]
    assert (end["state"], end["code"], end["stopped"]) == ("failed", -signal.SIGTERM, "deadline")


def test_what_ignores_term_is_killed(folder: Path) -> None:
    """After the grace, with its whole group."""
    ordered(folder, "sh", "-c", "trap '' TERM; sleep 60 & echo $! > child; touch up; sleep 60; sleep 60", grace=100)
    with meanwhile((folder / "up").exists, lambda: cancel(folder)):
        end = supervised(folder)[1]
    assert (end["state"], end["code"]) == ("cancelled", -signal.SIGKILL)
    vanishes(int((folder / "child").read_text()))


def test_what_stays_behind_after_a_stop_is_killed(folder: Path) -> None:
    """The leader obeys, a child of its group does not: it has the grace, and no more."""
    child = "(trap '' TERM; touch up; sleep 60; sleep 60) & echo $! > child; sleep 60"
    ordered(folder, "sh", "-c", child, grace=300)
    with meanwhile((folder / "up").exists, lambda: cancel(folder)):
        end = supervised(folder)[1]
    assert end["code"] == -signal.SIGTERM
    vanishes(int((folder / "child").read_text()))


def vanishes(process: int) -> None:
    give_up = time.monotonic() + 10
    while supervisor.since(process):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_signals_to_the_supervisor_do_not_stop_the_run(folder: Path) -> None:
    """A terminal that closes, or a service manager that is in a hurry, does not lose the outcome."""
    ordered(folder, "sh", "-c", "until test -e go; do sleep 0.01; done")

    def disturb() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            os.kill(os.getpid(), number)
        (folder / "go").touch()

    with meanwhile((folder / supervisor.COMMAND).exists, disturb):
        assert supervised(folder)[1]["state"] == "succeeded"


def test_a_preparation_that_fails(folder: Path) -> None:
    """Without its files the command is not started."""
    ordered(folder, "touch", "ran", prepare=[["sh", "-c", "echo no such commit; exit 128"]])
    end = supervised(folder)[1]
    assert (end["state"], end["code"], end["touched"]) == ("failed", 128, False)
    assert not (folder / "ran").exists()


def test_a_command_that_is_not_there(folder: Path) -> None:
    """Why is the last line of the output."""
    ordered(folder, "./absent")
    end = supervised(folder)[1]
    assert (end["state"], end["code"], end["touched"]) == ("failed", None, False)
    assert (folder / supervisor.OUTPUT).read_text().startswith("cannot start ./absent: ")


def test_a_flood_is_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the end is kept, and the step that was printed last before it."""
    monkeypatch.setattr(supervisor, "OUTPUT_CAP", 1_000)
    monkeypatch.setattr(supervisor, "OUTPUT_KEPT", 100)
    monkeypatch.setattr(supervisor, "TICK", 0.05)
    ordered(
        folder,
        "sh",
        "-c",
        "echo '::step 1/2 talk'; yes | head -c 5000; until test $(wc -c < output) -lt 1000; do sleep 0.01; done; echo over",
    )
    supervised(folder)
    text = (folder / supervisor.OUTPUT).read_text()
    assert text.startswith("(the beginning was cut)\n::step 1/2 talk\n")
    assert text.endswith("y\nover\n")
    assert len(text) < 200


def test_a_full_disk_delays_the_end_but_does_not_lose_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the end is tried again until there is space."""
    tries: list[Path] = []

    def writes(path: Path, content: dict[str, Any]) -> None:
        tries.append(path)
        if len(tries) < 3:
            raise OSError(28, "No space left on device")
        path.write_text(json.dumps(content))

    monkeypatch.setattr(supervisor, "write_durably", writes)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    supervisor._write_stubbornly(folder / supervisor.EXIT, {"state": "failed"})
    assert json.loads((folder / supervisor.EXIT).read_text()) == {"state": "failed"}
    assert len(tries) == 3


def test_a_bug_is_written_down(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody hears a supervisor: what broke it stands in its folder."""

    def broken(*_words: object) -> None:
        raise RuntimeError("broken")

    kept = [os.dup(stream) for stream in (0, 1, 2)]
    where = Path.cwd()
    monkeypatch.setattr(supervisor, "_supervise", broken)
    try:
        supervisor._as_a_daemon(folder, -1)
    finally:
        os.chdir(where)
        for stream, copy in enumerate(kept):
            os.dup2(copy, stream)
            os.close(copy)
    assert "RuntimeError: broken" in (folder / "trouble").read_text()


def test_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ps` tells when a process started; and for no process, nothing."""
    monkeypatch.setattr(subprocess, "run", _ps)
    assert supervisor._since_by_ps(1) == "Tue Nov 24 10:00:00 2026"
    assert supervisor._since_by_ps(2) == ""
    assert supervisor._since_by_ps(3) == ""


class _Printed:
    def __init__(self, stdout: str) -> None:
        self.stdout = stdout


def _ps(argv: list[str], **_how: object) -> _Printed:
    answers = {"1": "Ss   Tue Nov 24 10:00:00 2026\n", "2": "", "3": "Z    Tue Nov 24 10:00:00 2026\n"}
    return _Printed(answers[argv[-1]])
