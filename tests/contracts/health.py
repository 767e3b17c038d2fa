"""What every Health has to prove."""

from collections.abc import Sequence
from typing import Protocol

import pytest
from pydantic import BaseModel

from bot.domain.operations import Effect
from bot.domain.terms import Target
from bot.domain.verification import Reading, Signal
from bot.errors import IntegrationError
from bot.ports import Health

REVISION = "5d2f0b7" + "0" * 33


class Foreign(BaseModel):
    """Settings of another integration."""


class HealthRig(Protocol):
    """A target under test, and its probe's settings."""

    health: Health
    target: Target
    settings: BaseModel
    how: BaseModel
    secrets: Sequence[str]

    async def be_well(self, revision: str) -> None:
        """Let the target be well, with that revision."""

    async def be_ill(self, revision: str) -> None:
        """Let it have that revision, and not be well."""

    async def be_out_of_reach(self) -> None:
        """Let nothing be known of it, with every secret in whatever it says."""


class HealthContract:
    """A probe says what it saw; where it saw nothing that is never a pass."""

    @pytest.fixture
    def rig(self) -> HealthRig:
        raise NotImplementedError("the integration's test class provides its rig")

    async def look(self, rig: HealthRig) -> Reading:
        return await rig.health.probe(rig.target, REVISION, settings=rig.settings, how=rig.how)

    async def test_well(self, rig: HealthRig) -> None:
        """A pass, with what was seen in words."""
        await rig.be_well(REVISION)
        reading = await self.look(rig)
        assert reading.signal is Signal.PASS
        assert reading.seen

    async def test_ill(self, rig: HealthRig) -> None:
        """A failure, with what was seen in words."""
        await rig.be_ill(REVISION)
        reading = await self.look(rig)
        assert reading.signal is Signal.FAIL
        assert reading.seen

    async def test_it_is_asked_each_time(self, rig: HealthRig) -> None:
        """A look is never remembered."""
        await rig.be_well(REVISION)
        await self.look(rig)
        await rig.be_ill(REVISION)
        assert (await self.look(rig)).signal is Signal.FAIL
        await rig.be_well(REVISION)
        assert (await self.look(rig)).signal is Signal.PASS

    async def test_out_of_reach(self, rig: HealthRig) -> None:
        """No data is inconclusive or an error, never a pass and never a breach; and it holds no secret."""
        await rig.be_out_of_reach()
        try:
            reading = await self.look(rig)
        except IntegrationError as error:
            assert error.effect is Effect.NONE
            said = f"{error} {error.hint}"
        else:
            assert reading.signal is Signal.INCONCLUSIVE
            said = f"{reading}"
        assert not any(secret in f"{said} {rig.health!r}" for secret in rig.secrets)

    async def test_settings_of_another_integration(self, rig: HealthRig) -> None:
        """Refused, whatever the target is."""
        await rig.be_well(REVISION)
        with pytest.raises(IntegrationError) as raised:
            await rig.health.probe(rig.target, REVISION, settings=Foreign(), how=rig.how)
        assert raised.value.effect is Effect.NONE
