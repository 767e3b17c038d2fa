"""blocks.validate."""

from collections.abc import Callable
from typing import Any

from bot.playground.blocks import block_problems, message_problems, view_problems
from bot.playground.calls import Call, method
from bot.playground.checks import Problem
from bot.playground.errors import Json, SlackError
from bot.playground.limits import Tier

KINDS: dict[str, Callable[[Any], list[Problem]]] = {
    "blocks": block_problems,
    "message": message_problems,
    "view": view_problems,
}


@method("blocks.validate", Tier.FOUR, bearer="any")
async def validate(call: Call) -> Json:
    """Check blocks, a message or a view; `errors` carries code, message, pointer and constraint of each problem."""
    given = [name for name in KINDS if call.has(name)]
    if len(given) != 1:
        raise _arguments("must provide exactly one of `blocks`, `view`, or `message`")
    try:
        value = call.nested(given[0], "invalid_arguments")
    except SlackError:
        raise _arguments(f"`{given[0]}` must be valid JSON") from None
    problems = KINDS[given[0]](value)
    if problems:
        raise SlackError(f"invalid_{given[0]}", errors=[problem.as_error() for problem in problems])
    return {}


def _arguments(message: str) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": [message]})
