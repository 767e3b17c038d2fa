"""An operation's current attempt as the provider's order, and the run that an attempt is bound to."""

from dataclasses import replace

from bot.domain.claims import token_of
from bot.domain.operations import AttemptKey, AttemptState, Operation
from bot.engine.runtime import Runtime
from bot.engine.sealing import SECRET, secret_of
from bot.ports import Claim, Deployer, Order, Run
from bot.store import Tx, attempts, settings


def bind(tx: Tx, key: AttemptKey, run: Run) -> None:
    """The attempt has its run."""
    attempt = attempts.get(tx, key)
    if attempt is not None and attempt.state is AttemptState.OPEN:
        attempts.save(tx, replace(attempt, state=AttemptState.BOUND, run=dict(run.reference)))


async def order_of(runtime: Runtime, operation: Operation) -> tuple[Deployer, Order]:
    """The current attempt of an operation as the provider's order, rebuilt from rows."""
    service, environment = runtime.place_of(operation.target)
    deployer = runtime.integration_of(environment).deployer
    assert deployer is not None, f"{environment.via} deploys: the configuration was checked"
    key = AttemptKey(operation=operation.id, step=1, n=operation.attempt)
    attempt, secret = await runtime.store.read(lambda tx: (attempts.get(tx, key), settings.get(tx, SECRET)))
    order = Order(
        key=key,
        action=operation.action,
        target=operation.target,
        revision=operation.revision,
        previous=operation.previous,
        repository=service.repository,
        how=environment.how,
        sent_at=attempt.sent_at if attempt else 0,
        deadline=environment.deadline,
        claim=await _claim(runtime, key, secret or ""),
    )
    return deployer, order


async def _claim(runtime: Runtime, key: AttemptKey, secret: str) -> Claim | None:
    """What the attempt's run may ask with, made anew each time."""
    road = runtime.road
    if not road.public and not road.here:
        return None
    return Claim(token=token_of(secret or await secret_of(runtime), key), url=road.public, here=road.here)
