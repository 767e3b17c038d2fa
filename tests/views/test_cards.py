"""The card in every state, as people read it."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.operations import Effect, State
from bot.domain.plans import OfferVerb
from bot.domain.reasons import Reason
from bot.domain.terms import Target
from bot.views.cards import ROWS, observed_card, operation_card
from bot.views.faces import FACES, OBSERVED, UNVERIFIED, WARNING
from bot.views.gallery import GALLERY
from bot.views.samples import NOON, OLD, Samples
from tests.support.text import labels, plain

WORDS = Samples()


def shown(name: str) -> str:
    return plain(GALLERY[name]())


def card(state: State, **changes: object) -> str:
    return plain(operation_card(WORDS.operation(state, **changes), names=WORDS.names))


def test_every_state_has_a_face_of_its_own() -> None:
    """Each state has its own shape and its own word: nobody has to tell hues apart."""
    faces = [*FACES.values(), OBSERVED, WARNING, UNVERIFIED]
    assert set(FACES) == set(State)
    assert len({face.emoji.rstrip("\ufe0f") for face in faces}) == len(faces)
    assert len({face.word for face in faces}) == len(faces)
    assert set(ROWS) == set(State)


def test_running() -> None:
    """Where it is now."""
    assert shown("card running") == snapshot("""\
🔄 *Running* · web → production
Step 3 of 4: migrate
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ Roll back… ] [ Stop… ]\
""")


def test_verifying() -> None:
    """What it serves, and how long it has been well."""
    assert shown("card verifying") == snapshot("""\
👀 *Verifying* · web → production
Serving `5d2f0b7` · healthy 4 of 10 min
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ Changes ] [ Roll back… ] [ Stop… ]\
""")


def test_live() -> None:
    """What arrived, how long it took, who says so."""
    assert shown("card succeeded") == snapshot("""\
✅ *Live* · web → production
6 changes · took 3 min · web itself says so
Ada · `5d2f0b7` · 2026-11-24 13:03 UTC · run on github.com · #1287
[ Changes ] [ Roll back… ]\
""")


def test_live_not_verified() -> None:
    """Not verified is another shape and another word, and says why."""
    assert shown("card live, not verified") == snapshot("""\
✔️ *Live, not verified* · web → production
6 changes · took 3 min
Not verified: nothing is set up that could say what is served
Ada · `5d2f0b7` · 2026-11-24 13:03 UTC · run on github.com · #1287\
""")


def test_failed() -> None:
    """Where it broke, what is served and who said so, what may have happened; never "nothing changed"."""
    assert shown("card failed") == snapshot("""\
❌ *Failed* · web → production
At step 3, migrate: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:01 UTC)
The step migrate may have run in part.
Ada · `5d2f0b7` · 6 changes · 2026-11-24 13:01 UTC · run on github.com · #1287
[ Log ] [ Try again… ] [ Roll back… ]\
""")


def test_failed_before_anything_started() -> None:
    """Proven to have had no effect."""
    assert shown("card failed, nothing started") == snapshot("""\
❌ *Failed* · web → production
Could not be started in 5 tries: relation "orders" is locked
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:01 UTC)
Nothing was started.
Ada · `5d2f0b7` · 6 changes · 2026-11-24 13:01 UTC · run on github.com · #1287\
""")


def test_rolled_back() -> None:
    """The deploy that was taken back."""
    assert shown("card rolled_back") == snapshot("""\
↩️ *Rolled back* · web → production
Serving `a41c9e2` again · by #1288
No longer live: #412, #415 and 4 more
Ada · `5d2f0b7` · 6 changes · 2026-11-24 13:05 UTC · run on github.com · #1287
[ Log ] [ Plan again… ]\
""")


def test_the_rollback_itself() -> None:
    """What is served again, why, and what is no longer live: by change, not by person."""
    assert shown("card rollback done") == snapshot("""\
