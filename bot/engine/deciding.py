"""Decide what nobody could find out: one person's word ends an operation, and in production two of them free its target."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain import advancing
from bot.domain.approvals import DECISION_LIFE, Approval, Decision, answer_hash, first_word, needs_second, own_word
from bot.domain.facts import Live
from bot.domain.operations import Operation, State
from bot.domain.policy import STANDING_REFUSALS
from bot.domain.roles import channels_of, may
from bot.domain.terms import Identity, Permission, Place, Unknown
from bot.engine import pending, people, record
from bot.engine.living import what_is_live
from bot.engine.runtime import Runtime
from bot.engine.stopping import TRIES, Outcome, Wish, allowed, unread
from bot.store import Tx, approvals, audit, operations


async def decide(
    runtime: Runtime, operation: Operation, answer: State, *, because: str, by: Identity, where: Place
) -> Outcome:
    """End an operation that nobody could find out about, with what a person saw; or keep their word until a second person agrees."""
    no = await allowed(runtime, by, Permission.DECIDE, operation.target, where=where)
    if no is not None:
        return no
    found = runtime.catalogue.find(operation.target)
    live = await what_is_live(runtime, found[1]) if found else None
    # What is not configured any more may have been production.
    second = needs_second(answer, production=found is None or found[1].policy.production)
    word = _Word(answer=answer, because=because, by=by, live=live if isinstance(live, Live) else None, second=second)
    for _ in range(TRIES):
        said = await _said(runtime, operation, answer) if second else {}
        if isinstance(said, Unknown):
            return unread(said)
        outcome = await word.keep(runtime, operation, said)
        if outcome is not None:
            return outcome
    return Outcome(wish=Wish.TOO_LATE, operation=operation)


async def alone(runtime: Runtime, operation: Operation, by: Identity) -> bool:
    """Whether the word that waits for a second person is this person's own."""
    now = runtime.clock.now()
    return own_word(await _words(runtime, operation, State.CANCELLED), by, now) is not None


async def first(runtime: Runtime, operation: Operation, by: Identity) -> Approval | None:
    """The word of somebody else that waits for a second person."""
    return first_word(await _words(runtime, operation, State.CANCELLED), by, runtime.clock.now())


async def _words(runtime: Runtime, operation: Operation, answer: State) -> tuple[Approval, ...]:
    asked = answer_hash(operation, answer)
    return await runtime.store.read(lambda tx: approvals.of_plan(tx, f"operation:{operation.id}", asked))


async def _said(runtime: Runtime, operation: Operation, answer: State) -> dict[Identity, bool] | Unknown:
    """Who said so already, and whether their word counts: they have to be allowed to decide now, not only when they said it."""
    found: dict[Identity, bool] = {}
    for word in await _words(runtime, operation, answer):
        person = await people.who(runtime, word.who, acting=True)
        if isinstance(person, Unknown):
            return person
        at_home = word.who.team == runtime.home.team and person.standing not in STANDING_REFUSALS
        roles = runtime.catalogue.roles
        anywhere = channels_of(Permission.DECIDE, operation.target, roles) | channels_of(
            Permission.ROLLBACK, operation.target, roles
        )
        found[word.who] = at_home and may(person, Permission.DECIDE, operation.target, roles, place=anywhere)[0]
    return found


class _Word:
    """What one person said; `keep` writes it down as it stands when the transaction runs."""

    def __init__(self, *, answer: State, because: str, by: Identity, live: Live | None, second: bool) -> None:
        self._answer = answer
        self._because = because
        self._by = by
        self._live = live
        self._second = second

    async def keep(self, runtime: Runtime, seen: Operation, said: Mapping[Identity, bool]) -> Outcome | None:
        """What became of it; None where somebody else spoke in between, whose right has to be looked at first."""
        outcome = await runtime.store.write(lambda tx: self._write(tx, runtime, seen, said))
        if outcome is not None and outcome.operation is not None:
            record.wake(runtime, outcome.operation)
        return outcome

    def _write(self, tx: Tx, runtime: Runtime, seen: Operation, said: Mapping[Identity, bool]) -> Outcome | None:
        current = operations.get(tx, seen.id)
        if current is None or current.state is not State.NEEDS_HUMAN:
            return Outcome(wish=Wish.TOO_LATE, operation=current)
        if not self._second:
            return self._end(tx, runtime, current, None)
        now, subject = runtime.clock.now(), f"operation:{current.id}"
        words = approvals.of_plan(tx, subject, answer_hash(current, self._answer))
        other = first_word(words, self._by, now)
        if other is not None and other.who not in said:
            return None
        if other is not None and said[other.who]:
            return self._end(tx, runtime, current, other)
        if other is not None:
            pending.forget_word(tx, subject, now)
        elif own_word(words, self._by, now) is not None:
            return Outcome(wish=Wish.ALONE, operation=current)
        return self._ask(tx, runtime, current)

    def _ask(self, tx: Tx, runtime: Runtime, current: Operation) -> Outcome:
        now, subject = runtime.clock.now(), f"operation:{current.id}"
        approvals.forget(tx, subject)  # words that are over, or about another question
        word = Approval(
            plan_id=subject,
            plan_hash=answer_hash(current, self._answer),
            who=self._by,
            decision=Decision.YES,
            at=now,
            because=self._because,
            expires_at=now + DECISION_LIFE,
        )
        pending.ask_second(tx, current, word, runtime.random.token())
        return Outcome(wish=Wish.ASKED, operation=current)

    def _end(self, tx: Tx, runtime: Runtime, current: Operation, other: Approval | None) -> Outcome:
        now = runtime.clock.now()
        after = advancing.decided(current, self._answer, because=self._because, at=now)
        after = replace(after, **advancing.served(self._live))  # type: ignore[arg-type]  # the names are its own
        record.write_step(tx, runtime, current, after)
        first = {"first": f"{other.who.team}/{other.who.user}", "first_saw": other.because} if other else {}
        audit.append(
            tx, at=now, actor=f"{self._by.team}/{self._by.user}", action=f"decide.{self._answer}",
            subject=f"operation:{after.id}", reason=self._because, body={"state": str(after.state), **first},
        )  # fmt: skip
        return Outcome(wish=Wish.DONE, operation=after)
