"""Adopt what is live: somebody says that it is known to work, so that a rollback can return to it."""

from bot.domain.facts import Live
from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.terms import Target, Unknown
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime
from bot.store import Tx, audit, deployments
from bot.views import notices, refusals


async def adopt(runtime: Runtime, target: Target, *, by: str) -> Message:
    """Record what a target serves now as known to be good, so that a rollback can return to it."""
    _, environment = runtime.place_of(target)
    live = await what_is_live(runtime, environment)
    if not isinstance(live, Live) or not live.revision:
        why = live.why if isinstance(live, Unknown) else "nothing is live there"
        return refusals.not_possible(f"There is nothing to adopt: {why}.", next_step="Nothing was recorded.")
    now = runtime.clock.now()
    good = Deployment(target=target, revision=live.revision, since=now, verified=True, by="adopted")

    def keep(tx: Tx) -> None:
        deployments.record(tx, good)
        audit.append(
            tx, at=now, actor=by, action="adopt", subject=str(target), reason="", body={"revision": live.revision}
        )

    await runtime.store.write(keep)
    return notices.adopted(target, live.revision)
