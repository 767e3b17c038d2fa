"""What every Deployer has to prove. An integration's test class inherits it and says how its provider is driven."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

import pytest

from bot.domain.operations import Effect
from bot.errors import IntegrationError
from bot.ports import Deployer, Order, Run, RunState, Snapshot, TriggerClass

FINAL = {RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED}


class Ending(StrEnum):
    """How a run that the rig orders will end."""

    WELL = "well"
    BADLY = "badly"
    NEVER = "never"  # until it is cancelled


class DeployerRig(Protocol):
    """A provider under test."""

    deployer: Deployer
    secrets: Sequence[str]

    def restarted(self) -> Deployer:
        """What a bot has after a crash: a deployer without any memory, over the same provider."""

    def order(self, operation: int = 1, *, ending: Ending = Ending.WELL) -> Order:
        """An order for the first attempt of an operation."""

    def impossible(self) -> Order:
        """An order that the provider, or the integration itself, refuses, with every secret somewhere in its reach."""

    async def until(self, run: Run, states: set[RunState]) -> Snapshot:
        """Let the provider go on until the run is in one of the states; the snapshot that says so."""

    async def runs(self) -> int:
        """How many runs the provider itself counts."""

    async def lose(self, run: Run) -> None:
        """Let the provider report something of a running run that nobody knows."""

    async def stranger(self) -> Run:
        """A reference to a run that the provider never had."""


class DeployerContract:
    """Start, find, observe and cancel, as the engine relies on them."""

    @pytest.fixture
    def rig(self) -> DeployerRig:
        raise NotImplementedError("the integration's test class provides its rig")

    async def test_a_preview_changes_nothing(self, rig: DeployerRig) -> None:
        """Looking is free: nothing runs after a preview, and the same order has the same recipe."""
        order = rig.order()
        first = await rig.deployer.preview(order)
        assert first.workflow == (await rig.deployer.preview(order)).workflow
        assert await rig.deployer.find(order) == ()
        assert await rig.runs() == 0

    async def test_started_runs_are_found(self, rig: DeployerRig) -> None:
        """The run that start returned is the one that find returns, also for a bot that remembers nothing."""
        order = rig.order(ending=Ending.NEVER)
        run = await rig.deployer.start(order)
        assert await rig.deployer.find(order) == (run,)
        assert await rig.restarted().find(order) == (run,)

    async def test_another_attempt_is_another_run(self, rig: DeployerRig) -> None:
        """The attempt's number is part of the key."""
        order = rig.order(ending=Ending.NEVER)
        second = replace(order, key=replace(order.key, n=2))
        run = await rig.deployer.start(order)
        assert await rig.deployer.find(second) == ()
        assert await rig.deployer.start(second) != run
        assert await rig.runs() == 2

    async def test_twice_with_one_key_is_one_run(self, rig: DeployerRig) -> None:
        """Class A: the same order again returns the same run, whether it still runs, has ended, or both come at once."""
        if rig.deployer.trigger_class is not TriggerClass.A:
            pytest.skip("only a permanent key promises this")
        order = rig.order()
        runs = await asyncio.gather(*(deployer.start(order) for deployer in (rig.deployer, rig.restarted())))
        await rig.until(runs[0], FINAL)
        runs.append(await rig.restarted().start(order))
        assert runs[0] == runs[1] == runs[2]
        assert await rig.runs() == 1

    async def test_success_is_seen(self, rig: DeployerRig) -> None:
        """A run that ended well has succeeded, with the instants of its life in order."""
        run = await rig.deployer.start(rig.order())
        snapshot = await rig.until(run, FINAL)
        assert snapshot.state is RunState.SUCCEEDED
        assert 0 < snapshot.started_at <= snapshot.ended_at

    async def test_failure_is_seen_and_claims_no_innocence(self, rig: DeployerRig) -> None:
        """A run that ended badly has failed; that nothing happened is not claimed of something that ran."""
        run = await rig.deployer.start(rig.order(ending=Ending.BADLY))
        snapshot = await rig.until(run, FINAL)
        assert snapshot.state is RunState.FAILED
        assert snapshot.effect is not Effect.NONE
        assert snapshot.detail

    async def test_cancelled_runs_end_cancelled(self, rig: DeployerRig) -> None:
        """Cancel is a request; its end is observed."""
        run = await rig.deployer.start(rig.order(ending=Ending.NEVER))
        await rig.until(run, {RunState.RUNNING})
        await rig.restarted().cancel(run)
        assert (await rig.until(run, FINAL)).state is RunState.CANCELLED

    async def test_cancelling_too_late_changes_nothing(self, rig: DeployerRig) -> None:
        """A run that ended well stays so."""
        run = await rig.deployer.start(rig.order())
        before = await rig.until(run, FINAL)
        await rig.deployer.cancel(run)
        assert await rig.deployer.observe(run) == before

    async def test_an_unknown_status_is_unknown(self, rig: DeployerRig) -> None:
        """A word that we do not know, or a silence, is never success and never failure."""
        run = await rig.deployer.start(rig.order(ending=Ending.NEVER))
        await rig.until(run, {RunState.RUNNING})
        await rig.lose(run)
        assert (await rig.deployer.observe(run)).state is RunState.UNKNOWN

    async def test_a_run_that_never_was(self, rig: DeployerRig) -> None:
        """A reference to nothing is an error or unknown, never an outcome."""
        stranger = await rig.stranger()
        answer = (await asyncio.gather(rig.deployer.observe(stranger), return_exceptions=True))[0]
        if isinstance(answer, Snapshot):
            assert answer.state is RunState.UNKNOWN
        else:
            assert isinstance(answer, IntegrationError)
            assert answer.effect is not Effect.NONE

    async def test_refusals_say_why_and_keep_secrets(self, rig: DeployerRig) -> None:
        """An order that cannot be carried out raises IntegrationError, proves that nothing happened, and shows no secret."""
        with pytest.raises(IntegrationError) as raised:
            await rig.deployer.start(rig.impossible())
        assert raised.value.effect is Effect.NONE
        assert await rig.runs() == 0
        said = f"{raised.value} {raised.value.hint} {raised.value!r} {rig.deployer!r}"
        assert rig.secrets
        assert not any(secret in said for secret in rig.secrets)
