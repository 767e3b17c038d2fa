"""What every Checks has to prove: the newest word of each check counts, and nothing but a known good word is green."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from bot.domain.facts import CheckState
from bot.ports import Checks


class ChecksRig(Protocol):
    """A forge whose checks say what they are told to."""

    checks: Checks
    repository: str
    revision: str
    good: Sequence[str]  # words of the forge's that let a revision pass
    bad: Sequence[str]  # words that do not

    def said(self, name: str, word: str) -> None:
        """A check of that name ended with that word, after whatever it said before."""

    def begun(self, name: str) -> None:
        """A check of that name runs (again)."""


class ChecksContract:
    """What gates rely on."""

    @pytest.fixture
    def rig(self) -> ChecksRig:
        raise NotImplementedError("the integration's test class provides its rig")

    async def test_none_at_all(self, rig: ChecksRig) -> None:
        """No checks are absent checks, not good ones and not running ones."""
        report = await rig.checks.report(rig.repository, rig.revision)
        assert (report.overall, dict(report.by_name)) == (CheckState.ABSENT, {})

    async def test_good_words(self, rig: ChecksRig) -> None:
        """All of them are green together."""
        for number, word in enumerate(rig.good):
            rig.said(f"check {number}", word)
        report = await rig.checks.report(rig.repository, rig.revision)
        assert report.overall is CheckState.GREEN
        assert set(report.by_name.values()) == {CheckState.GREEN}

    async def test_each_bad_word(self, rig: ChecksRig) -> None:
        """One of them is enough."""
        rig.said("good", rig.good[0])
        for word in rig.bad:
            rig.said("other", word)
            report = await rig.checks.report(rig.repository, rig.revision)
            assert report.by_name == {"good": CheckState.GREEN, "other": CheckState.RED}, word
            assert report.overall is CheckState.RED, word

    async def test_an_unknown_word_is_not_green(self, rig: ChecksRig) -> None:
        """Nobody passes on a word that nobody knows."""
        rig.said("good", rig.good[0])
        rig.said("odd", "splendid")
        report = await rig.checks.report(rig.repository, rig.revision)
        assert report.by_name["odd"] is report.overall is CheckState.UNKNOWN

    async def test_the_newest_counts(self, rig: ChecksRig) -> None:
        """A rerun takes the place of what was said before, also while it runs."""
        rig.said("build", rig.bad[0])
        rig.begun("build")
        assert (await rig.checks.report(rig.repository, rig.revision)).overall is CheckState.RUNNING
        rig.said("build", rig.good[0])
        assert (await rig.checks.report(rig.repository, rig.revision)).overall is CheckState.GREEN

    async def test_many(self, rig: ChecksRig) -> None:
        """More than fit on a page: all of them, and the bad one among them."""
        for number in range(230):
            rig.said(f"check {number}", rig.bad[0] if number == 3 else rig.good[0])
        report = await rig.checks.report(rig.repository, rig.revision)
        assert (report.overall, len(report.by_name)) == (CheckState.RED, 230)
