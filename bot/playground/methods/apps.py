"""apps.connections.open and apps.manifest.validate."""

from bot.playground.calls import Call, method
from bot.playground.errors import Json, SlackError
from bot.playground.installation import RESERVED
from bot.playground.limits import Tier
from bot.playground.manifests import manifest_problems


# Slack's per-method page says tier 3 where older tables say tier 1; a client with two connections needs the former.
@method("apps.connections.open", Tier.THREE, "connections:write", bearer="app")
async def connections_open(call: Call) -> Json:
    """Give out a WebSocket URL with a single-use ticket."""
    slack = call.slack
    address = slack.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={slack.sockets.ticket()}&app_id={slack.app.app_id}"}


@method("apps.manifest.validate", Tier.THREE, bearer="any", required={"manifest": "invalid_manifest"})
async def manifest_validate(call: Call) -> Json:
    """Check an app manifest; `errors` carries pointers."""
    manifest = call.nested("manifest", "invalid_manifest")
    problems = manifest_problems(manifest, RESERVED)
    if problems:
        raise SlackError("invalid_manifest", errors=problems)
    return {"errors": []}
