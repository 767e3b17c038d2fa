"""Blocks that Slack always takes: too much becomes a count, never an error."""

import pytest

from bot.domain.messages import Message
from bot.domain.operations import Effect, State
from bot.domain.plans import OfferVerb
from bot.domain.terms import Action
from bot.domain.verdicts import Refusal
from bot.views import kit, refusals, replies
from bot.views.samples import OLD, Samples
from bot.views.together import together
from tests.support.blocks import problems
from tests.support.text import labels, plain

WORDS = Samples()


def test_lines_that_do_not_fit_are_counted() -> None:
    """A section says how many lines are missing."""
    block = kit.section(*[kit.inert("x" * 100)] * 60, more="more in thread")
    shown = Message(text="x.", blocks=(block,))
    assert not problems(shown)
    assert plain(shown).endswith("+ 32 more in thread")


def test_one_line_that_is_too_long_loses_its_markup_not_its_validity() -> None:
    """No half entity, no half token."""
    block = kit.section(kit.Markup("&amp;" * 700))
    shown = Message(text="x.", blocks=(block,))
    assert not problems(shown)
    assert plain(shown) == "&" * 499 + "…"


def test_blocks_beyond_fifty_are_counted() -> None:
    """Slack takes fifty."""
    shown = kit.message("x.", [kit.divider()] * 80)
    assert len(shown.blocks) == 50
    assert plain(shown).endswith("+ 31 more")


def test_nothing_is_never_empty() -> None:
    """Slack refuses empty texts: a dash stands for nothing."""
    assert kit.mrkdwn(kit.Markup(""))["text"] == "–"
    assert kit.plain_text("\x00", 75)["text"] == "–"


@pytest.mark.parametrize("count", [1, 98, 99, 100, 300])
def test_a_table_holds_a_hundred_rows(count: int) -> None:
    """With its heading; the last row counts what is missing."""
    shown = Message(text="x.", blocks=(kit.table(["a", "b"], [["1", ""]] * count, more="more rows"),))
    assert not problems(shown)
    rows = plain(shown).splitlines()
    assert len(rows) == min(100, count + 1)
    assert rows[-1] == ("1 | –" if count <= 99 else f"+ {count - 98} more rows | –")


def test_a_table_holds_ten_thousand_characters() -> None:
    """Rows are left out before Slack would refuse them."""
    shown = Message(text="x.", blocks=(kit.table(["a"] * 30, [["x" * 500] * 30] * 50),))
    assert not problems(shown)
    assert "+ 42 more" in plain(shown)


def test_a_row_of_buttons_has_three_and_one_primary() -> None:
    """The law is enforced where rows are made."""
    made = [
        kit.button(offer, "Go", accessible="Go", style="primary") for offer in WORDS.suggestions("a", "b", "c", "d")
    ]
    block = kit.actions([None, *made])
    assert block is not None
    assert isinstance(block["elements"], list)
    assert ["style" in button for button in block["elements"] if isinstance(button, dict)] == [True, False, False]
    assert kit.actions([None]) is None


def test_material_is_a_fingerprint_of_its_facts() -> None:
    """The same facts, the same fingerprint; none without facts."""
    assert kit.message("x.", material=["a", 1]).material == kit.message("y.", material=["a", 1]).material
    assert kit.message("x.", material=["a", 1]).material != kit.message("x.", material=["a", 2]).material
    assert kit.message("x.").material == ""


def test_together_keeps_what_fits() -> None:
    """Several answers in one message, the rest counted; one answer is itself; none is a bug."""
    one = kit.message("One.", [kit.section(kit.Markup("One"))])
    assert together([one]) == one
    assert plain(together([one, one])) == "One\n---\nOne"
    many = together([one] * 60)
    assert not problems(many)
    assert plain(many).endswith("+ 35 more answers: ask for fewer at once")
    with pytest.raises(AssertionError):
        together([])


def test_suggestions_come_before_anything_else_in_a_refusal() -> None:
    """Where a word was wrong, the right word is one click away."""
    no = Refusal(action=Action.DEPLOY, target=WORDS.target, verdicts=WORDS.refusing(), passed=0)
    offers = (*WORDS.offers(OfferVerb.SHOW_CHANGES), *WORDS.suggestions("staging"))
    assert labels(refusals.refusal(no, offers)) == ["staging…"]


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"effect": Effect.NONE}, "Next: `/ops deploy web production`"),
        ({"serving": OLD}, "Next: look at the log, mend it, then `/ops deploy web production`"),
        ({"serving": ""}, "Next: `/ops rollback web production`"),
    ],
)
def test_the_next_step_depends_on_what_is_served(changes: dict[str, object], step: str) -> None:
    """Nothing started: again. Still the old one: mend it. Anything else: go back."""
    assert plain(kit.message("x.", [kit.section(replies.next_step(WORDS.operation(State.FAILED, **changes)))])) == step
