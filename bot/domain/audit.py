"""The audit: who did what to which, and why; append-only, and a chain: each line holds the hash of the line before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.terms import Millis

NOTHING = "0" * 64
"""What the first line names as the hash before it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the audit; `actor` is `team/user` or `quarterdeck`, `id` its place in the sequence, hashes are lower-case hex."""

    at: Millis
    actor: str
    action: str
    subject: str
    reason: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where the chain ends: the last line, its hash, and how many lines there are. Whoever keeps it can tell later what was cut or rewritten."""

    id: int = 0
    hash: str = NOTHING
    count: int = 0

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A head that was kept outside; `id` is 0 where only the hash is known."""

    hash: str
    id: int = 0


class Fault(StrEnum):
    """What is wrong with the chain at a place."""

    EDITED = "edited"  # a line does not have its own hash
    UNLINKED = "unlinked"  # a line does not follow the one before it
    MISSING = "missing"  # lines are gone from the middle or the beginning
    CUT = "cut"  # lines are gone from the end
    REWRITTEN = "rewritten"  # a line is not the one whose hash was posted


@dataclass(frozen=True, kw_only=True)
class Break:
    """One place where the chain does not hold; `id` is the line where it shows, 0 where it cannot be told."""

    fault: Fault
    id: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an examination of the whole chain found."""

    head: Head
    breaks: tuple[Break, ...]

    @property
    def whole(self) -> bool:
        """True where every line is as it was written and where it was written."""
        return not self.breaks


def canonical(entry: Entry) -> bytes:
    """What is hashed: JSON with sorted keys and no spaces, everything beyond ASCII escaped, without the line's own hash."""
    content = {
        "id": entry.id, "at": entry.at, "actor": entry.actor, "action": entry.action, "subject": entry.subject,
        "reason": entry.reason, "body": dict(entry.body), "previous_hash": entry.previous_hash,
    }  # fmt: skip
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hash_of(entry: Entry) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(entry)).hexdigest()


def sealed(entry: Entry, before: Head) -> Entry:
    """The entry with the hash of the line before it, and its own; its id has to be set."""
    linked = replace(entry, previous_hash=before.hash)
    return replace(linked, hash=hash_of(linked))


def after(before: Head, entry: Entry) -> Head:
    """The head once that line was added."""
    return Head(id=entry.id, hash=entry.hash, count=before.count + 1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row as it was found; `faithful` is False where its text is not what we would have written for its content."""

    entry: Entry
    faithful: bool = True


def examine(lines: Iterable[Line], recorded: Head, posted: Sequence[Posted] = ()) -> Verdict:
    """Walk the whole chain, in the order of ids; compare its end with the recorded head, and places in it with heads that were posted."""
    head = Head()
    breaks: list[Break] = []
    numbers, hashes = {each.id for each in posted if each.id}, {each.hash for each in posted}
    seen_at: dict[int, str] = {}
    seen: set[str] = set()
    for line in lines:
        found = _fault_in(line, head)
        if found is not None:
            breaks.append(found)
        head = after(head, line.entry)
        if head.id in numbers:
            seen_at[head.id] = head.hash
        if head.hash in hashes:
            seen.add(head.hash)
    ends = [_fault_at_end(head, recorded), *(_fault_against(each, head, seen_at, seen) for each in posted)]
    return Verdict(head=head, breaks=(*breaks, *(each for each in ends if each is not None)))


def _fault_in(line: Line, before: Head) -> Break | None:
    entry = line.entry
    if not line.faithful or entry.hash != hash_of(entry):
        sentence = f"line {entry.id} is not what was written: it was edited, moved, or put in"
        return Break(fault=Fault.EDITED, id=entry.id, sentence=sentence)
    if entry.previous_hash == before.hash:
        return None
    if entry.id > before.id + 1:
        sentence = f"{_lines(before.id + 1, entry.id - 1)} missing before line {entry.id}"
        return Break(fault=Fault.MISSING, id=before.id + 1, sentence=sentence)
    sentence = f"line {entry.id} does not follow {_place(before)}: one of them was rewritten, moved, or put in"
    return Break(fault=Fault.UNLINKED, id=entry.id, sentence=sentence)


def _fault_at_end(head: Head, recorded: Head) -> Break | None:
    if head == recorded:
        return None
    if recorded.id > head.id:
        sentence = f"{_lines(head.id + 1, recorded.id)} missing at the end"
        return Break(fault=Fault.CUT, id=head.id + 1, sentence=sentence)
    sentence = f"the chain ends at {_place(head)} with {head.count} lines, but the recorded head is line {recorded.id} with {recorded.count}"
    return Break(fault=Fault.UNLINKED, id=head.id, sentence=sentence)


def _fault_against(posted: Posted, head: Head, seen_at: Mapping[int, str], seen: set[str]) -> Break | None:
    if not posted.id:
        if posted.hash in seen:
            return None
        sentence = f"no line has the posted hash {posted.hash[:12]}…: the audit was cut before it, or rewritten"
        return Break(fault=Fault.REWRITTEN, id=0, sentence=sentence)
    if posted.id > head.id:
        sentence = f"line {posted.id} was posted, but the audit ends at {_place(head)}: its end was cut"
        return Break(fault=Fault.CUT, id=head.id + 1, sentence=sentence)
    if seen_at.get(posted.id) == posted.hash:
        return None
    sentence = f"line {posted.id} is not the line whose hash {posted.hash[:12]}… was posted: it, or a line before it, was rewritten"
    return Break(fault=Fault.REWRITTEN, id=posted.id, sentence=sentence)


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def _place(head: Head) -> str:
    return f"line {head.id}" if head.id else "the beginning"
