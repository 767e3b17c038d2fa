"""Plans, what became of them, and the second click."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.changes import Relation
from bot.domain.plans import OfferVerb, PlanState
from bot.domain.terms import Action, Target
from bot.views import plans
from bot.views.gallery import GALLERY
from bot.views.samples import OLD, OTHER, Samples
from tests.support.text import labels, plain

WORDS = Samples()
OFFERS = WORDS.offers(OfferVerb.CONFIRM, OfferVerb.SHOW_CHANGES, OfferVerb.DECLINE)


def shown(name: str) -> str:
    return plain(GALLERY[name]())


@pytest.mark.parametrize("name", ["plan", "plan rollback"])
def test_it_asks_before_anything_starts(name: str) -> None:
    """The primary button says what it does and where."""
    assert labels(GALLERY[name]())[0] in {"Deploy to production", "Roll back production"}


def test_plan() -> None:
    """What, since what, what to look at, until when it is good."""
    assert shown("plan") == snapshot("""\
Deploy web → production?
6 changes since `a41c9e2`, serving now
⚠️ A rollback will not undo 0042_orders.sql
⚠️ react 18 → 19 (#409)
#412 Faster checkout · #415 Retry failed webhooks · 4 more
12 gates passed · usually 3 min · staging had it 2026-11-24 11:00 UTC · good until 2026-11-24 13:15 UTC
[ Deploy to production ] [ All changes ] [ Not now ]\
""")


def test_filled_words_are_bold() -> None:
    """Only what the context filled in."""
    assert shown("plan with filled words") == snapshot("""\
Deploy *web* → production?
6 changes since `a41c9e2`, serving now
Revision: *main*, `5d2f0b7`
⚠️ A rollback will not undo 0042_orders.sql
⚠️ react 18 → 19 (#409)
#412 Faster checkout · #415 Retry failed webhooks · 4 more
12 gates passed · usually 3 min · verified before this, 2026-11-24 11:00 UTC · good until 2026-11-24 13:15 UTC
[ Deploy to production ] [ All changes ] [ Not now ]\
""")


def test_by_word_as_well_as_by_slot() -> None:
    """`filled` may hold the slot or the word itself."""
    assert (
        plain(plans.plan(WORDS.plan(filled=frozenset({"production"})))).splitlines()[0] == "Deploy web → *production*?"
    )


def test_not_merged() -> None:
    """A head that is not merged says so."""
    assert "⚠️ head of #412, *not* merged" in shown("plan not merged")


def test_a_difference_from_our_record_is_shown() -> None:
    """Both are shown, and who said what."""
    assert shown("plan not recorded").splitlines()[2] == snapshot(
        "⚠️ web itself says it serves `a41c9e2`, our record says `77ab310`: that was not deployed from here"
    )


def test_first_contact_offers_to_adopt() -> None:
    """What is live is not in our record: a button records it."""
    assert labels(GALLERY["plan first contact"]()) == ["Deploy to production", "Adopt what is live", "Not now"]
    assert "is not in our record yet" in shown("plan first contact")


def test_take_over() -> None:
    """Cancel, then roll back, in one plan."""
    assert "Takes over #12 (running): stops it, then rolls back" in shown("plan take-over")


def test_late_landing_asks_for_the_name() -> None:
    """Where the old attempt could still land the plan says so, and the button asks first."""
    assert "⚠️ #12 could still take effect later. You are asked for the service's name." in shown(
        "plan take-over, late landing"
    )
    assert labels(GALLERY["plan take-over, late landing"]())[0] == "Roll back production…"


def test_dry_run_has_no_button_that_acts() -> None:
    """It may be read and nothing else."""
    assert labels(GALLERY["plan dry run"]()) == ["All changes"]
    assert plain(plans.plan(WORDS.plan(), OFFERS, dry_run=True)).endswith("[ All changes ]")


@pytest.mark.parametrize(
    ("relation", "line"),
    [
        (Relation.IDENTICAL, "No change: `a41c9e2` is serving now"),
        (Relation.BEHIND, "Back from `a41c9e2` to `5d2f0b7`: 3 changes leave"),
        (Relation.DIVERGED, "From `a41c9e2`: 6 changes arrive, 3 changes leave"),
        (Relation.UNRELATED, "`5d2f0b7` has no history in common with `a41c9e2`"),
    ],
)
def test_ranges(relation: Relation, line: str) -> None:
    """Arriving, leaving, both, neither."""
    assert plain(plans.plan(WORDS.plan(changes=WORDS.changes(relation)))).splitlines()[1] == line


def test_several_plans_each_with_its_own_buttons() -> None:
    """Deploy web,api staging: one message, one plan per card."""
    assert labels(GALLERY["plans of two services"]()) == [
        "Deploy to production", "All changes", "Not now", "Deploy to staging", "All changes", "Not now",
    ]  # fmt: skip


def test_more_plans_than_fit_are_counted() -> None:
    """Never an invalid block."""
    many = [(WORDS.plan(id=str(at), target=Target(service=f"s{at}", environment="staging")), ()) for at in range(30)]
    assert plain(plans.plans(many)).endswith("+ 22 more plans: ask for fewer at once")


def test_one_plan_is_just_a_plan() -> None:
    """No difference between one and the only one."""
    assert plans.plans([(WORDS.plan(), OFFERS)]) == plans.plan(WORDS.plan(), OFFERS)


def test_plan_moved() -> None:
    """What moved, the new plan, and both ways on."""
    assert shown("plan moved") == snapshot("""\
*Not started: the plan has changed since you saw it.*
main moved from `5d2f0b7` to `77ab310`: 1 more change (#416).
Deploy web → production?
7 changes since `a41c9e2`, serving now
⚠️ A rollback will not undo 0042_orders.sql
⚠️ react 18 → 19 (#409)
#416 Faster checkout · #412 Faster checkout · 5 more
12 gates passed · usually 3 min · verified before this, 2026-11-24 11:00 UTC · good until 2026-11-24 13:15 UTC
[ Deploy with #416 ] [ Keep to 5d2f0b7 ] [ Not now ]\
""")


def test_plan_moved_and_planned_again() -> None:
    """Keeping to what was shown can also be a new plan, which is shown first."""
    assert labels(GALLERY["plan moved, planned again"]())[1:] == ["Keep to 5d2f0b7…", "Not now"]


def test_plan_moved_where_the_new_one_is_refused() -> None:
    """The reasons, and the way that is still open."""
    assert shown("plan moved, refused now").splitlines()[0] == "*Not started: the plan has changed since you saw it.*"
    assert labels(GALLERY["plan moved, refused now"]()) == ["Keep to 5d2f0b7", "Not now"]


def test_everything_that_can_move() -> None:
    """Each difference has its sentence."""
    assert shown("plan moved, live moved").splitlines()[1:5] == snapshot(
        [
            "web itself says it serves `77ab310` now, not `a41c9e2`.",
            "The rules for this target changed.",
            "What would be run has changed.",
            "It would take over #3 now.",
        ]
    )


def test_what_did_not_move_is_not_told() -> None:
    """A plan that was only planned again says that."""
    old = WORDS.plan()
    assert "It was planned again." in plain(plans.plan_moved(old, replace(old, id="plan-2")))
    ended = replace(old, id="plan-2", takes_over=0, live="")
    assert "What it would have taken over has ended." in plain(plans.plan_moved(replace(old, takes_over=3), ended))
    assert "web itself says it serves nothing now, not `a41c9e2`." in plain(plans.plan_moved(old, ended))


def test_moved_without_a_list_of_changes() -> None:
    """The sentence stands without the number."""
    moved = plans.plan_moved(WORDS.plan(changes=None), WORDS.plan(revision=OTHER, changes=None))
    assert "main moved from `5d2f0b7` to `77ab310`." in plain(moved)


def test_second_click() -> None:
    """Who was faster, by how much, and which operation both are on."""
    assert shown("second click") == "Grace started this 2 s before you. You are both on #1287."
    assert shown("second click by yourself") == "You started this already. It is #1287."


def test_not_yours() -> None:
    """Who can, and how to ask for your own."""
    assert shown("not yours") == snapshot("""\
Only Ada can confirm this.
To deploy it yourself: `/ops deploy web production`\
""")


def test_expired() -> None:
    """Not started, and the way to a new one."""
    assert shown("plan expired at the click") == snapshot("""\
*Not started:* this plan was good until 2026-11-24 13:15 UTC.
Things move: look at a new one. `/ops deploy web production`
[ Plan again… ]\
""")


@pytest.mark.parametrize("state", ["confirmed", "declined", "expired", "superseded"])
def test_a_plan_that_is_closed_does_not_act(state: str) -> None:
    """No button but the one that plans again."""
    assert labels(GALLERY[f"plan {state}"]()) == ["Plan again…"]


def test_a_plan_shows_what_became_of_it() -> None:
    """`plan` of a closed plan is its end, not a question."""
    closed = plans.plan(WORDS.plan(state=PlanState.CONFIRMED, operation=1287), OFFERS)
    assert plain(closed).splitlines()[1] == "Confirmed: it is #1287 now."


def test_accepted() -> None:
    """One line with a link whose host can be read, or the channel, or neither."""
    assert shown("accepted") == "Deploy web → production: #1287 · its card on acme.slack.com"
    assert plain(plans.accepted(7, WORDS.plan(), channel="C0WEB")).endswith("#7 · its card is in #C0WEB")
    assert plain(plans.accepted(7, WORDS.plan())) == "Deploy web → production: #7"


def test_commands_name_what_was_asked() -> None:
    """What people are told to type is what the grammar takes."""
    from bot.views.commands import typed

    target = Target(service="web", environment="production")
    assert typed(Action.DEPLOY, target, "v1.4") == "/ops deploy web@v1.4 production"
    assert typed(Action.ROLLBACK, target, OLD[:7], command="/ship") == "/ship rollback web production --to a41c9e2"
    assert typed(Action.PROMOTE, target) == "/ops promote web production"
