"""The installation's secret: made once, kept in a row, and what every claim token is made with."""

from bot.engine.runtime import Runtime
from bot.store import settings

SECRET = "secret"  # noqa: S105  # the name of the row


async def secret_of(runtime: Runtime) -> str:
    """The secret; where there is none yet, this makes it."""
    known = await runtime.store.read(lambda tx: settings.get(tx, SECRET))
    if known:
        return known
    made = runtime.random.token()
    return await runtime.store.write(lambda tx: settings.keep(tx, SECRET, made))
