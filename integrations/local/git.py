"""Asks git: by argv, in a hardened environment, in exactly one repository, with a deadline and a cap."""

import asyncio
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._text import readable
from integrations.local.process import Answer, Limits, answer_of

FULL = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
AT_ONCE = 16  # processes; further questions wait for one to end
OUTPUT_CAP = 8 * 1024 * 1024


def environment(repository: Path) -> dict[str, str]:
    """For one repository: nobody's configuration but its own, no prompt, no network, no hooks, no looking in parent folders."""
    settings = {
        "safe.directory": str(repository),
        "core.hooksPath": os.devnull,
        "core.fsmonitor": "false",
        "core.quotePath": "false",
        "protocol.allow": "never",
        "log.showSignature": "false",
        "i18n.logOutputEncoding": "UTF-8",
    }
    configured = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        configured |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return configured | {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_CEILING_DIRECTORIES": str(repository.parent),
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
    }


def located(repository: str) -> Path:
    """The folder that a service's `repository` names; raises IntegrationError (INVALID) for what cannot be a folder."""
    if not repository or not repository.isprintable() or "://" in repository:
        raise _no_repository(readable(repository) or "an empty path")
    return Path(repository).expanduser().resolve()


def checkout_commands(repository: Path, revision: str, *, into: Path) -> list[list[str]]:
    """The argv lists that put a revision's files into an existing folder; the index goes beside it."""
    git = ["git", "-C", str(repository), f"--work-tree={into}"]
    return [
        [*git, "read-tree", f"{revision}^{{tree}}"],
        [*git, "checkout-index", "--all", "--force", f"--prefix={into}/"],
    ]


def checkout_environment(repository: Path, *, index: Path) -> dict[str, str]:
    """What those commands run with."""
    return environment(repository) | {"GIT_INDEX_FILE": str(index)}


@dataclass(frozen=True, kw_only=True)
class Git:
    """Questions to git, each of which changes nothing; `secrets` never appear in an error."""

    deadline: Millis
    secrets: tuple[str, ...] = field(default=(), repr=False)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), repr=False, compare=False)

    async def ask(self, repository: str, *words: str, question: bytes = b"") -> Answer:
        """Whatever git answers, with any exit status; raises IntegrationError where there is no repository."""
        folder = located(repository)
        async with self.turns:
            answer = await answer_of(
                ["git", "-C", str(folder), *words],
                environment=environment(folder),
                limits=Limits(deadline=self.deadline, output=OUTPUT_CAP),
                question=question,
            )
        if answer.code == 128 and not answer.cut:
            self._refuse_without_repository(repository, answer)
        return answer

    async def text(self, repository: str, *words: str, question: bytes = b"") -> str:
        """What git prints when all is well; raises IntegrationError (UNAVAILABLE) otherwise."""
        answer = await self.ask(repository, *words, question=question)
        if answer.code != 0 and not answer.cut:
            raise self.failed(words[0], answer)
        return answer.output.decode(errors="replace")

    def failed(self, verb: str, answer: Answer) -> IntegrationError:
        """What to raise where git fails for a reason that we do not know."""
        said = readable(answer.errors, secrets=self.secrets) or f"exit status {answer.code}"
        return IntegrationError(f"git {verb} failed: {said}", kind=Kind.UNAVAILABLE, effect=Effect.NONE)

    def _refuse_without_repository(self, repository: str, answer: Answer) -> None:
        said = answer.errors.lower()
        if "cannot change to" in said or "not a git repository" in said:
            raise _no_repository(readable(repository, secrets=self.secrets))
        if "permission denied" in said:
            raise IntegrationError(
                f"may not read the repository {readable(repository, secrets=self.secrets)}",
                kind=Kind.FORBIDDEN,
                effect=Effect.NONE,
                hint="Let the bot's user read it.",
            )

    async def version(self) -> str:
        """What git says it is; raises IntegrationError (UNAVAILABLE) where there is none."""
        answer = await answer_of(
            ["git", "--version"],
            environment={"PATH": os.environ.get("PATH", os.defpath)},
            limits=Limits(deadline=5 * SECOND),
        )
        return readable(answer.output.decode(errors="replace")).removeprefix("git version ")


def _no_repository(name: str) -> IntegrationError:
    return IntegrationError(
        f"there is no git repository at {name}",
        kind=Kind.INVALID,
        effect=Effect.NONE,
        hint="Write the path of a repository on this machine (bare, or with a working tree) as `repository`.",
    )
