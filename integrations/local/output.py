"""Reads what a run printed: its step, its last telling line, its tail; never more than a bounded part of the file."""

import re
from collections.abc import Sequence
from pathlib import Path

from integrations._text import readable, shown

_STEP = re.compile(rb"^::step ([0-9]{1,4})/([0-9]{1,4})[ \t]+([^\r\n]*?)[ \t]*\r?$", re.MULTILINE)
_PART = 64 * 1024
_SEARCHED = 16  # parts that are searched backwards for the step; a chatty build may have printed a lot since
_DETAIL_CAP = 200
_NAME_CAP = 60


def told(output: Path, *, secrets: Sequence[str] = ()) -> tuple[tuple[int, int, str], str]:
    """The step as (number, of, name), (0, 0, "") where none was printed, and the last non-empty line that is no step."""
    end = last_part(output, _PART)
    lines = [line for line in end.splitlines() if not line.startswith(b"::step ")]
    details = (readable(_text(line), secrets=secrets, cap=_DETAIL_CAP) for line in reversed(lines))
    return _step(output, secrets), next(filter(None, details), "")


def tail(output: Path, lines: int, *, secrets: Sequence[str] = ()) -> tuple[str, ...]:
    """The last `lines` lines."""
    if lines <= 0:
        return ()
    found = last_part(output, 8 * _PART).split(b"\n")
    if not found[-1]:
        found.pop()  # what stands behind the last line break
    return tuple(shown(_text(line), secrets=secrets) for line in found[-lines:])


def last_part(output: Path, size: int) -> bytes:
    """The end of the file, from the beginning of a line on; nothing where there is no file."""
    try:
        with output.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - size))
            part = file.read(size)
    except FileNotFoundError:
        return b""
    return part.partition(b"\n")[2] or part if end > size else part


def _step(output: Path, secrets: Sequence[str]) -> tuple[int, int, str]:
    part = b""
    for parts in range(1, _SEARCHED + 1):
        wider = last_part(output, parts * _PART)
        if parts > 1 and len(wider) == len(part):
            break
        part = wider
        if found := _STEP.findall(part):
            number, of, name = found[-1]
            return int(number), int(of), readable(_text(name), secrets=secrets, cap=_NAME_CAP)
    return 0, 0, ""


def _text(line: bytes) -> str:
    return line.decode(errors="replace")
