"""Deploys, asks and stops the demo's services: a script of the kind that teams have, with the standard library only.

    ship.py deploy SERVICE ENVIRONMENT REVISION
    ship.py current SERVICE ENVIRONMENT
    ship.py stop

It lives in the demo's folder, beside `git/` (repositories), `releases/`, `state/` (who serves what) and `data/`. A new server first listens on
a private port only; when it answers there it joins the old one on the public port, and then the old one leaves. A deploy that fails
before that leaves the old one serving. Servers run in a session of their own: stopping a deploy does not reach them.
"""

import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACE = "QUARTERDECK_DEMO_PACE"  # 1 is the pace for people, 0 is as fast as it goes
PATIENCE = 10.0  # seconds for a server to come up or to leave
KEPT_RELEASES = 3


class ShipError(Exception):
    """What went wrong, in the words that become the last line of the output."""


@dataclass(frozen=True, kw_only=True)
class Berth:
    """Where one service runs in one environment, below the demo's folder."""

    folder: Path
    service: str
    environment: str

    @property
    def name(self) -> str:
        """For files."""
        return f"{self.service}-{self.environment}"

    @property
    def record(self) -> Path:
        """Who serves: pid, since, revision, release."""
        return self.folder / "state" / f"{self.name}.json"

    @property
    def newcomer(self) -> Path:
        """The same of a server that does not serve in public yet."""
        return self.folder / "state" / f"{self.name}.new.json"

    @property
    def log(self) -> Path:
        """What its servers print."""
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def port(self) -> int:
        """Its public port, which never changes."""
        ports = json.loads((self.folder / "ports.json").read_text(encoding="utf-8"))
        return int(ports[f"{self.service} {self.environment}"])


# ---- deploy --------------------------------------------------------------------------------------------------------


def deploy(berth: Berth, revision: str, pace: float) -> None:
    """The four steps; raises ShipError, and then what served before still serves."""
    step(1, "fetch")
    release = fetch(berth, revision)
    rest(1.2 * pace)
    step(2, "build")
    build(release)
    rest(2.4 * pace)
    step(3, "migrate")
    migrate(berth, release)
    rest(1.6 * pace)
    step(4, "switch")
    rest(1.0 * pace)
    switch(berth, revision, release)
    say(f"{berth.environment} serves {revision[:7]} on http://127.0.0.1:{berth.port}")


