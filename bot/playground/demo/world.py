"""The demo's world: repositories, services that really run, and the configuration that ships them."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.playground.demo import ship
from bot.playground.demo.configuration import configuration
from bot.playground.demo.errors import DemoError
from bot.playground.demo.history import HISTORIES, History
from bot.playground.demo.repositories import repository, revision

ENVIRONMENTS = ("staging", "production")
BASE_URL = "${SLACK_BASE_URL}"
_UP = 60  # seconds for all services to come up


@dataclass(frozen=True, kw_only=True)
class Place:
    """A service in an environment: `url` is its page, `revision` what it served when the demo started."""

    service: str
    environment: str
    url: str
    revision: str


@dataclass(frozen=True, kw_only=True)
class DemoWorld:
    """Everything that is there; `revisions` are full hashes by `service@ref`."""

    folder: Path
    configuration: Path
    places: tuple[Place, ...]
    revisions: Mapping[str, str]

    def place(self, service: str, environment: str) -> Place:
        """One of the places; KeyError for none."""
        found = {(place.service, place.environment): place for place in self.places}
        return found[service, environment]


def create(folder: Path, *, base_url: str = BASE_URL) -> DemoWorld:
    """Set the demo up in `folder`, or bring it back as it was when it was stopped. Blocks for a second or two; raises DemoError.

    `base_url` is the playground's Web API; by default the configuration reads it from SLACK_BASE_URL, like the tokens.
    """
    folder = folder.resolve()
    (folder / "state").mkdir(parents=True, exist_ok=True)
    (folder / "git").mkdir(exist_ok=True)
    repositories = {history.name: repository(folder / "git", history) for history in HISTORIES}
    shutil.copyfile(ship.__file__, folder / "ship.py")
    _keep_ports(folder)
    file = folder / "quarterdeck.yaml"
    file.write_text(configuration(folder, repositories, base_url=base_url), encoding="utf-8")
    (folder / "state" / "stopped").unlink(missing_ok=True)
    revisions = {name: revision(repositories[name.partition("@")[0]], name.partition("@")[2]) for name in _refs()}
    places = tuple(
        _place(folder, history, environment, revisions) for history in HISTORIES for environment in ENVIRONMENTS
    )
    _bring_up(folder, places)
    return DemoWorld(folder=folder, configuration=file, places=places, revisions=revisions)


def stop(folder: Path) -> None:
    """End every service of the demo; nothing else is touched, and `create` brings them back. Harmless where there is no demo."""
    ship.stop(folder.resolve())


def clean(folder: Path) -> None:
    """Stop, and remove the demo with all that it remembers."""
    stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _refs() -> list[str]:
    tags = [f"{history.name}@{commit.tag}" for history in HISTORIES for commit in history.commits if commit.tag]
    return [*(f"{history.name}@main" for history in HISTORIES), *tags, "web@feature/gift-cards"]


def _berth(folder: Path, service: str, environment: str) -> ship.Berth:
    return ship.Berth(folder=folder, service=service, environment=environment)


def _place(folder: Path, history: History, environment: str, revisions: Mapping[str, str]) -> Place:
    berth = _berth(folder, history.name, environment)
    try:
        serves = str(json.loads(berth.record.read_text(encoding="utf-8"))["revision"])
    except (FileNotFoundError, ValueError):
        serves = ""
    known = serves in set(revisions.values())
    first = revisions[f"{history.name}@{history.live[environment]}"]
    url = f"http://127.0.0.1:{berth.port}/"
    return Place(service=history.name, environment=environment, url=url, revision=serves if known else first)


def _keep_ports(folder: Path) -> None:
    """Each place keeps its port from one start to the next, unless somebody else has taken it meanwhile."""
    file = folder / "ports.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    with ExitStack() as held:
        ports: dict[str, int] = {}
        for history in HISTORIES:
            for environment in ENVIRONMENTS:
                name = f"{history.name} {environment}"
                ours = ship.running(_berth(folder, history.name, environment).record) is not None
                ports[name] = kept[name] if ours and name in kept else _port(held, kept.get(name, 0))
    ship.write(file, ports)


def _port(held: ExitStack, wanted: int) -> int:
    for port in (wanted, 0):
        listener = held.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        return int(listener.getsockname()[1])
    raise DemoError("there is no free port on 127.0.0.1")


def _bring_up(folder: Path, places: tuple[Place, ...]) -> None:
    """Deploy what is not serving yet, by the demo's own script, all at once and without pauses for the eye."""
    missing = [
        place
        for place in places
        if ship.running(_berth(folder, place.service, place.environment).record) is None
        or ship.serves(_berth(folder, place.service, place.environment).port) != place.revision
    ]
    deploys = [(place, _deploy(folder, place)) for place in missing]
    troubles = [f"{place.service} in {place.environment}: {said}" for place, run in deploys if (said := _trouble(run))]
    if troubles:
        stop(folder)
        raise DemoError(f"the demo's services did not come up: {'; '.join(troubles)}")


def _trouble(deploying: subprocess.Popen[bytes]) -> str:
    """Wait for it; its last words where it failed."""
    try:
        said, _ = deploying.communicate(timeout=_UP)
    except subprocess.TimeoutExpired:
        deploying.kill()
        said, _ = deploying.communicate()
    if deploying.returncode == 0:
        return ""
    return said.decode(errors="replace").strip().rpartition("\n")[2] or "it said nothing"


def _deploy(folder: Path, place: Place) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(folder / "ship.py"), "deploy", place.service, place.environment, place.revision],
        env={**os.environ, ship.PACE: "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
