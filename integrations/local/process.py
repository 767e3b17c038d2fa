"""Runs a program that answers soon: by argv, with a deadline and a cap on what it may print, leaving nothing behind."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind
from integrations._text import readable


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a program said: `cut` where it printed more than was wanted (it was ended then, and `code` says nothing)."""

    code: int
    output: bytes
    errors: str
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a program may take, in milliseconds, and how many bytes it may print."""

    deadline: Millis
    output: int = 64 * 1024


async def answer_of(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    limits: Limits,
    folder: Path | None = None,
    question: bytes = b"",
) -> Answer:
    """Run `argv` in a session of its own; raises IntegrationError (UNAVAILABLE) when it cannot start or takes too long."""
    process = await _started(argv, environment, folder)
    try:
        async with asyncio.timeout(limits.deadline / SECOND):
            return await _heard(process, question, limits.output)
    except TimeoutError:
        sentence = f"{Path(argv[0]).name} did not answer within {limits.deadline / SECOND:g} s"
        raise IntegrationError(sentence, kind=Kind.UNAVAILABLE, effect=Effect.NONE) from None
    finally:
        await _ended(process)


async def _started(
    argv: Sequence[str], environment: Mapping[str, str], folder: Path | None
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            env=environment,
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a word that no program can be given"
        raise IntegrationError(
            f"cannot start {argv[0]}: {reason}",
            kind=Kind.UNAVAILABLE,
            effect=Effect.NONE,
            hint=f"Check that {argv[0]} is there, executable, and that {folder or 'its folder'} exists.",
        ) from None


async def _heard(process: asyncio.subprocess.Process, question: bytes, cap: int) -> Answer:
    assert process.stdin
    assert process.stdout
    assert process.stderr
    (body, cut), errors, _ = await asyncio.gather(
        _read(process, process.stdout, cap), _drained(process.stderr), _asked(process.stdin, question)
    )
    await process.wait()
    return Answer(code=process.returncode or 0, output=body, errors=readable(errors), cut=cut)


async def _read(process: asyncio.subprocess.Process, stream: asyncio.StreamReader, cap: int) -> tuple[bytes, bool]:
    """What it prints, up to the cap; whoever prints more is ended."""
    found = bytearray()
    while chunk := await stream.read(65_536):
        found += chunk
        if len(found) > cap:
            _kill(process)
            return bytes(found[:cap]), True
    return bytes(found), False


async def _drained(stream: asyncio.StreamReader) -> str:
    """The end of what it complained about; all of it is read, so that it never waits for us."""
    kept = b""
    while chunk := await stream.read(65_536):
        kept = (kept + chunk)[-4_096:]
    return kept.decode(errors="replace")


async def _asked(stream: asyncio.StreamWriter, question: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        stream.write(question)
        await stream.drain()
    stream.close()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of the group, also where whoever asked was cancelled, or where the leader has gone without its children."""
    assert process.stdout
    if process.returncode is None or not process.stdout.at_eof():
        _kill(process)
    await process.wait()
    # Something that left the group may still hold the pipes open; we do not wait for it.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio offers no public way


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
