"""Slack's limits: one post a second and channel, one budget for edits, no call before its Retry-After."""

from bot.engine.pacing import EDIT, EDIT_BURST, EDIT_GAP, POST, Pace

NOW = 1_000_000


def test_posts_queue_up_in_a_channel_and_not_across() -> None:
    """Each takes its place at once."""
    pace = Pace()
    assert [pace.post_wait("C1", NOW) for _ in range(3)] == [0, 1_000, 2_000]
    assert pace.post_wait("C2", NOW) == 0
    assert pace.post_wait("C1", NOW + 10_000) == 0


def test_edits_share_one_budget() -> None:
    """A burst, then as fast as Slack takes them."""
    pace = Pace()
    assert [pace.edit_wait(NOW) for _ in range(EDIT_BURST)] == [0] * EDIT_BURST
    assert 0 < pace.edit_wait(NOW) <= EDIT_GAP + 1
    assert EDIT_GAP < pace.edit_wait(NOW) <= 2 * EDIT_GAP + 1
    assert pace.edit_wait(NOW + 60_000) == 0


def test_half_of_the_budget_is_kept_for_news() -> None:
    """What only moves waits when half of it is in use."""
    pace = Pace()
    assert not pace.busy(NOW)
    for _ in range(EDIT_BURST // 2 + 1):
        pace.edit_wait(NOW)
    assert pace.busy(NOW)
    assert not pace.busy(NOW + 60_000)


def test_a_pause_is_of_one_method() -> None:
    """The longest one counts."""
    pace = Pace()
    pace.hold(EDIT, NOW + 30_000)
    pace.hold(EDIT, NOW + 10_000)
    assert (pace.held(EDIT, NOW), pace.held(POST, NOW), pace.held(EDIT, NOW + 40_000)) == (30_000, 0, 0)
