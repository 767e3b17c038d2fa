"""Claims of runs that come late, twice and after crashes, on a store of their own, against a tiny model: one run for each step goes on."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.domain.claims import Answer, Claim, decide, token_of
from bot.domain.operations import Attempt, AttemptKey, AttemptState, State
from bot.store import Tx, attempts, operations
from bot.store.transactions import AFTER_COMMIT, BEFORE_COMMIT
from tests.store.samples import operation
from tests.store.test_lease_machine import Machine

SECRET = "the secret of the installation"
RUNS = st.sampled_from(["run-1", "run-2", "run-3"])
POINTS = st.sampled_from([BEFORE_COMMIT, AFTER_COMMIT])
NUMBERS = st.integers(1, 6)


def key(n: int) -> AttemptKey:
    return AttemptKey(operation=1, step=1, n=n)


class ClaimMachine(Machine):
    """The model: which try is open, who holds its claim, and every run that ever heard yes."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 1  # the newest try
        self.open = True
        self.holder = ""
        self.went_on: set[tuple[int, str]] = set()
        self.write(self._begin)

    def _begin(self, tx: Tx) -> None:
        operations.insert(tx, operation(state=State.UNKNOWN, attempt=1, epoch=1))
        attempts.insert(tx, self._attempt(1))

    def _attempt(self, n: int) -> Attempt:
        return Attempt(key=key(n), state=AttemptState.OPEN, sent_at=self.now, epoch=1)

    def _ask(self, tx: Tx, n: int, run: str, token: str) -> Answer:
        claim = Claim(key=key(n), run=run, token=token)
        answer = decide(claim, attempts.get(tx, key(n)), operations.get(tx, 1), secret=SECRET)
        if answer is Answer.GRANTED:
            assert attempts.claim(tx, key(n), run, self.now)
        return answer

    def _expected(self, n: int, run: str) -> Answer:
        if n > self.number:
            return Answer.UNKNOWN
        if n < self.number:
            return Answer.REVOKED
        if not self.open:
            return Answer.OVER
        if self.holder:
            return Answer.AGAIN if self.holder == run else Answer.CONFLICT
        return Answer.GRANTED

    def _granted(self, n: int, run: str) -> None:
        self.holder = run
        self.went_on.add((n, run))

    @rule(n=NUMBERS, run=RUNS)
    def claim(self, n: int, run: str) -> None:
        """A run of any try asks, early, late or again."""
        answer = self.write(lambda tx: self._ask(tx, n, run, token_of(SECRET, key(n))))
        assert answer is self._expected(n, run)
        if answer.may_go_on:
            self._granted(n, run)

    @rule(n=NUMBERS, run=RUNS, other=NUMBERS)
    def claim_with_another_token(self, n: int, run: str, other: int) -> None:
        """The token of one try is good for no other."""
        if n != other:
            answer = self.write(lambda tx: self._ask(tx, n, run, token_of(SECRET, key(other))))
            assert answer is Answer.UNAUTHORISED

    @rule(run=RUNS, point=POINTS)
    def claim_and_die(self, run: str, point: str) -> None:
        """The process dies in the commit: the run heard nothing, and the row knows."""
        n = self.number
        expected = self._expected(n, run)
        kept = self.dying(lambda tx: self._ask(tx, n, run, token_of(SECRET, key(n))), point)
        if kept and expected is Answer.GRANTED:
            self.holder = run

    @precondition(lambda self: self.open and self.number < 6)
    @rule(point=st.none() | POINTS)
    def try_anew(self, point: str | None) -> None:
        """Only an unclaimed try is taken back, and in that transaction the next is made."""

        def commit(tx: Tx) -> bool:
            if not attempts.revoke_unclaimed(tx, key(self.number), self.now, "lost"):
                return False
            attempts.insert(tx, self._attempt(self.number + 1))
            return True

        free = not self.holder
        done = self.write(commit) if point is None else self.dying(commit, point) and free
        assert done == (free and point != BEFORE_COMMIT)
        if done:
            self.number += 1

    @precondition(lambda self: self.open)
    @rule()
    def end(self) -> None:
        """The operation ends: by its run, or because somebody said that it never started."""
        self.write(lambda tx: attempts.end(tx, 1, self.now, "ended"))
        self.open = False

    @invariant()
    def one_run_went_on(self) -> None:
        """I1, whatever happened: at most one run of one try ever heard yes, and the rows name it."""
        assert len(self.went_on) <= 1
        found = self.read(lambda tx: attempts.of_operation(tx, 1))
        claimed = [(each.key.n, each.claimed_by) for each in found if each.claimed_by]
        assert claimed == ([(self.number, self.holder)] if self.holder else [])
        assert [each.key.n for each in found] == list(range(1, self.number + 1))
        assert all(each.state is AttemptState.REVOKED for each in found[:-1])


TestClaims = ClaimMachine.TestCase
TestClaims.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
