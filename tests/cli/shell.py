"""Run `quarterdeck` as people do: a process, its output, its exit code."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from bot.cli import main

ROOT = Path(__file__).parents[2]
PATIENCE = 40  # seconds


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a finished process said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything."""
        return self.out + self.err


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without any Slack secret, with the repository importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "QUARTERDECK_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **(extra or {})}


async def start(*words: str, cwd: Path, extra: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """Start and do not wait."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=cwd, env=environment(extra),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


async def quarterdeck(*words: str, cwd: Path, extra: Mapping[str, str] | None = None) -> Ran:
    """Run to the end."""
    process = await start(*words, cwd=cwd, extra=extra)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())


def typed(*words: str, cwd: Path, extra: Mapping[str, str] | None = None, answers: str = "") -> Ran:
    """The same in this process, for what ends before anything is served; a bug's traceback is a failed test."""
    before = Path.cwd()
    os.chdir(cwd)
    try:
        ran = CliRunner().invoke(main, words, input=answers, env=extra, catch_exceptions=False, prog_name="quarterdeck")
    finally:
        os.chdir(before)
    return Ran(code=ran.exit_code, out=ran.stdout, err=ran.stderr)


async def ready(process: asyncio.subprocess.Process) -> None:
    """Wait for the line that says so."""
    await ready_line(process, b"is ready")


async def ready_line(process: asyncio.subprocess.Process, words: bytes) -> str:
    """The first line of its output with these words."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while line := await process.stdout.readline():
            if words in line:
                return line.decode()
    raise AssertionError(f"it ended before it said {words!r}")
