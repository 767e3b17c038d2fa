"""Holds: after a restore our record is in the past, so every target is held until it was asked what it serves."""

from dataclasses import dataclass, replace

from bot.domain.facts import Live
from bot.domain.leases import Deployment
from bot.domain.terms import MINUTE, Millis, Target, Unknown, short

ASK_AGAIN: Millis = 10 * MINUTE  # until a target that could not be asked is asked again


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A target that nothing new goes to yet; `recorded` is what the restored record says is live, `seen` what the target answered.

    `why` says why it could not be asked; `asked_at` and `released_at` are 0 until then; `released_by` is `team/user`, `cli` or
    `quarterdeck`.
    """

    target: Target
    held_at: Millis
    recorded: str = ""
    asked_at: Millis = 0
    seen: str = ""
    why: str = ""
    released_at: Millis = 0
    released_by: str = ""

    @property
    def differs(self) -> bool:
        """True where the target answered, and not what the record says: only a person releases that."""
        return bool(self.seen)

    def due(self, now: Millis) -> bool:
        """Whether to ask (again): one that answered is not asked until a person looks at it."""
        return not self.differs and (not self.asked_at or now - self.asked_at >= ASK_AGAIN)

    @property
    def words(self) -> str:
        """Why it is held, as people read it."""
        if self.seen:
            return f"our record says {short(self.recorded) or 'nothing'}, and it serves {short(self.seen)}"
        if self.why:
            return f"it could not be asked what it serves: {self.why}"
        return "it has not been asked yet what it serves"


def compared(hold: Hold, live: Live | Unknown | None, current: Deployment | None, *, at: Millis) -> Hold:
    """The hold after its target was asked: released where the answer is the record's, else with what was seen, or why nothing was.

    What an operation of ours deployed since counts as the record; what was only observed since does not: a person looks at that.
    """
    answer = answered(live)
    if answer is None:
        why = live.why if isinstance(live, Unknown) else "it cannot say what it serves"
        return replace(hold, asked_at=at, why=why)
    known = current.revision if current is not None and current.operation else hold.recorded
    if answer.revision == known:
        return replace(hold, asked_at=at, why="", released_at=at, released_by="quarterdeck")
    return replace(hold, asked_at=at, why="", seen=answer.revision)


def answered(live: Live | Unknown | None) -> Live | None:
    """What the target itself said; our own record is no answer."""
    return live if isinstance(live, Live) and live.revision and live.said_by != "our record" else None
