"""The error tree.

QuarterdeckError
├── UserError          what was typed cannot be understood   → private reply: usage, suggestion, example
├── Refused            policy said no (carries the Refusal)  → every reason, who can help, next step
├── IntegrationError   the outside failed                    → kind, effect, hint; classified in one place
├── ChatError          Slack refused or did not answer
├── StoreError         the database could not be written or read
├── Unreadable         a webhook's body is not what its source sends → 4xx, the body is not taken
└── ConfigError        every problem of a configuration file → exit 2 before anything connects

Anything else is a bug: "Something broke (ref …)" in Slack, the traceback in the log under the same ref.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from bot.domain.operations import Effect
from bot.domain.verdicts import Refusal


class QuarterdeckError(Exception):
    """Everything that we expect to go wrong."""


class UserError(QuarterdeckError):
    """What was typed cannot be understood; `hint` says what to type instead."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Refused(QuarterdeckError):
    """Policy said no; the refusal has every reason."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("; ".join(verdict.sentence for verdict in refusal.verdicts))
        self.refusal = refusal


class Kind(StrEnum):
    """What went wrong outside, in eight words."""

    AUTH = "auth"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    AMBIGUOUS = "ambiguous"


class IntegrationError(QuarterdeckError):
    """A provider failed. `effect` is NONE only where the answer proves that nothing happened; `retry_after` is in milliseconds."""

    def __init__(
        self, message: str, *, kind: Kind, effect: Effect = Effect.UNKNOWN, hint: str = "", retry_after: int = 0
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.effect = effect
        self.hint = hint
        self.retry_after = retry_after


class ChatError(QuarterdeckError):
    """Slack refused (`code` is Slack's) or did not answer (`lost`: it may have had its effect); `retry_after` is in milliseconds."""

    def __init__(self, code: str, *, lost: bool = False, retry_after: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.lost = lost
        self.retry_after = retry_after


class StoreError(QuarterdeckError):
    """The database could not be written or read: full, locked, damaged or read-only."""


class Unreadable(QuarterdeckError):
    """A body that is not what its source sends; the message says what was expected and repeats nothing of the body."""


class Problem(Protocol):
    """One thing wrong with a configuration file."""

    @property
    def path(self) -> str:
        """The dotted key."""

    @property
    def problem(self) -> str:
        """What is wrong."""

    @property
    def hint(self) -> str:
        """How to mend it."""


class ConfigError(QuarterdeckError):
    """A configuration that cannot be used, with every problem at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.problem}" for problem in problems))
        self.problems = tuple(problems)
