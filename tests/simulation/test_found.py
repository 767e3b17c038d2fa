"""What the simulation found in the product: the smallest story for each, told anew on every run."""

import pytest

from bot.domain.operations import State
from bot.domain.terms import SECOND
from tests.simulation.scenarios import ADA, SLOW, WELL, Flow, tell

FOUND: tuple[Flow, ...] = (
    Flow(
        # The memory of a post whose answer was lost was overwritten by the next failure, and the message posted again.
        name="a lost post, then nobody can look for it", says=((SECOND, ADA, "deploy api staging"),), ends=WELL,
        fates={"slack.post": ("error_after",), "slack.find": ("unreachable", "unreachable")},
    ),
    Flow(
        # The reply that tells the steps said “Running” for ever.
        name="the end comes between two looks", says=((SECOND, ADA, "deploy api staging"),), ends=WELL, plan=SLOW,
    ),
    Flow(
        # A refusal of the second sending was taken as proof that the first one had had no effect.
        name="lost and late, sent again and refused", says=((SECOND, ADA, "deploy web staging"),), ends=WELL,
        fates={"web-ci.start": ("late", "refused")},
    ),
    Flow(
        # A provider that always breaks was asked again without pause, and no person was ever asked.
        name="sent again in vain", says=((SECOND, ADA, "deploy web staging"),), ends=frozenset({State.CANCELLED}),
        fates={"web-ci.start": ("error_before",) * 2_000},
    ),
)  # fmt: skip


SLOW_ONES = {"sent again in vain"}


@pytest.mark.parametrize(
    "flow", [pytest.param(each, marks=pytest.mark.slow if each.name in SLOW_ONES else ()) for each in FOUND]
)
def test_found(flow: Flow) -> None:
    """A story that once ended wrong ends right."""
    told = tell(flow)
    assert not told.wrong, "\n".join([*told.wrong, *told.trace[-80:]])


@pytest.mark.parametrize("after", range(3_000, 5_250, 250))
def test_asked_again_while_confirming(after: int) -> None:
    """A newer plan takes the place of one that is just being confirmed: that is told, and nothing breaks."""
    says = ((SECOND, ADA, "deploy mail staging"), (after, ADA, "deploy mail staging"))
    told = tell(Flow(name="asked again while confirming", says=says, ends=frozenset(State)))
    assert not told.wrong, "\n".join([*told.wrong, *told.trace[-80:]])