↩️ *Rolled back* · web → production
Serving `a41c9e2` again · took 48 s
Why: errors 4.1 % (limit 1 %), 3 checks
No longer live: #412, #415 and 4 more
It took over from #1287.
Ada · `a41c9e2` · 2026-11-24 13:00 UTC · run on github.com · #1287\
""")


def test_needs_approval() -> None:
    """Waits for somebody."""
    assert shown("card awaiting_approval") == snapshot("""\
✍️ *Needs approval* · web → production
Waits for an approval
#412, #415 and 4 more
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ Withdraw ]\
""")


def test_unknown() -> None:
    """Says plainly that nobody knows, and that nothing starts twice."""
    assert shown("card unknown") == snapshot("""\
❓ *Outcome unknown* · web → production
We asked GitHub to start and got no answer
Other deploys to web · production wait. Nothing will be started twice.
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:00 UTC)
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ Roll back… ]\
""")


def test_queued() -> None:
    """Whom it waits for."""
    assert shown("card queued") == snapshot("""\
⏳ *Queued* · web → production
After #1286 (Linus), about 4 min
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ Leave the queue ]\
""")


def test_decision_needed() -> None:
    """What was looked at, what the target says, and the three answers."""
    assert shown("card decision with answers") == snapshot("""\
✋ *Decision needed* · web → production
GitHub never said whether it started (25 min)
Looked at: runs of deploy.yml since 14:02; web itself
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:00 UTC)
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287
[ It succeeded… ] [ It failed… ] [ It never started… ]\
""")


def test_observed() -> None:
    """Somebody else deployed it."""
    assert shown("card observed") == snapshot("""\
👁️ *Observed* · web → production
Live: `5d2f0b7`, not deployed from here
release.yml, run by Ada · 4 changes · 2026-11-24 13:00 UTC · #1290
[ Changes ] [ Roll back… ]\
""")


def test_taken_over() -> None:
    """A rollback took the target."""
    assert shown("card rolling_back") == snapshot("""\
⏪ *Rolling back* · web → production
Taken over by #1288
Ada · `5d2f0b7` · 6 changes · run on github.com · #1287\
""")


def test_rejected() -> None:
    """Every reason of the last look."""
    assert shown("card rejected") == snapshot("""\
⛔ *Not started* · web → production
A rule said no when it was about to start
Checks failed: unit. This revision has not been live in staging yet.
Nothing was started.
Ada · `5d2f0b7` · 6 changes · 2026-11-24 13:01 UTC · run on github.com · #1287
[ Plan again… ]\
""")


def test_stopped() -> None:
    """Who stopped it, and what is known of how far it got."""
    assert shown("card cancelled") == snapshot("""\
