"""Where something was asked, as roles name channels: by id and by name, read only where a role is limited to channels."""

from bot.domain.roles import NOWHERE
from bot.domain.roles import Place as Named
from bot.domain.terms import Place
from bot.engine.runtime import Runtime, read
from bot.ports import Channel


async def named(runtime: Runtime, where: Place) -> Named:
    """The channel's id and name; nowhere for a direct message, and where Slack does not say: there limited roles grant nothing."""
    limited = any(role.channels for role in runtime.catalogue.roles)
    if not limited or where.direct or not where.channel:
        return NOWHERE
    found = await read("this channel", runtime.chat.channel(where.channel))
    if not isinstance(found, Channel) or found.direct:
        return NOWHERE
    return frozenset({found.id, found.name})
