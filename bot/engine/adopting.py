"""Adopt what is live: somebody says that it is known to work, so that a rollback can return to it."""

from bot.domain.facts import Live
from bot.domain.holds import answered
from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.terms import Target, Unknown
from bot.engine import holding
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, deployments
from bot.views import holds, notices, refusals


async def adopt(runtime: Runtime, target: Target, *, by: str, release: bool = False) -> Message:
    """Record what a target serves now as known to be good, so that a rollback can return to it.

    What was held since a restore is free then; with `release` also where the target cannot say what it serves.
    """
    _, environment = runtime.place_of(target)
    live = await what_is_live(runtime, environment)
    if release and answered(live) is None and await _let_go(runtime, target, by):
        return holds.released(target, "")
    if not isinstance(live, Live) or not live.revision:
        why = live.why if isinstance(live, Unknown) else "nothing is live there"
        return refusals.not_possible(f"There is nothing to adopt: {why}.", next_step="Nothing was recorded.")
    now = runtime.clock.now()
    good = Deployment(target=target, revision=live.revision, since=now, verified=True, by="adopted")

    def keep(tx: Tx) -> None:
        deployments.record(tx, good)
        if answered(live) is not None:
            holding.let_go(tx, runtime, target, by=by, serves=good.revision)
        audit.append(
            tx, at=now, actor=by, action="adopt", subject=str(target), reason="", body={"revision": live.revision}
        )

    await runtime.store.write(keep)
    return notices.adopted(target, live.revision)


async def _let_go(runtime: Runtime, target: Target, by: str) -> bool:
    """Release a target that nobody can ask; False where it is not held."""
    return await runtime.store.write(lambda tx: holding.let_go(tx, runtime, target, by=by, serves=""))
