"""Carries one run to its end, detached from the bot, and writes down what became of it (standard library only, run as a file).

`python -I -S supervisor.py FOLDER` prints `started`, `adopted` (somebody else has it or had it) or `trouble: …` (nothing was started), and
leaves a process of its own session behind. The folder holds, in the order in which they appear:

    order.json     what to run; written by the bot
    lock           held with flock by the supervisor, as long as it lives
    started.json   the supervisor's process: from here on this run counts as started, whatever happens
    output         what the command printed
    command.json   the command's process, which leads its own group
    cancel         somebody wants it stopped; written by the bot
    exit.json      how it ended
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO

ORDER, LOCK, STARTED, OUTPUT, COMMAND, CANCEL, EXIT = (
    "order.json",
    "lock",
    "started.json",
    "output",
    "command.json",
    "cancel",
    "exit.json",
)
TICK = 0.5  # seconds between looks at the deadline, the cancel file and the size of the output
OUTPUT_CAP = 16 * 1024 * 1024  # bytes; beyond it only the end is kept
OUTPUT_KEPT = 256 * 1024
STEP = b"::step "


def main(folder: Path) -> int:
    """Detach a supervisor for the folder, and print what it says about its start."""
    heard, said = os.pipe()
    if os.fork():
        os.close(said)
        with os.fdopen(heard, "rb") as answer:
            sys.stdout.write(answer.read().decode() or "trouble: the supervisor ended at once")
        return 0
    os.close(heard)
    os.setsid()
    if os.fork():
        os._exit(0)
    _as_a_daemon(folder, said)
    os._exit(0)


def _as_a_daemon(folder: Path, said: int) -> None:
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        _supervise(folder, said)
    except BaseException:  # noqa: BLE001 - nobody is left to hear it, so it is written down
        (folder / "trouble").write_text(traceback.format_exc())


def _supervise(folder: Path, said: int) -> None:
    woken = _woken_by_signals()
    try:
        lock = _locked(folder)
        if lock is None or (folder / STARTED).exists():
            _say(said, "adopted")
            return
        order = json.loads((folder / ORDER).read_text())
        write_durably(folder / STARTED, {**this_process(os.getpid()), "at": _now()})
    except (OSError, ValueError) as error:
        _say(said, f"trouble: {error}")
        return
    _say(said, "started")
    _write_stubbornly(folder / EXIT, _Watch(folder, order, woken).outcome())
    os.close(lock)


def _say(said: int, word: str) -> None:
    os.write(said, word.encode())
    os.close(said)


def _locked(folder: Path) -> int | None:
    """The lock, held; None where another supervisor has it. An observer holds it for an instant only, so we ask again."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if (folder / STARTED).exists():
                return None
            time.sleep(0.01)
        else:
            return lock
    return None


def _woken_by_signals() -> int:
    """A descriptor that becomes readable with every signal. Real functions, as the command would inherit SIG_IGN."""
    woken, waker = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return woken


