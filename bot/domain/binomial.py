"""How likely that many of so many are by chance alone: the upper tail of the binomial distribution, and the two questions asked of it."""

import math
from fractions import Fraction

MOST = 10_000_000  # of so many at once: beyond that both numbers are scaled down, which only ever weakens the evidence
ALPHA = Fraction(1, 1000)
"""What chance alone does less often than this is no chance."""


def tail(k: int, n: int, p: Fraction) -> float:
    """The probability that `k` or more of `n` are bad where each is with probability `p`, to about nine digits.

    The sum runs over the shorter side of the distribution, from its largest term outward, until nothing can be added that counts.
    """
    if k <= 0:
        return 1.0
    if k > n or p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    if k > n * p:
        return _sum(k, n, p)
    return max(0.0, 1.0 - _sum(n - k + 1, n, 1 - p))


def _sum(k: int, n: int, p: Fraction) -> float:
    """P(X ≥ k) for a k above the mean, where each term is smaller than the one before."""
    odds = float(p / (1 - p))
    term = total = math.exp(_log_term(k, n, p))
    for i in range(k, n):
        term *= (n - i) / (i + 1) * odds
        total += term
        if term <= total * 1e-18:  # also where the first is too small for a float: then so are all
            break
    return min(1.0, total)


def _log_term(k: int, n: int, p: Fraction) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * _log(p) + (n - k) * _log(1 - p)


def _log(p: Fraction) -> float:
    """Of a fraction between 0 and 1, also of one so near to either that a float could not tell."""
    if p > Fraction(1, 2):
        return math.log1p(-float(1 - p))
    return math.log(p.numerator) - math.log(p.denominator)


def exceeds(bad: int, of: int, limit: Fraction, *, alpha: Fraction = ALPHA) -> bool:
    """Whether `bad` of so many prove that the rate is above the limit: at the limit itself, chance would do that less often than `alpha`."""
    bad, of = _scaled(bad, of)
    return bad > of * limit and tail(bad, of, limit) < alpha


def differs(bad: int, of: int, base_bad: int, base_of: int, *, alpha: Fraction = ALPHA) -> bool:
    """Whether the rate is proven to be above that of the baseline.

    Conditional on how many are bad in all: were both rates the same, each of the bad would be one of ours with the probability of our share
    in the traffic. So a baseline without a single failure, or a small one, is not taken for a perfect one.
    """
    if of <= 0 or base_of <= 0:
        return False
    share = Fraction(of, of + base_of)
    ours, all_bad = _scaled(bad, bad + base_bad)
    return ours > all_bad * share and tail(ours, all_bad, share) < alpha


def _scaled(k: int, n: int) -> tuple[int, int]:
    return (k, n) if n <= MOST else (k * MOST // n, MOST)
