"""What may be configured about looking at a target on this machine."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.section import Section
from bot.config.values import wrong
from integrations.local.words import CURRENT_WORDS, unknown_words


def _words(path: str) -> str:
    if unknown := unknown_words((path,), CURRENT_WORDS):
        raise wrong(f"no such placeholder: {{{unknown[0]}}}", "the placeholders here are {environment}, {service}")
    if not path.strip() or "\0" in path:
        raise wrong("not a path", "write run/{environment}.pid")
    return path


class LocalProbe(Section):
    """What is looked at: what the target says it serves, and its process where it is known."""

    process: Annotated[str, AfterValidator(_words)] | None = Field(
        default=None,
        description="The file that holds the id of the target's process, which has to be alive. Placeholders: {environment}, {service}. "
        "A relative path starts at the target's `folder`.",
    )
