"""What happened, as lines for people and as one hash: the same seed gives the same hash."""

import hashlib
from collections import deque

from bot.domain.terms import Millis
from tests.simulation.loop import START

KEPT = 600


class Trace:
    """Every line goes into the hash; the last ones are kept for reading."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.count = 0

    def add(self, now: Millis, line: str) -> None:
        """One thing that happened."""
        since = now - START
        text = f"{since // 60_000:4d}:{since // 1_000 % 60:02d}.{since % 1_000:03d}  {line}"
        self._hash.update(text.encode())
        self.lines.append(text)
        self.count += 1

    def digest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()

    def about(self, number: int, most: int = 150) -> list[str]:
        """The last lines that name an operation, a crash or a start, or the very last ones where it names none."""
        words = (f"#{number} ", f"#{number},", f":{number}:", f":{number} ", f" {number}:1:", "CRASH", "START")
        chosen = [line for line in self.lines if any(word in f"{line} " for word in words)] if number else []
        return (chosen or list(self.lines))[-most:]