⏹️ *Stopped* · web → production
Stopped by Grace
Still serving `a41c9e2` (web itself says so, 2026-11-24 13:00 UTC)
How far it got is not known.
Ada · `5d2f0b7` · 6 changes · 2026-11-24 13:01 UTC · run on github.com · #1287
[ Log ] [ Plan again… ] [ Roll back… ]\
""")


@pytest.mark.parametrize(
    ("state", "changes", "line"),
    [
        (State.RUNNING, {"progress": (0, 0, "")}, "Started, no step reported yet"),
        (State.RUNNING, {"progress": (3, 0, "")}, "Step 3"),
        (State.VERIFYING, {"serving": OLD}, "Still serving `a41c9e2`, not yet `5d2f0b7`"),
        (State.VERIFYING, {"serving": "", "note": ""}, "The run ended well; asking what is served now"),
        (State.SUPERSEDED, {"child_id": 0}, "A newer one took its place"),
        (State.ROLLED_BACK, {"serving": ""}, "Taken back by #1288"),
        (State.SUCCEEDED, {"changes": 0, "started_at": 0, "verified": False}, "Done"),
    ],
)
def test_second_lines_with_little_to_say(state: State, changes: dict[str, object], line: str) -> None:
    """Where a fact is missing the line says what is known."""
    assert card(state, **changes).splitlines()[1] == line


def test_a_rollback_that_nobody_could_verify() -> None:
    """It does not claim what nobody saw."""
    message = operation_card(WORDS.rollback(verified=False))
    assert plain(message).splitlines()[1] == "To `a41c9e2`, not verified · took 48 s"


def test_starting_again_says_which_try() -> None:
    """The second try is not shown as the first."""
    assert "Asked again to start, try 2 of 5" in card(State.TRIGGERING, attempt=2)


def test_the_new_revision_serves_although_it_failed() -> None:
    """Serving something else than before is not called "still"."""
    lines = card(State.FAILED, serving="5d2f0b7" + "1" * 33, serving_at=0)
    assert "Serving `5d2f0b7` (web itself says so)" in lines
    assert "Still" not in lines


def test_what_is_served_could_not_be_asked() -> None:
    """Silence is said, not guessed."""
    assert "What is served now could not be asked." in card(State.FAILED, serving="", serving_at=0)


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [(Effect.PARTIAL, "The step migrate may have run in part."), (Effect.UNKNOWN, "How far it got is not known.")],
)
def test_how_far_it_got(effect: Effect, sentence: str) -> None:
    """Partial and unknown have their own words."""
    assert sentence in card(State.FAILED, effect=effect)


def test_a_stop_at_the_provider_is_not_ours() -> None:
    """Stopped without anybody asking here."""
    assert "Stopped at the provider, not from here" in card(State.CANCELLED, stop_asked_by=None)
    assert "Asked to stop, waiting for the run to end" in card(State.CANCELLING, stop_asked_by=None)


def test_withdrawn_before_it_started() -> None:
    """Nothing below: there is nothing to worry about."""
    lines = card(State.CANCELLED, effect=Effect.NONE, run={}, note="Nothing was started", serving="")
    assert lines.splitlines()[1] == "Stopped by Grace · Nothing was started"


def test_unknown_names_are_ids_and_never_mentions() -> None:
    """Without a name the id stands there as text: it does not ring."""
    message = operation_card(WORDS.operation(State.RUNNING))
    assert "U02ADA · " in plain(message)
    assert "<@" not in str(message.blocks)


def test_long_names_are_shortened_in_the_middle() -> None:
    """Line 1 keeps both ends of both names."""
    target = Target(service="checkout-service-of-the-north-eu-west-1", environment="production")
    message = operation_card(WORDS.operation(State.NEEDS_HUMAN, target=target))
    assert plain(message).splitlines()[0] == snapshot("✋ *Decision needed* · check…est-1 → production")


def test_used_offers_are_not_shown() -> None:
    """A single-use right that was used has no button any more; a reading one has."""
    stop, changes = WORDS.offers(OfferVerb.PLAN_ROLLBACK, OfferVerb.SHOW_CHANGES)
    used = replace(stop, single_use=True, used_at=NOON)
    message = operation_card(WORDS.operation(State.SUCCEEDED), [used, changes])
    assert labels(message) == ["Changes"]


def test_material_changes_with_what_people_must_see() -> None:
    """State, step, note, what is served and the buttons make an update due."""
    base = operation_card(WORDS.operation(State.RUNNING))
    for change in (
        {"progress": (4, 4, "smoke")},
        {"note": "slow"},
        {"serving": OLD},
        {"reason": Reason.LOST},
        {"run_url": ""},
    ):
        assert operation_card(WORDS.operation(State.RUNNING, **change)).material != base.material, change
    assert operation_card(WORDS.operation(State.RUNNING), WORDS.offers(OfferVerb.STOP)).material != base.material


def test_material_does_not_change_with_what_is_cosmetic() -> None:
    """The version counter, the next look and the time of the last answer are not news."""
    base = operation_card(WORDS.operation(State.RUNNING, serving=OLD, serving_at=NOON))
    later = WORDS.operation(State.RUNNING, serving=OLD, serving_at=NOON + 9, due_at=NOON).but()
    assert operation_card(later).material == base.material


def test_an_observed_deployment_without_details() -> None:
    """Nothing is invented where nothing is known."""
    assert plain(observed_card(WORDS.deployment(by="", since=0))) == snapshot("""\
👁️ *Observed* · web → production
Live: `5d2f0b7`, not deployed from here\
""")