def fetch(berth: Berth, revision: str) -> Path:
    """A fresh folder with the revision's files."""
    repository = berth.folder / "git" / f"{berth.service}.git"
    release = berth.folder / "releases" / f"{berth.name}-{revision[:7]}-{os.getpid()}"
    release.mkdir(parents=True)
    index = release / ".index"  # inside, so that it goes with the release
    git = ["git", "-C", str(repository), f"--work-tree={release}"]
    for words in (["read-tree", f"{revision}^{{tree}}"], ["checkout-index", "--all", f"--prefix={release}/"]):
        done = subprocess.run(
            [*git, *words],
            env={**os.environ, "GIT_INDEX_FILE": str(index)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ShipError(f"git {words[0]} failed: {done.stderr.strip()}")
    index.unlink()
    say(f"{sum(path.is_file() for path in release.rglob('*'))} files of {berth.service} at {revision[:7]}")
    return release


def build(release: Path) -> None:
    """Compile what can be compiled: a typo ends here."""
    for path in sorted(release.glob("*.py")):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
        say(f"compiled {path.name}")


def migrate(berth: Berth, release: Path) -> None:
    """Bring this environment's database up to date, with the revision's own means."""
    database = berth.folder / "data" / f"{berth.name}.db"
    database.parent.mkdir(exist_ok=True)
    done = subprocess.run([sys.executable, "server.py", "migrate", str(database)], cwd=release, check=False)
    if done.returncode != 0:
        raise ShipError("the migration failed")


def switch(berth: Berth, revision: str, release: Path) -> None:
    """Start the new server, look at it, let it in, and let the old one go."""
    with locked(berth.folder):
        if (berth.folder / "state" / "stopped").exists():
            raise ShipError("the demo was stopped")
        settle(berth)
        say("starting the new server beside the old one")
        server = started(berth, revision, release)
        try:
            private = looked_at(berth, server, revision)
        except BaseException:
            gone(berth.newcomer)
            raise
        # From here on half of it would be worse than either end.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.send_signal(signal.SIGUSR1)
        until(lambda: asked(private, "/health").get("public"), "the new server did not take the port")
        until(lambda: free_or_ours(berth), "the port is not served")
        gone(berth.record)
        berth.newcomer.replace(berth.record)
        until(lambda: serves(berth.port) == revision, f"port {berth.port} answers with another revision")
        tidy(berth, release)


def started(berth: Berth, revision: str, release: Path) -> subprocess.Popen[bytes]:
    """The new server, in a session of its own, written down before anything else happens."""
    berth.log.parent.mkdir(exist_ok=True)
    words = ["--service", berth.service, "--environment", berth.environment, "--revision", revision]
    words += ["--port", str(berth.port), "--card", str(release / "card.json")]
    with berth.log.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "server.py", "serve", *words],
            cwd=release,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    card = {"pid": server.pid, "since": since(server.pid), "revision": revision, "release": str(release)}
    write(berth.newcomer, card)
    return server


def looked_at(berth: Berth, server: subprocess.Popen[bytes], revision: str) -> int:
    """The private port of a server that is well and says the right revision; raises ShipError with its last words otherwise."""
    card = Path(json.loads(berth.newcomer.read_text(encoding="utf-8"))["release"], "card.json")

    def ready() -> bool:
        if server.poll() is not None:
            raise ShipError(f"health check failed: {last_words(berth)}")
        return card.exists()

    until(ready, f"health check failed: no answer within {PATIENCE:g} s")
    port = int(json.loads(card.read_text(encoding="utf-8"))["port"])
    if serves(port) != revision:
        raise ShipError("health check failed: it says that it is another revision")
    say(f"health check passed on port {port}")
    return port


def last_words(berth: Berth) -> str:
    """The last line that the server printed."""
    lines = berth.log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it ended without a word")


def settle(berth: Berth) -> None:
    """After a deploy that was killed half way: a newcomer that serves alone stays, any other one goes."""
    if running(berth.newcomer) is not None and running(berth.record) is None:
        berth.newcomer.replace(berth.record)
    gone(berth.newcomer)


def free_or_ours(berth: Berth) -> bool:
    """Whether the public port answers at all."""
    return bool(serves(berth.port))


def tidy(berth: Berth, current_release: Path) -> None:
    """Remove all but the newest releases of this berth."""
    found = sorted((berth.folder / "releases").glob(f"{berth.name}-*"), key=lambda path: path.stat().st_mtime)
    for path in [path for path in found if path != current_release][: -KEPT_RELEASES + 1]:
        shutil.rmtree(path, ignore_errors=True)


# ---- current and stop ----------------------------------------------------------------------------------------------


def current(berth: Berth) -> str:
    """The revision that the berth's public port answers with; empty where nothing was ever deployed. Raises ShipError."""
    if revision := serves(berth.port):
        return revision
    if berth.record.exists():
        raise ShipError(f"nothing answers on port {berth.port}")
    return ""


def stop(folder: Path) -> None:
    """End every server, and let no deploy that still runs start another one; what was served is remembered."""
    state = folder / "state"
    if not state.is_dir():
        return
    with locked(folder):
        (state / "stopped").touch()
        for card in sorted(state.glob("*.json")):
            gone(card, forget=card.name.endswith(".new.json"))


# ---- processes -----------------------------------------------------------------------------------------------------


def since(pid: int) -> str:
    """When a process started, as an opaque word, which tells it from a later one of the same number; empty for none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, check=False, text=True)
        return " ".join(answer.stdout.split())
    fields = stat[stat.rindex(b")") + 2 :].split()
    return "" if fields[0] in {b"Z", b"X"} else fields[19].decode()


def running(card: Path) -> int | None:
    """The number of the process that a record names, where that very one still runs."""
    try:
        found = json.loads(card.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return int(found["pid"]) if found["since"] and since(found["pid"]) == found["since"] else None


def gone(card: Path, *, forget: bool = True) -> None:
    """End the process that a record names: politely first, then not; then forget the record."""
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        pid = running(card)
        if pid is None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        give_up = time.monotonic() + patience
        while running(card) is not None and time.monotonic() < give_up:
            reap(pid)
            time.sleep(0.01)
    if forget:
        card.unlink(missing_ok=True)


def reap(pid: int) -> None:
    """Where the process is our own child, take note of its end."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One switch at a time, and none while the demo is being stopped."""
    (folder / "state").mkdir(parents=True, exist_ok=True)
    with (folder / "state" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def serves(port: int) -> str:
    """What a port answers to /revision; empty where nothing does."""
    return get(port, "/revision").strip()


def asked(port: int, path: str) -> dict[str, Any]:
    """A JSON answer, or nothing."""
    found = json.loads(get(port, path) or "{}")
    return found if isinstance(found, dict) else {}


def get(port: int, path: str) -> str:
    """The body of an answer; empty where there is none within two seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read(4_096).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def until(condition: Callable[[], object], otherwise: str) -> None:
    """Wait for it; raises ShipError when it takes too long."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() >= give_up:
            raise ShipError(otherwise)
        time.sleep(0.02)


def write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)


def step(number: int, name: str) -> None:
    """A line that Quarterdeck shows on its card."""
    say(f"::step {number}/4 {name}")


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rest(seconds: float) -> None:
    """A real deploy takes its time, and people want to see the steps."""
    time.sleep(seconds)


def main(words: list[str]) -> int:
    """Exit status 0: done; 1: it failed, and the last line says why; 2: wrong words."""
    folder = Path(__file__).resolve().parent
    try:
        match words:
            case ["deploy", service, environment, revision]:
                signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped on request"))
                berth = Berth(folder=folder, service=service, environment=environment)
                deploy(berth, revision, float(os.environ.get(PACE, "1")))
            case ["current", service, environment]:
                say(current(Berth(folder=folder, service=service, environment=environment)))
            case ["stop"]:
                stop(folder)
            case _:
                sys.stderr.write(f"{__doc__}\n")
                return 2
    except ShipError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
