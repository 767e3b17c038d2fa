"""What a target serves: it is asked itself; where it cannot answer by configuration, our record is."""

from bot.domain.facts import Live
from bot.domain.terms import Unknown
from bot.engine.catalogue import Environment
from bot.engine.runtime import Runtime, read
from bot.store import deployments


async def what_is_live(runtime: Runtime, environment: Environment) -> Live | Unknown | None:
    """What the target itself answers; where it cannot answer by configuration, what our record says."""
    versions = runtime.integration_of(environment).versions
    if versions is not None:
        answer = await read(
            f"what {environment.target.service} serves in {environment.name}",
            versions.current(environment.target, environment.how),
        )
        if answer is not None:
            return answer
    known = await runtime.store.read(lambda tx: deployments.current(tx, environment.target))
    if known is None:
        return None
    return Live(revision=known.revision, said_by="our record", at=runtime.clock.now(), since=known.since)
