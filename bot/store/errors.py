"""What can go wrong with rows: somebody was faster, an invariant would break, or the database cannot be used."""

import sqlite3
from enum import StrEnum
from pathlib import Path

from bot.errors import QuarterdeckError, StoreError


class Stale(QuarterdeckError):
    """The row has moved on since it was read; read it again."""


class InvariantBroken(AssertionError):
    """The schema refused a row that would break an invariant: a bug. Its text names the constraint, never a value."""


class Trouble(StrEnum):
    """Why the database cannot be used."""

    BUSY = "busy"
    FULL = "full"
    IO = "io"
    CORRUPT = "corrupt"
    READ_ONLY = "read_only"
    MISSING = "missing"
    FOREIGN = "foreign"  # somebody else's database
    NEWER = "newer"  # made by a later version
    HELD = "held"  # by another instance
    CLOSED = "closed"


class Unusable(StoreError):
    """A StoreError with its cause and its fix as parts; the text is `sentence` and `fix` together."""

    def __init__(self, trouble: Trouble, sentence: str, fix: str) -> None:
        super().__init__(f"{sentence} {fix}")
        self.trouble = trouble
        self.sentence = sentence
        self.fix = fix


RESTORE = "Stop Quarterdeck and put a backup in its place: `quarterdeck restore FILE`. Without one, try `sqlite3 DATABASE .recover`."

SENTENCES: dict[Trouble, tuple[str, str]] = {
    Trouble.BUSY: ("{path} is locked by another process.", "Close what has it open; Quarterdeck carries on by itself."),
    Trouble.FULL: ("There is no space left for {path}.", "Free some space; Quarterdeck carries on by itself."),
    Trouble.IO: (
        "The disk failed while using {path}.",
        "Look at the disk and the system log; it is tried again each time.",
    ),
    Trouble.CORRUPT: ("{path} is damaged.", RESTORE),
    Trouble.READ_ONLY: ("{path} cannot be written.", "Give Quarterdeck's user write access to it and to its folder."),
    Trouble.MISSING: (
        "{path} cannot be opened.",
        "Check that the file and its folder are there, and who may use them.",
    ),
    Trouble.CLOSED: ("{path} was closed.", "Quarterdeck is stopping; try again when it is back."),
}

CODES: dict[int, Trouble] = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_PROTOCOL: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.IO,
    sqlite3.SQLITE_NOMEM: Trouble.IO,
    sqlite3.SQLITE_CORRUPT: Trouble.CORRUPT,
    sqlite3.SQLITE_NOTADB: Trouble.CORRUPT,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_AUTH: Trouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Trouble.MISSING,
}

PASSING = frozenset({Trouble.BUSY, Trouble.FULL})
"""What leaves the connection sound; after anything else it is opened anew."""


def unusable(trouble: Trouble, path: Path | str) -> Unusable:
    """The error that people read for this trouble with this file."""
    sentence, fix = SENTENCES[trouble]
    return Unusable(trouble, sentence.format(path=path), fix)


def explain(error: sqlite3.Error, path: Path | str) -> Unusable | None:
    """SQLite's error in our words; None for what is not the database's fault (then it is a bug of ours)."""
    code = getattr(error, "sqlite_errorcode", None)
    trouble = None if code is None else CODES.get(code & 0xFF)
    return None if trouble is None else unusable(trouble, path)
