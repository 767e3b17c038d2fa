"""What Slack's limits still allow: one post a second and channel, one budget for edits, and no call before its Retry-After."""

from bot.domain.terms import SECOND, Millis

POST_GAP: Millis = SECOND  # Slack: one post a second and channel
EDIT_GAP: Millis = 1_200  # Slack: about fifty edits a minute, all channels together
EDIT_BURST = 10
CLOCK_SLIP: Millis = 2 * SECOND  # what a clock may be corrected by without anybody noticing
POST, EDIT = "post", "edit"


class Pace:
    """Only manners, never correctness: a fresh process starts with a full budget."""

    def __init__(self) -> None:
        self._next_post: dict[str, Millis] = {}
        self._edits: float = EDIT_BURST
        self._edits_at: Millis = 0
        self._held: dict[str, Millis] = {}
        self._seen: Millis = 0

    def hold(self, method: str, until: Millis) -> None:
        """Slack asked for a pause of this method, in every channel."""
        self._held[method] = max(until, self._held.get(method, 0))

    def _look(self, now: Millis) -> None:
        """Where the clock was set back, everything that was noted by the old time is forgotten: a fresh start waits less."""
        if now + CLOCK_SLIP < self._seen:
            self._next_post.clear()
            self._held.clear()
            self._edits_at = now
        self._seen = now

    def held(self, method: str, now: Millis) -> Millis:
        """How much of that pause is left."""
        self._look(now)
        return max(0, self._held.get(method, 0) - now)

    def post_wait(self, channel: str, now: Millis) -> Millis:
        """How long a post to this channel has to wait; its place is taken at once, so that the next one waits longer."""
        self._look(now)
        free_at = max(now, self._next_post.get(channel, 0))
        self._next_post[channel] = free_at + POST_GAP
        return free_at - now

    def edit_wait(self, now: Millis) -> Millis:
        """How long an edit has to wait; it is taken from the budget at once, below nothing where there is none."""
        self._refill(now)
        self._edits -= 1
        return 0 if self._edits >= 0 else int(-self._edits * EDIT_GAP) + 1

    def busy(self, now: Millis) -> bool:
        """Whether half of the budget for edits is in use, so that what only moves has to wait."""
        self._refill(now)
        return self._edits < EDIT_BURST / 2

    def _refill(self, now: Millis) -> None:
        self._look(now)
        self._edits = min(EDIT_BURST, self._edits + (now - self._edits_at) / EDIT_GAP)
        self._edits_at = now
