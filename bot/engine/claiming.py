"""Claims: each is answered from the rows in one transaction, which also writes down that the run exists."""

import structlog

from bot.domain.claims import (
    REHEARSAL_LIFE,
    Answer,
    Claim,
    OutsideRule,
    Rehearsal,
    claimed,
    decide,
    outside_token,
    rehearsal_token,
    same,
    skipped,
    token_of,
)
from bot.domain.events import Event
from bot.domain.operations import Operation
from bot.domain.terms import Target
from bot.engine import record
from bot.engine.runtime import Runtime
from bot.engine.sealing import secret_of
from bot.store import Tx, attempts, audit, claims, events, operations

log = structlog.get_logger(__name__)
Outcome = tuple[Answer, Operation | None]


class Claiming:
    """Answers the runs. `genuine` asks no row: strangers cost nothing, and learn nothing about what exists."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._secret = ""

    async def genuine(self, claim: Claim) -> bool:
        """Whether the token belongs to the attempt that it is sent with."""
        return same(claim.token, token_of(await self._known_secret(), claim.key))

    async def genuine_rehearsal(self, rehearsal: str, token: str) -> bool:
        """The same of a rehearsal."""
        return same(token, rehearsal_token(await self._known_secret(), rehearsal))

    async def genuine_outside(self, target: Target, token: str) -> bool:
        """The same of the standing token of a target."""
        return same(token, await self.outside_token(target))

    async def outside_token(self, target: Target) -> str:
        """What runs from elsewhere ask with."""
        return outside_token(await self._known_secret(), target)

    async def claim(self, claim: Claim) -> Answer:
        """May this run go on? Raises StoreError where the answer could not be written: then it may not, yet."""
        secret = await self._known_secret()
        answer, after = await self._runtime.store.write(lambda tx: self._claim(tx, claim, secret))
        log.info("claim", attempt=str(claim.key), answer=str(answer), run=claim.run)
        return self._said(answer, after)

    async def skip(self, claim: Claim, reason: str) -> Answer:
        """A run goes on without a claim, and says why: kept where people see it. Raises StoreError."""
        answer, after = await self._runtime.store.write(lambda tx: self._skip(tx, claim, reason))
        log.warning("claim skipped", attempt=str(claim.key), run=claim.run)
        return self._said(answer, after)

    async def rehearse(self, target: Target | None) -> tuple[str, str]:
        """A new rehearsal of a target (or of the road alone): what stands for the operation, and its token."""
        secret, made, now = await self._known_secret(), self._runtime.random.token(), self._runtime.clock.now()
        practice = Rehearsal(
            id=made,
            target=target or Target(service="", environment=""),
            created_at=now,
            expires_at=now + REHEARSAL_LIFE,
        )
        await self._runtime.store.write(lambda tx: claims.rehearse(tx, practice))
        return f"rehearsal-{made}", rehearsal_token(secret, made)

    async def heard(self, rehearsal: str, run: str) -> Answer:
        """A run rehearses. Raises StoreError."""
        return await self._runtime.store.write(lambda tx: self._heard(tx, rehearsal, run))

    async def outside(self, target: Target, run: str) -> Answer:
        """A run that was not started from here is about to deploy: written down, and let on or not. Raises StoreError."""
        found = self._runtime.catalogue.find(target)
        if found is None:
            return Answer.UNKNOWN
        refused = found[1].outside_runs is OutsideRule.REFUSE
        answer = Answer.NOT_FROM_OUTSIDE if refused else Answer.OUTSIDE
        await self._runtime.store.write(lambda tx: self._note_outside(tx, target, run, answer))
        log.warning("run from outside", target=str(target), run=run, answer=str(answer))
        return answer

    def _note_outside(self, tx: Tx, target: Target, run: str, answer: Answer) -> None:
        now, subject, body = self._runtime.clock.now(), f"target:{target}", {"run": run}
        events.append(tx, Event(kind=f"claim.{answer}", subject=subject, at=now, body=body))
        audit.append(tx, at=now, actor="quarterdeck", action=f"claim.{answer}", subject=subject, reason="", body=body)

    async def _known_secret(self) -> str:
        self._secret = self._secret or await secret_of(self._runtime)
        return self._secret

    def _said(self, answer: Answer, after: Operation | None) -> Answer:
        if after is not None:
            record.wake(self._runtime, after)
        return answer

    def _claim(self, tx: Tx, claim: Claim, secret: str) -> Outcome:
        operation, now = operations.get(tx, claim.key.operation), self._runtime.clock.now()
        answer = decide(claim, attempts.get(tx, claim.key), operation, secret=secret)
        if answer is Answer.UNAUTHORISED or operation is None:
            return answer, None
        after: Operation | None = None
        if answer is Answer.GRANTED:
            kept = attempts.claim(tx, claim.key, claim.run, now)
            assert kept, "decide() saw the attempt open and unclaimed in this very transaction"
            after = claimed(operation, claim.run, at=now)
            record.write_step(tx, self._runtime, operation, after)
        if answer is not Answer.AGAIN:
            self._enter(tx, claim, str(answer))
        return answer, after

    def _skip(self, tx: Tx, claim: Claim, reason: str) -> Outcome:
        operation = operations.get(tx, claim.key.operation)
        if operation is None or attempts.get(tx, claim.key) is None:
            return Answer.UNKNOWN, None
        self._enter(tx, claim, "skipped", reason)
        if operation.finished or operation.claimed_by:
            return Answer.SKIPPED, None
        after = skipped(operation, reason)
        record.write_step(tx, self._runtime, operation, after)
        return Answer.SKIPPED, after

    def _heard(self, tx: Tx, rehearsal: str, run: str) -> Answer:
        found, now = claims.rehearsal(tx, rehearsal), self._runtime.clock.now()
        if found is None:
            return Answer.UNKNOWN
        if found.claimed_by != run and not claims.heard(tx, rehearsal, run, now):
            return Answer.OVER
        if found.target.service and not found.claimed_by:
            audit.append(
                tx, at=now, actor="quarterdeck", action="claim.rehearsed", subject=f"target:{found.target}",
                reason="", body={"run": run},
            )  # fmt: skip
        return Answer.REHEARSED

    def _enter(self, tx: Tx, claim: Claim, answer: str, reason: str = "") -> None:
        now, subject = self._runtime.clock.now(), f"operation:{claim.key.operation}"
        body = {"attempt": str(claim.key), "run": claim.run}
        events.append(tx, Event(kind=f"claim.{answer}", subject=subject, at=now, body=body | {"reason": reason}))
        audit.append(
            tx, at=now, actor="quarterdeck", action=f"claim.{answer}", subject=subject, reason=reason, body=body
        )
