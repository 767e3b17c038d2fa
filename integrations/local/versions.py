"""Asks a target what it serves, by its own command."""

import asyncio
import os
import re
from dataclasses import dataclass, field

from pydantic import BaseModel

from bot.domain.facts import Live
from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Target
from bot.errors import IntegrationError, Kind
from bot.ports import Clock
from integrations._text import readable
from integrations.local.deployer import target_of
from integrations.local.process import Answer, Limits, answer_of
from integrations.local.words import filled

DEADLINE = 5 * SECOND
AT_ONCE = 2  # processes that ask one target; whoever asks meanwhile waits
_REVISION = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, kw_only=True)
class LocalVersions:
    """The Versions port over a target's `current` command."""

    clock: Clock
    secrets: tuple[str, ...] = field(default=(), repr=False)
    turns: dict[Target, asyncio.Semaphore] = field(default_factory=dict, repr=False, compare=False)

    async def current(self, target: Target, how: BaseModel) -> Live | None:
        """The first word that the command prints; None where it prints nothing, or where there is no command.

        Raises IntegrationError: UNAVAILABLE where it fails or takes longer than 5 s, INVALID where it prints no revision.
        """
        settings = target_of(how)
        if settings.current is None:
            return None
        argv = filled(settings.current, {"service": target.service, "environment": target.environment})
        kept = {name: os.environ[name] for name in settings.keep_environment if name in os.environ}
        async with self.turns.setdefault(target, asyncio.Semaphore(AT_ONCE)):
            answer = await answer_of(
                argv, environment={"PATH": os.defpath} | kept, limits=Limits(deadline=DEADLINE), folder=settings.folder
            )
        revision = self._revision(target, answer)
        return Live(revision=revision, said_by=f"{target.service} itself", at=self.clock.now()) if revision else None

    def _revision(self, target: Target, answer: Answer) -> str:
        if answer.code != 0:
            said = readable(answer.errors, secrets=self.secrets) or f"exit status {answer.code}"
            raise IntegrationError(
                f"{target} could not say what it serves: {said}", kind=Kind.UNAVAILABLE, effect=Effect.NONE
            )
        first_line = answer.output.decode(errors="replace").strip().partition("\n")[0]
        word = first_line.partition(" ")[0].strip()
        if word and not _REVISION.fullmatch(word):
            raise IntegrationError(
                f"{target} answered `{readable(word, secrets=self.secrets, cap=60)}`, which is not a revision",
                kind=Kind.INVALID,
                effect=Effect.NONE,
                hint="The `current` command has to print the full hash of the commit that is served, or nothing.",
            )
        return word
