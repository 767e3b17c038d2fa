"""What people type to name a revision, before any repository is asked: what can be a ref, and how it is said that it is none."""

import re
from collections.abc import Sequence

from bot.domain.operations import Effect
from bot.errors import IntegrationError, Kind
from integrations._text import readable

PULL_REQUEST = re.compile(r"(?:#|(?:https?://\S+/|refs/)?pull/)([0-9]{1,9})(?:/head|/)?")
COMMIT = re.compile(r"[0-9a-fA-F]{4,64}")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/$|\.$|\.lock$|/\.")
_CANDIDATES = 8


def refuse_impossible(ref: str) -> None:
    """Raise IntegrationError (INVALID) for what no branch, tag or commit can be called."""
    if len(ref) > 255 or not ref.isprintable() or _FORBIDDEN.search(ref):
        raise IntegrationError(
            f"`{readable(ref, cap=60)}` cannot be a branch, tag or commit",
            kind=Kind.INVALID,
            effect=Effect.NONE,
            hint="Write a branch, a tag, a commit or a pull request: main, v1.4, 5d2f0b7, #412.",
        )


def nothing_named(ref: str, hint: str) -> IntegrationError:
    """The error for a ref that names nothing."""
    return IntegrationError(
        f"there is no branch, tag, commit or pull request `{readable(ref, cap=60)}`",
        kind=Kind.NOT_FOUND,
        effect=Effect.NONE,
        hint=hint,
    )


def several_named(ref: str, candidates: Sequence[str]) -> IntegrationError:
    """The error for a ref that may mean several commits."""
    listed = ", ".join(candidates[:_CANDIDATES])
    return IntegrationError(
        f"`{readable(ref, cap=60)}` may mean {len(candidates)} things",
        kind=Kind.INVALID,
        effect=Effect.NONE,
        hint=f"Write one of: {listed}.",
    )
