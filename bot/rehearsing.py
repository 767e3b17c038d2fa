"""Where runs reach the claim, and rehearsals of it for the command that examines an installation."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.domain.terms import Target
from bot.engine.claiming import Claiming
from bot.engine.runtime import Road
from bot.web.claims import PATH

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is bound here


def road_of(public: str, private: str) -> Road:
    """The claim's addresses: below the public one, where there is one, and at the private listener (`host:port`) on this machine."""
    host, _, port = private.rpartition(":")
    here = EVERYWHERE.get(host, host)
    where = f"[{here}]" if ":" in here else here
    return Road(public=f"{public.rstrip('/')}{PATH}" if public else "", here=f"http://{where}:{port}{PATH}")


async def rehearsals(claiming: Claiming, road: Road, asked: Mapping[str, object]) -> Mapping[str, object]:
    """One rehearsal of the target that is asked for, one of the road alone, the addresses, and the standing token of runs from elsewhere."""
    target = Target(service=str(asked.get("service", "")), environment=str(asked.get("environment", "")))
    named = {"practice": await claiming.rehearse(None), "rehearsal": await claiming.rehearse(target)}
    made = {name: {"operation": operation, "token": token} for name, (operation, token) in named.items()}
    return {**made, "roads": asdict(road), "outside": await claiming.outside_token(target)}
