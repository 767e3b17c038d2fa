"""Messages that must be made true, and what was last said where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.terms import Millis


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message that must be made true, whatever it says when its turn comes: the view is a function of `subject`.

    `key` is permanent (`operation:12:card`); `channel` is an id, a name, or `user:U…` for a direct message; `thread_key` is the outbox key
    of the thread's root, `thread` an explicit ts. It is waiting while `wanted`, which rises with each wish, is above `done`.
    """

    key: str
    kind: str
    subject: str
    channel: str
    thread_key: str = ""
    thread: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    due_at: Millis = 0
    attempts: int = 0  # failed ones since it was last true
    last_error: str = ""
    wanted: int = 1
    done: int = 0

    @property
    def waiting(self) -> bool:
        """True while the message does not yet say what it should."""
        return self.wanted > self.done


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Where a message stands (`channel` is an id here), its material facts, and when it was last posted or updated."""

    channel: str
    ts: str
    material: str
    sent_at: Millis
