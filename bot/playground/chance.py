"""Randomness as an argument: the same seed gives the same ids, tickets and connection order."""

import random
import string
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
CAPITALS = string.ascii_uppercase + string.digits
LETTERS = string.ascii_letters + string.digits


class Chance:
    """A seeded source for everything Slack makes up."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a local toy workspace guards nothing; repeatability is the point

    def pick(self, items: Sequence[T]) -> T:
        """Return one of `items`."""
        return self._random.choice(items)

    def code(self, length: int) -> str:
        """Return `length` capitals and digits, as in Slack ids."""
        return "".join(self._random.choices(CAPITALS, k=length))

    def letters(self, length: int) -> str:
        """Return `length` letters and digits, as in block ids and URL secrets."""
        return "".join(self._random.choices(LETTERS, k=length))

    def hexadecimal(self, length: int) -> str:
        """Return `length` hexadecimal digits."""
        return "".join(self._random.choices("0123456789abcdef", k=length))

    def digits(self, length: int) -> str:
        """Return `length` digits that do not begin with zero."""
        return str(self._random.randrange(10 ** (length - 1), 10**length))

    def uuid(self) -> str:
        """Return something shaped like a UUID."""
        parts = [self.hexadecimal(size) for size in (8, 4, 4, 4, 12)]
        return "-".join(parts)
