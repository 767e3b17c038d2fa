"""Deploys by a call: blind (class D), unless a run claims its attempt; what the receiver can tell of a run is asked of it."""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.domain.operations import Effect
from bot.domain.terms import SECOND, Millis
from bot.errors import IntegrationError, Kind
from bot.ports import Order, Preview, Run, RunState, Snapshot, TriggerClass
from integrations._failures import spoken
from integrations._payload import address, line
from integrations.webhook.calling import SCHEME, Receiver
from integrations.webhook.settings import Event, WebhookTarget

ABSENT = "absent"
ASKED = "It does not say how a run ends: you will be asked."


@dataclass(frozen=True, kw_only=True)
class WebhookDeployer:
    """The Deployer port over a receiver."""

    receiver: Receiver

    @property
    def trigger_class(self) -> TriggerClass:
        """D: not every receiver can be asked, and none has to know a delivery twice."""
        return TriggerClass.D

    async def preview(self, order: Order) -> Preview:
        """The recipe is where it is sent, and what is sent along; nothing is asked."""
        target = target_of(order.how)
        recipe = json.dumps([SCHEME, self.receiver.settings.url, target.inputs], sort_keys=True)
        notes = () if self.receiver.understands(Event.STATUS) else (ASKED,)
        return Preview(workflow=hashlib.sha256(recipe.encode()).hexdigest(), notes=notes)

    async def start(self, order: Order) -> Run:
        """Tell the receiver, once. Raises IntegrationError; effect NONE only where nothing was sent, or the answer is a refusal."""
        said = await self.receiver.call(Event.DEPLOY, body_of(order, self._variables(order)), changes=True)
        return _run(order, said)

    async def find(self, order: Order) -> tuple[Run, ...]:
        """The run of this delivery, where the receiver can say so; nothing where it cannot."""
        if not self.receiver.understands(Event.STATUS):
            return ()
        said = await self._status(_reference(order))
        return (_run(order, said),) if said else ()

    async def observe(self, run: Run) -> Snapshot:
        """What the receiver says; RUNNING where it cannot be asked, until the deadline asks a person. Raises NOT_FOUND for no run of ours."""
        if "delivery" not in run.reference:
            raise IntegrationError("no run of this integration", kind=Kind.NOT_FOUND, effect=Effect.UNKNOWN)
        if not self.receiver.understands(Event.STATUS):
            return Snapshot(state=RunState.RUNNING)
        said = await self._status(run.reference)
        return (
            self._snapshot(said) if said else Snapshot(state=RunState.UNKNOWN, detail="its receiver does not know it")
        )

    async def cancel(self, run: Run) -> None:
        """Ask the receiver to stop it; one that it no longer has is no error. Raises INVALID where it cannot be asked that."""
        if not self.receiver.understands(Event.CANCEL):
            hint = "Stop it where it runs, or teach the receiver `cancel`: docs/webhook.md."
            raise IntegrationError("its receiver cannot stop a run", kind=Kind.INVALID, effect=Effect.NONE, hint=hint)
        try:
            await self.receiver.call(Event.CANCEL, dict(run.reference), changes=True)
        except IntegrationError as error:
            if error.kind not in {Kind.NOT_FOUND, Kind.CONFLICT}:
                raise

    async def _status(self, reference: Mapping[str, str]) -> Mapping[str, object]:
        """What it says of the delivery; empty where it has none."""
        try:
            said = await self.receiver.ask(Event.STATUS, dict(reference))
        except IntegrationError as error:
            if error.kind is Kind.NOT_FOUND:
                return {}
            raise
        return {} if said.get("state") == ABSENT else said

    def _snapshot(self, said: Mapping[str, object]) -> Snapshot:
        word = said.get("state")
        state = RunState(word) if isinstance(word, str) and word in set(RunState) else RunState.UNKNOWN
        detail = spoken(line(said.get("detail", "")), secrets=self.receiver.secrets)
        return Snapshot(
            state=state,
            step=_step(said.get("step")),
            detail=detail or ("its receiver says no more" if state is RunState.FAILED else ""),
            started_at=_instant(said.get("started_at")),
            ended_at=_instant(said.get("ended_at")),
        )

    def _variables(self, order: Order) -> dict[str, str]:
        """What the run asks with whether it may go on; a receiver on this machine may ask at the private listener."""
        words = {"OPERATION": str(order.key.operation), "STEP": str(order.key.step), "ATTEMPT": str(order.key.n)}
        if order.claim is not None:
            near = order.claim.here if _is_here(self.receiver.settings.url) else ""
            if where := near or order.claim.url:
                words |= {"TOKEN": order.claim.token, "CLAIM_URL": where}
        return {f"QUARTERDECK_{name}": value for name, value in words.items()}


def target_of(how: BaseModel) -> WebhookTarget:
    """The target's settings; raises INVALID for those of another integration."""
    if not isinstance(how, WebhookTarget):
        why = f"settings of another integration: {type(how).__name__}"
        raise IntegrationError(why, kind=Kind.INVALID, effect=Effect.NONE)
    return how


def body_of(order: Order, variables: Mapping[str, str]) -> dict[str, object]:
    """What is sent for an order, besides its event."""
    return {
        **_reference(order),
        "action": order.action,
        "revision": order.revision,
        "previous": order.previous,
        "repository": order.repository,
        "sent_at": order.sent_at // SECOND,
        "inputs": dict(target_of(order.how).inputs),
        "variables": dict(variables),
    }


def _reference(order: Order) -> dict[str, str]:
    return {"delivery": str(order.key), "service": order.target.service, "environment": order.target.environment}


def _run(order: Order, said: Mapping[str, object]) -> Run:
    return Run(reference=_reference(order), url=address(said.get("url", "")))


def _step(value: object) -> tuple[int, int, str]:
    """`[3, 4, "migrate"]`; anything else is no step."""
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(each, int) for each in value[:2]):
        return 0, 0, ""
    number, of, name = value
    return (number, of, line(name, 80)) if 0 < number <= of <= 1_000 else (0, 0, "")


def _instant(value: object) -> Millis:
    """Seconds since 1970; 0 for anything else."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**11
    return int(value * SECOND) if usable else 0  # type: ignore[operator]  # a number, as was looked at


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
