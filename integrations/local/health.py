"""Looks at a target on this machine: whether its process is alive, and whether it serves the revision."""

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bot.domain.operations import Effect
from bot.domain.terms import Target, short
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError, Kind
from integrations.local.deployer import target_of
from integrations.local.probe import LocalProbe
from integrations.local.versions import LocalVersions
from integrations.local.words import filled

_LONGEST = 32  # bytes of a file that holds a process id


@dataclass(frozen=True, kw_only=True)
class LocalHealth:
    """The Health port over files and the target's `current` command."""

    versions: LocalVersions

    async def probe(self, target: Target, revision: str, *, settings: BaseModel, how: BaseModel) -> Reading:
        """Fail where the process is gone or another revision is served; inconclusive where nobody can say.

        Raises IntegrationError for settings of another integration, and where the target cannot be asked.
        """
        if not isinstance(settings, LocalProbe):
            why = f"settings of another integration: {type(settings).__name__}"
            raise IntegrationError(why, kind=Kind.INVALID, effect=Effect.NONE)
        if settings.process is not None:
            words = {"environment": target.environment, "service": target.service}
            (named,) = filled((settings.process,), words)
            process = _process(Path(target_of(how).folder, named))
            if process.signal is not Signal.PASS:
                return process
        return await self._serves(target, revision, how=how, watched=settings.process is not None)

    async def _serves(self, target: Target, revision: str, *, how: BaseModel, watched: bool) -> Reading:
        live = await self.versions.current(target, how)
        if live is not None and live.revision == revision:
            alive = "alive, and " if watched else ""
            return Reading(signal=Signal.PASS, seen=f"{alive}serves {short(revision)}", value=revision)
        if live is not None:
            return Reading(signal=Signal.FAIL, seen=f"serves {short(live.revision)}", value=live.revision)
        if watched and target_of(how).current is None:
            return Reading(signal=Signal.PASS, seen="its process is alive")
        return Reading(signal=Signal.INCONCLUSIVE, seen="it does not say what it serves")


def _process(path: Path) -> Reading:
    try:
        with path.open("rb") as file:
            word = file.read(_LONGEST).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return Reading(signal=Signal.FAIL, seen=f"{path.name} is not there, so its process is not either")
    except OSError as error:
        return Reading(signal=Signal.INCONCLUSIVE, seen=f"{path.name}: {error.strerror or type(error).__name__}")
    if not (word.isascii() and word.isdigit()) or int(word) <= 1:
        return Reading(signal=Signal.INCONCLUSIVE, seen=f"{path.name} holds no process id")
    if not _alive(int(word)):
        return Reading(signal=Signal.FAIL, seen=f"process {word} is gone", value=word)
    return Reading(signal=Signal.PASS, seen=f"process {word} is alive", value=word)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return process < 2**22  # somebody else's; no system has higher ids than that
    return True
