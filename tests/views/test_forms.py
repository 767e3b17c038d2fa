"""Forms: what they ask, what they preselect, and what they never do."""

from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.domain.messages import View
from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.views import asking, forms, refusals
from bot.views.gallery import GALLERY
from bot.views.samples import NEW, Samples
from tests.support.blocks import payload
from tests.support.text import labels, plain

WORDS = Samples()
PLACES = (forms.Choice(name="staging"), forms.Choice(name="production", production=True))


def element(view: View, name: str) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = payload(view)["blocks"]
    return next(block["element"] for block in blocks if block.get("block_id") == name)


@pytest.mark.parametrize("make", [forms.deploy_form, forms.rollback_form])
def test_production_is_never_preselected(make: Any) -> None:
    """A person chooses production, never a default."""
    view = make(["web"], PLACES, service="web", environment="production")
    assert "initial_option" not in element(view, forms.ENVIRONMENT)
    assert element(view, forms.SERVICE)["initial_option"]["value"] == "web"
    staging = make(["web"], PLACES, service="web", environment="staging")
    assert element(staging, forms.ENVIRONMENT)["initial_option"]["value"] == "staging"


def test_what_is_not_among_the_options_is_not_preselected() -> None:
    """Slack refuses an initial option that is not in the list."""
    view = forms.deploy_form(["web"], PLACES, service="typo", environment="typo")
    assert "initial_option" not in element(view, forms.SERVICE)
    assert "initial_option" not in element(view, forms.ENVIRONMENT)


def test_more_than_a_hundred_services_are_asked_for_while_typing() -> None:
    """A menu holds a hundred; beyond that, and without any, the options come from us."""
    many = forms.deploy_form([f"s{at}" for at in range(101)], PLACES, service="s7")
    assert element(many, forms.SERVICE)["type"] == "external_select"
    assert element(many, forms.SERVICE)["initial_option"]["value"] == "s7"
    assert element(forms.deploy_form([], ()), forms.ENVIRONMENT)["type"] == "external_select"


def test_deploy() -> None:
    """Service, environment, revision while typing, reason."""
    assert plain(GALLERY["form deploy"]()) == snapshot("""\
# Deploy
› Service: web
› Environment: staging / production
› What: main
› Why: \n\
Next you see exactly what will happen; nothing starts before that. · `/ops deploy web staging`
[ Show the plan ] [ Not now ]\
""")
    body = payload(GALLERY["form deploy"]())
    assert body["callback_id"] == forms.DEPLOY


def test_confirm_asks_for_the_name() -> None:
    """The service's name has to be typed; the offer's id is carried."""
    view = GALLERY["form confirm"]()
    assert plain(view) == snapshot("""\
# Roll back?
Roll back web → production?
Back from `5d2f0b7` to `a41c9e2`: 3 changes leave
⚠️ Not undone by this: 0042_orders.sql
Takes over #12 (outcome unknown)
⚠️ #12 could still take effect later. You are asked for the service's name.
Why: errors 4.1 % (limit 1 %), 3 checks
No longer live: #412 Faster checkout · #415 Retry failed webhooks · 1 more
› Type web to confirm: web
[ Roll back ] [ Not now ]\
""")
    assert payload(view)["private_metadata"] == "of-confirm"


def test_decision() -> None:
    """What we saw, the three answers, what follows, and what the target's answer speaks against."""
    assert plain(GALLERY["form decision"]()) == snapshot("""\
# Decision
✋ *Decision needed* · web → production
GitHub never said whether it started (25 min)
*What we saw*
• runs since 14:02
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:00 UTC)
› What became of it?: It succeeded
› What did you see?: Looked at the run: step 3 never began
*It succeeded* records this revision as live.
*It failed* ends it and frees the target; what is served now is asked again.
*It never started* allows a new deploy. If the first one wakes up later, both will run.
⚠️ web itself serves `a41c9e2`: that speaks against *It succeeded*.
[ Record it ] [ Not now ]\
""")


