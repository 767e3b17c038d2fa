"""How far two words are apart, and which known words are near."""

from collections.abc import Iterable

LONGEST = 48  # longer words are not compared: nobody mistypes so long a name


def apart(one: str, other: str, most: int) -> int:
    """Damerau–Levenshtein (adjacent letters swapped count once); any number above `most` where it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]


def tolerance(word: str) -> int:
    """How many mistakes a word of that length may have."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def near(word: str, known: Iterable[str]) -> list[str]:
    """The known words that were probably meant, nearest first: few mistakes, or a beginning of at least two letters."""
    if len(word) > LONGEST:
        return []
    most = tolerance(word)
    letters = set(word)
    found: list[tuple[int, str]] = []
    for candidate in known:
        # one mistake adds and removes at most one letter each: most names are told apart without counting
        different = len(set(candidate) ^ letters) > 2 * most
        far = most + 1 if different else apart(word, candidate, most)
        if far <= most and far < len(candidate):
            found.append((far, candidate))
        elif len(word) >= 2 and candidate.startswith(word):
            found.append((most + 1, candidate))
    return [candidate for _, candidate in sorted(found)]
