"""The exact binomial test, against the sum that defines it."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.binomial import MOST, differs, exceeds, tail

RATES = st.fractions(min_value=0, max_value=1, max_denominator=10_000)


def defined(k: int, n: int, p: Fraction) -> Fraction:
    """The tail as it is defined, in whole numbers and fractions."""
    return sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(max(k, 0), n + 1)), Fraction(0))


@settings(max_examples=60)
@given(n=st.integers(0, 60), k=st.integers(-1, 61), p=RATES)
def test_the_tail_is_the_sum(n: int, k: int, p: Fraction) -> None:
    """To nine digits, wherever it lies."""
    assert tail(k, n, p) == pytest.approx(float(defined(k, n, p)), rel=1e-9, abs=1e-12)


@settings(max_examples=12)
@given(k=st.integers(0, 400), p=RATES)
def test_the_tail_is_the_sum_of_many(k: int, p: Fraction) -> None:
    """Also where single terms are far too small or too many to be counted out one by one."""
    assert tail(k, 400, p) == pytest.approx(float(defined(k, 400, p)), rel=1e-9, abs=1e-12)


@settings(max_examples=30)
@given(n=st.integers(1, MOST), share=st.fractions(0, 1), p=RATES)
def test_the_tail_is_a_probability(n: int, share: Fraction, p: Fraction) -> None:
    """And it falls as more are asked for."""
    k = int(n * share)
    assert 0 <= tail(k + 1, n, p) <= tail(k, n, p) + 1e-9 <= 1 + 1e-9


@settings(max_examples=40)
@given(n=st.integers(1, 200), k=st.integers(0, 200), p=RATES)
def test_exceeding_is_what_chance_would_not_do(n: int, k: int, p: Fraction) -> None:
    """The verdict is the comparison of the exact tail with α, and never for a rate at or below the limit."""
    chance = defined(k, n, p)
    near = abs(chance - Fraction(1, 1000)) < Fraction(1, 10**9)
    assert near or exceeds(k, n, p) == (k > n * p and chance < Fraction(1, 1000))


@pytest.mark.parametrize(
    ("bad", "of", "limit", "proven"),
    [
        (0, 1000, "0.01", False),
        (10, 1000, "0.01", False),
        (20, 1000, "0.01", False),  # 2 %: tail 0.0033
        (22, 1000, "0.01", True),
        (2, 2, "0.01", True),
        (1, 1, "0.01", False),
        (1, 10**6, "0", True),  # a limit of none is passed by one
        (10, 10, "1", False),
        (11 * 10**9, 10**12, "0.01", True),
        (10**10, 10**12, "0.01", False),
        (10**12, 10**12, "0.01", True),  # too unlikely for a float
    ],
)
def test_limits(bad: int, of: int, limit: str, proven: bool) -> None:
    """Known values; very large counts are as quick as small ones."""
    assert exceeds(bad, of, Fraction(limit)) is proven


@pytest.mark.parametrize(
    ("ours", "base", "proven"),
    [
        ((1, 1000), (0, 1000), False),  # one error is no proof, though the baseline had none
        ((9, 1000), (0, 1000), False),  # 2^-9
        ((10, 1000), (0, 1000), True),  # 2^-10 < 0.001
        ((10, 1000), (0, 10_000), True),
        ((50, 1000), (50, 1000), False),
        ((50, 1000), (500, 10_000), False),
        ((90, 1000), (500, 10_000), True),
        ((0, 1000), (0, 1000), False),
        ((5, 0), (5, 1000), False),
        ((5, 1000), (5, 0), False),
    ],
)
def test_against_a_baseline(ours: tuple[int, int], base: tuple[int, int], proven: bool) -> None:
    """Both have their own uncertainty."""
    assert differs(*ours, *base) is proven


@given(bad=st.integers(0, 100), of=st.integers(1, 100), base_bad=st.integers(0, 100), base_of=st.integers(1, 100))
def test_no_better_rate_is_worse(bad: int, of: int, base_bad: int, base_of: int) -> None:
    """What fails no more often than the baseline is never proven to be worse."""
    if Fraction(bad, of) <= Fraction(base_bad, base_of):
        assert not differs(bad, of, base_bad, base_of)