class _Watch:
    """One run: its commands, its deadline, and whoever wants it stopped."""

    def __init__(self, folder: Path, order: dict[str, Any], woken: int) -> None:
        self.folder = folder
        self.order = order
        self.woken = woken
        self.ends_at = time.monotonic() + order["deadline"] / 1000
        self.stopped = ""  # why TERM was sent: cancelled or deadline
        self.kill_at = 0.0

    def outcome(self) -> dict[str, Any]:
        """Run everything; how it ended, ready for `exit.json`."""
        with (self.folder / OUTPUT).open("ab") as output:
            for argv in self.order["prepare"]:
                Path(self.order["checkout"]).mkdir(exist_ok=True)
                code = self._run(argv, output, {"cwd": self.folder, "env": self.order["prepare_environment"]})
                if code != 0:
                    return self._ended(code, touched=False)
            code = self._run(self.order["argv"], output, {"cwd": self.order["folder"]})
            return self._ended(code, touched=code is not None)

    def _run(self, argv: list[str], output: BinaryIO, surroundings: dict[str, Any]) -> int | None:
        """The exit status (negative: killed by that signal), or None where nothing was started."""
        self._notice()
        if self.stopped:
            return None
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **surroundings
            )
        except (OSError, ValueError) as error:
            with contextlib.suppress(OSError):
                output.write(f"cannot start {argv[0]}: {error}\n".encode())
                output.flush()
            return None
        # On a full disk the run goes on; only stopping it after this supervisor's own death would need the file.
        with contextlib.suppress(OSError):
            write_durably(self.folder / COMMAND, this_process(process.pid))
        while process.poll() is None:
            self._notice()
            self._stop(process.pid)
            with contextlib.suppress(OSError):
                self._trim()
            self._wait()
        self._clear(process.pid)
        return process.returncode

    def _notice(self) -> None:
        if self.stopped:
            return
        if (self.folder / CANCEL).exists():
            self.stopped = "cancelled"
        elif time.monotonic() >= self.ends_at:
            self.stopped = "deadline"

    def _stop(self, group: int) -> None:
        if self.stopped and not self.kill_at:
            self.kill_at = time.monotonic() + self.order["grace"] / 1000
            _signal_group(group, signal.SIGTERM)
        elif self.stopped and time.monotonic() >= self.kill_at:
            _signal_group(group, signal.SIGKILL)

    def _clear(self, group: int) -> None:
        """After a stop nothing of the command's group stays behind; what left the group (a service it started) is not ours."""
        while self.kill_at and _signal_group(group, 0):
            if time.monotonic() >= self.kill_at:
                _signal_group(group, signal.SIGKILL)
                return
            time.sleep(0.02)

    def _trim(self) -> None:
        path = self.folder / OUTPUT
        if path.stat().st_size <= OUTPUT_CAP:
            return
        # In place, so that it works on a full disk; the command appends, and what it writes meanwhile is lost in the flood.
        with path.open("r+b") as output:
            text = output.read()
            step = text[text.rfind(STEP) :].split(b"\n", 1)[0] if STEP in text else b""
            output.seek(0)
            output.write(b"(the beginning was cut)\n" + step + b"\n" + text[-OUTPUT_KEPT:])
            output.truncate()

    def _wait(self) -> None:
        left = (self.kill_at if self.stopped else self.ends_at) - time.monotonic()
        select.select([self.woken], [], [], max(0.01, min(TICK, left)))
        try:
            os.read(self.woken, 4096)
        except BlockingIOError:
            return

    def _ended(self, code: int | None, *, touched: bool) -> dict[str, Any]:
        # A command that was told to stop and still ends with 0 says that it finished.
        state = "succeeded" if code == 0 else "cancelled" if self.stopped == "cancelled" else "failed"
        return {"state": state, "code": code, "stopped": self.stopped, "touched": touched, "at": _now()}


def _signal_group(group: int, number: int) -> bool:
    """Signal the group; False where nothing is left of it."""
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True


def this_process(pid: int) -> dict[str, Any]:
    """A process by its number and its start, which tells it from a later one with the same number."""
    return {"pid": pid, "since": since(pid)}


def since(pid: int) -> str:
    """When a process started, as an opaque word; empty where there is none, or where it has ended and was only not reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _since_by_ps(pid)
    fields = stat[stat.rindex(b")") + 2 :].split()
    return "" if fields[0] in {b"X", b"x", b"Z"} else f"{boot}:{fields[19].decode()}"


def _since_by_ps(pid: int) -> str:
    """For systems without /proc."""
    answer = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    state, _, start = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else " ".join(start.split())


def write_durably(path: Path, content: dict[str, Any]) -> None:
    """Write, so that after a crash there is the whole file or none."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_stubbornly(path: Path, content: dict[str, Any]) -> None:
    """A full disk may be cleared: how a run ended is worth a minute of waiting."""
    for _try in range(60):
        try:
            write_durably(path, content)
        except OSError:
            time.sleep(1)
        else:
            return


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
