"""More defects planted in the product: in the claim, in rollbacks that begin by themselves, in decisions by two, and after a restore."""

from dataclasses import replace
from typing import Any

import pytest

from bot import keeping
from bot.domain import baking, claims
from bot.domain.claims import Answer, Claim
from bot.domain.operations import Attempt, Operation, State
from bot.domain.plans import OfferVerb
from bot.domain.terms import Identity
from bot.domain.verification import Judgement, Outcome, Signal
from bot.engine import baking as watching
from bot.engine import claiming, deciding, facts, record, reversing, settling, twins
from bot.engine.claiming import Claiming
from bot.store import Tx, attempts
from bot.store import claims as claim_rows
from tests.simulation import restoring
from tests.simulation.mutants import Mutant
from tests.simulation.scenarios import Flow
from tests.simulation.stories import BARRED, CLAIMING, DECIDING, RESTORING, WATCHING

ANY = frozenset(State)


def _story(name: str) -> Flow:
    found = next(each for each in (*CLAIMING, *WATCHING, *BARRED, *DECIDING, *RESTORING) if each.name == name)
    return replace(found, ends=ANY)


# ---- the claim -------------------------------------------------------------------------------------------------------


def claim_grants_twice(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks next may go on as well."""
    decide = claims.decide

    def generous(claim: Claim, attempt: Attempt | None, operation: Operation | None, *, secret: str) -> Answer:
        answer = decide(claim, attempt, operation, secret=secret)
        return Answer.AGAIN if answer is Answer.CONFLICT else answer

    patch.setattr(claiming, "decide", generous)


def claim_without_the_token(patch: pytest.MonkeyPatch) -> None:
    """Nobody compares what the run shows with what its attempt was given."""

    async def anybody(self: Claiming, claim: Claim) -> bool:
        del self, claim
        return True

    patch.setattr(Claiming, "genuine", anybody)
    patch.setattr(claims, "same", lambda token, right: bool(token and right))


def claim_after_a_take_over(patch: pytest.MonkeyPatch) -> None:
    """That the attempt was taken back is not looked at."""
    _whatever_the_row_says(patch, {Answer.REVOKED})


def claim_after_it_never_started(patch: pytest.MonkeyPatch) -> None:
    """That people said it never started is not looked at."""
    _whatever_the_row_says(patch, {Answer.OVER})


def _whatever_the_row_says(patch: pytest.MonkeyPatch, answers: set[Answer]) -> None:
    decide = claims.decide

    def lenient(claim: Claim, attempt: Attempt | None, operation: Operation | None, *, secret: str) -> Answer:
        answer = decide(claim, attempt, operation, secret=secret)
        return Answer.AGAIN if answer in answers else answer

    patch.setattr(claiming, "decide", lenient)


def attempts_are_not_taken_back(patch: pytest.MonkeyPatch) -> None:
    """The next try begins while the one before may still be claimed."""
    keep = "update attempts set state = 'no_effect' where operation = :operation and step = :step and n = :n and :at > 0 and :result <> ''"
    patch.setattr(attempts, "REVOKE_UNCLAIMED", keep)
    _whatever_the_row_says(patch, {Answer.OVER})


def success_is_not_flagged(patch: pytest.MonkeyPatch) -> None:
    """A success that nobody claimed looks like any other."""
    patch.setattr(record, "flagged", lambda operation, _rule: operation)


def missing_claim_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The next deployment does not ask whether the last one was claimed."""
    patch.setattr(claim_rows, "missing", lambda _tx, _target: 0)


def turned_away_is_believed(patch: pytest.MonkeyPatch) -> None:
    """What the run says that we know is the outcome, whoever has the claim."""

    async def alone(runtime: Any, operation: Operation) -> int:
        del runtime, operation
        return 1

    patch.setattr(twins, "count", alone)


def freeze_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks into the calendar."""
    patch.setattr(facts, "frozen", lambda *_args: ())


# ---- rollbacks by themselves -----------------------------------------------------------------------------------------


def rolled_back_twice(patch: pytest.MonkeyPatch) -> None:
    """What a rollback brought is rolled back as well."""
    patch.setattr(baking, "may_roll_back_itself", lambda operation: bool(operation.id))


def stop_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """Whoever says no is thanked, and it is rolled back all the same."""
    permission, _ = settling.ANSWERS[OfferVerb.LEAVE]
    deaf = dict(settling.ANSWERS) | {OfferVerb.LEAVE: (permission, lambda asked: asked.current.but())}
    patch.setattr(settling, "ANSWERS", deaf)


def kept_out_later(patch: pytest.MonkeyPatch) -> None:
    """First the rollback, then, in a commit of its own, lock and quarantine."""
    begin, keep_out = reversing._begin, reversing.keep_out

    async def two_commits(runtime: Any, operation: Operation, *rest: Any) -> bool:
        done = await begin(runtime, operation, *rest)
        if done:
            await runtime.store.write(lambda tx: keep_out(tx, operation, at=runtime.clock.now()))
        return done

    patch.setattr(reversing, "_begin", two_commits)
    patch.setattr(reversing, "keep_out", lambda *_args, **_more: None)


def one_breach_is_enough(patch: pytest.MonkeyPatch) -> None:
    """The first failure counts."""
    judge = watching.judge

    def nervous(readings: Any, rules: Any, **more: Any) -> Judgement:
        return judge(readings, replace(rules, failures=1), **more)

    patch.setattr(watching, "judge", nervous)


def no_data_passes(patch: pytest.MonkeyPatch) -> None:
    """A probe that says nothing has nothing to complain about."""
    judge = watching.judge

    def hopeful(readings: Any, rules: Any, **more: Any) -> Judgement:
        heard = [replace(each, signal=Signal.PASS) if each.signal is Signal.INCONCLUSIVE else each for each in readings]
        return judge(heard, rules, **more)

    patch.setattr(watching, "judge", hopeful)


def no_bake(patch: pytest.MonkeyPatch) -> None:
    """The end of a run is taken for health."""
    patch.setattr(watching, "judge", lambda *_args, **_more: Judgement(outcome=Outcome.HEALTHY, healthy=1))


# ---- decisions, restores ---------------------------------------------------------------------------------------------


def own_second_person(patch: pytest.MonkeyPatch) -> None:
    """Who said it twice counts as two."""

    def anybody(words: Any, by: Identity, now: int) -> Any:
        del by
        return next((each for each in words if each.expires_at > now), None)

    patch.setattr(deciding, "first_word", anybody)
    _everybody_counts(patch)


def _everybody_counts(patch: pytest.MonkeyPatch) -> None:
    said = deciding._said

    async def all_of_them(runtime: Any, operation: Operation, answer: State) -> Any:
        found = await said(runtime, operation, answer)
        return dict.fromkeys(found, True) if isinstance(found, dict) else found

    patch.setattr(deciding, "_said", all_of_them)


def one_word_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Production is not different."""
    patch.setattr(deciding, "needs_second", lambda answer, *, production: bool(answer) and not production and False)


def hold_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The restore is noted and told, and nothing is held."""
    note = keeping.note_restored

    def told_only(tx: Tx, now: int, channel: str, targets: Any = ()) -> Any:
        done = note(tx, now, channel, targets)
        tx.run("delete from holds")
        return done

    patch.setattr(restoring, "note_restored", told_only)


def numbers_come_again(patch: pytest.MonkeyPatch) -> None:
    """After a restore operations are counted on from the copy: keys that were used already."""
    mark = restoring._mark

    def without_a_gap(world: Any, number: int) -> None:
        mark(world, number)
        connection = world.link.ready()
        last = connection.execute("select coalesce(max(id), 0) from operations").fetchone()[0]
        connection.execute("update sqlite_sequence set seq = ? where name = 'operations'", (last,))

    patch.setattr(restoring, "_mark", without_a_gap)


MORE: tuple[Mutant, ...] = (
    Mutant(name="claim grants twice", plant=claim_grants_twice, flows=(_story("claim by a twin at once"),), within=1),
    Mutant(name="claim without the token", plant=claim_without_the_token, flows=(_story("claim by strangers"),), within=1),
    Mutant(
        name="claim after a take-over", plant=claim_after_a_take_over, flows=(_story("unknown, taken over before the claim"),),
        within=1,
    ),
    Mutant(
        name="claim after it never started", plant=claim_after_it_never_started,
        flows=(_story("decision, and the run is there"),), within=1,
    ),
    Mutant(
        name="attempts are not taken back", plant=attempts_are_not_taken_back, flows=(_story("claim, tried anew"),),
        within=1,
    ),
    Mutant(
        name="an unclaimed success is not flagged", plant=success_is_not_flagged,
        flows=(_story("no claim where it is required"),), within=1,
    ),
    Mutant(
        name="a missing claim is forgotten", plant=missing_claim_is_forgotten,
        flows=(_story("never claimed, and refused since"),), within=1,
    ),
    Mutant(
        name="who was turned away is believed", plant=turned_away_is_believed,
        flows=(_story("claim by a twin that is faster"),), within=1,
    ),
    Mutant(name="freeze is forgotten", plant=freeze_is_forgotten, flows=(_story("frozen"),), within=1),
    Mutant(name="rolled back twice", plant=rolled_back_twice, flows=(_story("auto-rollback, ill as well"),), within=1),
    Mutant(name="stop is ignored", plant=stop_is_ignored, flows=(_story("auto-rollback, stopped"),), within=1),
    Mutant(name="kept out in a second commit", plant=kept_out_later, flows=(_story("auto-rollback"),), within=1),
    Mutant(name="one breach is enough", plant=one_breach_is_enough, flows=(_story("verify, one bad look"),), within=1),
    Mutant(name="no data passes", plant=no_data_passes, flows=(_story("inconclusive"),), within=1),
    Mutant(name="no bake", plant=no_bake, flows=(_story("auto-rollback"),), within=1),
    Mutant(name="own second person", plant=own_second_person, flows=(_story("decision by one alone"),), within=1),
    Mutant(name="one word is enough", plant=one_word_is_enough, flows=(_story("decision by one alone"),), within=1),
    Mutant(name="hold is forgotten", plant=hold_is_forgotten, flows=(_story("restore"),), within=1),
    Mutant(name="numbers come again", plant=numbers_come_again, flows=(_story("restore"),), within=1),
)  # fmt: skip
