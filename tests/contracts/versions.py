"""What every Versions has to prove."""

from collections.abc import Sequence
from typing import Protocol

import pytest
from pydantic import BaseModel

from bot.domain.operations import Effect
from bot.domain.terms import Target
from bot.errors import IntegrationError
from bot.ports import Versions

REVISION = "5d2f0b7" + "0" * 33


class VersionsRig(Protocol):
    """A target under test."""

    versions: Versions
    target: Target
    how: BaseModel
    secrets: Sequence[str]
    now: int

    async def serve(self, revision: str) -> None:
        """Let the target serve that revision; an empty one is none."""

    async def fall_silent(self) -> None:
        """Let the target give no usable answer, with every secret in what it says."""


class VersionsContract:
    """What is live is what the target answers."""

    @pytest.fixture
    def rig(self) -> VersionsRig:
        raise NotImplementedError("the integration's test class provides its rig")

    async def test_the_target_says_what_it_serves(self, rig: VersionsRig) -> None:
        """The revision, who said it, and when it was asked."""
        await rig.serve(REVISION)
        live = await rig.versions.current(rig.target, rig.how)
        assert live is not None
        assert (live.revision, live.at) == (REVISION, rig.now)
        assert live.said_by

    async def test_it_is_asked_each_time(self, rig: VersionsRig) -> None:
        """An answer is never remembered."""
        await rig.serve("a" * 40)
        await rig.versions.current(rig.target, rig.how)
        await rig.serve("b" * 40)
        live = await rig.versions.current(rig.target, rig.how)
        assert live is not None
        assert live.revision == "b" * 40

    async def test_nothing_is_live_yet(self, rig: VersionsRig) -> None:
        """Nothing served is None, which is not an error."""
        await rig.serve("")
        assert await rig.versions.current(rig.target, rig.how) is None

    async def test_silence_is_an_error_without_secrets(self, rig: VersionsRig) -> None:
        """No answer is never "nothing is live"."""
        await rig.fall_silent()
        with pytest.raises(IntegrationError) as raised:
            await rig.versions.current(rig.target, rig.how)
        assert raised.value.effect is Effect.NONE
        assert rig.secrets
        said = f"{raised.value} {raised.value.hint} {rig.versions!r}"
        assert not any(secret in said for secret in rig.secrets)