def test_the_form_contradicts_where_the_target_does() -> None:
    """Serving the new revision speaks against "it never started"; silence speaks against nothing."""
    assert "speaks against *It never started*" in plain(GALLERY["form decision, serves the new"]())
    assert forms.contradictions(WORDS.operation(State.NEEDS_HUMAN, serving="")) == []
    assert forms.contradictions(WORDS.operation(State.NEEDS_HUMAN, serving=NEW)) != []


def test_a_modal_carries_ids_not_things() -> None:
    """More than 3,000 characters of private metadata is a bug of ours."""
    with pytest.raises(AssertionError, match="carry an id"):
        forms.deploy_form([], (), carried="x" * 3001)


def test_the_skeleton_opens_at_once() -> None:
    """Nothing in it has to be read first."""
    assert plain(forms.skeleton("Deploy")) == "# Deploy\nLooking…\n[ Close ]"


def test_stop_asks_first() -> None:
    """What stopping means now, and the way out."""
    assert plain(GALLERY["stop question"]()) == snapshot("""\
Stop web → production?
Step migrate is running. Stopping may leave it half done.
Ada · `5d2f0b7` · #1287
[ Stop it ] [ Let it finish ]\
""")
    assert labels(GALLERY["stop question, queued"]()) == ["Take it out", "Leave it"]
    starting = asking.stop_question(WORDS.operation(State.TRIGGERING), WORDS.offers(OfferVerb.STOP_NOW))
    assert "It is starting. Stopping may leave it half done." in plain(starting)


def test_refusal() -> None:
    """Every reason at once, the next step, and the codes in small print."""
    assert plain(GALLERY["refusal"]()) == snapshot("""\
*Not deployed* · web → production
🔄 Checks still running: integration-tests.
     Ask again when they are done.
🚫 You may not deploy web in production.
     Ask @U02GRACE.
🌿 #412 is not merged, and production takes only merged changes.
     Merge it first.
❓ Could not read what is live: relation "orders" is locked.
     Try `/ops doctor`.
9 other gates passed · checks_running · fact_unknown · not_merged · not_permitted
[ Changes ]\
""")
    assert plain(GALLERY["refusal, dry run"]()).startswith("*Would be refused* · web → production")


def test_suggestions_are_buttons_that_show_first() -> None:
    """A suggestion is never carried out unseen: it ends in "…", and there are at most three."""
    many = refusals.not_understood("What?", offers=WORDS.suggestions("a", "b", "c", "d"))
    assert labels(many) == ["a…", "b…", "c…"]
    assert plain(refusals.not_understood("")) == "That was not understood."


def test_notices() -> None:
    """Each says what was done, which mostly is nothing."""
    names = [
        "not recorded",
        "broke",
        "window gone",
        "too old",
        "nothing to stop",
        "invite",
        "back again",
        "arrived late",
    ]
    assert {name: plain(GALLERY[name]()) for name in names} == snapshot(
        {
            "not recorded": "Not recorded, nothing was done (ref `7f3a`). Try again in a minute.",
            "broke": """\
Something broke (ref `7f3a`). It is in the log under this reference.
Nothing was started.\
""",
            "window gone": "That window has gone. Type `/ops deploy web`",
            "too old": """\
That button is too old: nothing was done.
Ask again: `/ops status web`\
""",
            "nothing to stop": "Nothing is running in production of web: there is nothing to stop.",
            "invite": """\
I cannot post in #C0WEB. Type there: `/invite @quarterdeck`
Until then you get the card here.\
""",
            "back again": """\
Quarterdeck was away from 2026-11-24 13:00 UTC to 2026-11-24 13:07 UTC.
#1287 went on and finished.
errors 4.1 % (limit 1 %), 3 checks\
""",
            "arrived late": """\
This reached me 7 min late, so nothing was done: `/ops deploy web`
Type it again if you still want it.\
""",
        }
    )
