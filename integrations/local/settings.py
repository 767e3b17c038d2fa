"""What a configuration may say about `local`: the connection, and how one target is deployed by a command."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.config.section import Section
from bot.config.values import Duration, Within, wrong
from integrations.local.words import CURRENT_WORDS, RUN_WORDS, unknown_words

KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What a command sees of the bot's environment unless the target says otherwise: nothing that could be a secret."""


def _program(argv: tuple[str, ...]) -> tuple[str, ...]:
    if not argv or not argv[0].strip():
        raise wrong("names no program", 'write a list: [./deploy.sh, "{environment}", "{revision}"]')
    if any("\0" in word for word in argv):
        raise wrong("a word with a NUL character, which no program can be given", "remove it")
    return argv


def _run_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    return _only(argv, RUN_WORDS)


def _current_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    return _only(argv, CURRENT_WORDS)


def _only(argv: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    if unknown := unknown_words(argv, known):
        listed = ", ".join(f"{{{word}}}" for word in sorted(known))
        raise wrong(f"no such placeholder: {{{unknown[0]}}}", f"the placeholders here are {listed}")
    return argv


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise wrong("not the name of an environment variable", "write the name alone, without $ or =: [PATH, HOME]")
    return name


Program = Annotated[tuple[str, ...], AfterValidator(_program)]


class LocalSettings(Section):
    """The connection: nothing has to be set."""

    runs: Path | None = Field(
        default=None,
        description="The folder with one folder per run, on a local disk. Unless set: `runs` beside the database. "
        "It belongs to the bot's memory: never empty it while an operation is unfinished.",
    )
    git_deadline: Annotated[Duration, Within("1s", "5m")] = Field(
        default=Duration.read("10s"), description="How long one question to git may take."
    )

    @field_validator("runs")
    @classmethod
    def _from_the_file(cls, runs: Path | None, info: ValidationInfo) -> Path | None:
        return _absolute(runs, info) if runs else None


class LocalTarget(Section):
    """How one target is deployed: by a command, started without a shell."""

    run: Annotated[Program, AfterValidator(_run_words)] = Field(
        description="The program and its arguments, as a list; no shell reads it. Placeholders: {environment}, {service}, "
        "{revision}, {previous}, {operation}, and {checkout}: a fresh folder with the revision's files. Exit status 0 "
        "means deployed. A printed line `::step 3/4 migrate` shows on the card."
    )
    current: Annotated[Program, AfterValidator(_current_words)] | None = Field(
        default=None,
        description="The program that prints the revision which the target serves (nothing: none yet). "
        "Placeholders: {environment}, {service}. Without it the bot knows only its own record.",
    )
    folder: Path = Field(
        default=Path(),
        validate_default=True,
        description="Where both programs run. Unless set: the folder of the configuration file.",
    )
    deadline: Annotated[Duration, Within("1s", "7d")] | None = Field(
        default=None, description="How long a run may take before it is stopped. Unless set: the bot's own limit."
    )
    grace: Annotated[Duration, Within("0s", "10m")] = Field(
        default=Duration.read("10s"),
        description="How long a run that is stopped may clean up (after TERM) before it is killed.",
    )
    keep_environment: tuple[Annotated[str, AfterValidator(_variable)], ...] = Field(
        default=KEPT,
        description="The environment variables that the programs see; a secret passes only when it is named here.",
    )

    @field_validator("folder")
    @classmethod
    def _from_the_file(cls, folder: Path, info: ValidationInfo) -> Path:
        return _absolute(folder, info)

    @property
    def wants_checkout(self) -> bool:
        """True where the command asks for the revision's files."""
        return any("{checkout}" in word for word in self.run)


def _absolute(path: Path, info: ValidationInfo) -> Path:
    start = (info.context or {}).get("directory", Path.cwd())
    return Path(start, path.expanduser()).absolute()
