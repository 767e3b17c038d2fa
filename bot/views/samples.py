"""Sample data for the gallery: one small story (Ada ships web), told in any words, friendly or hostile."""

from dataclasses import dataclass, replace

from bot.domain.changes import Change, ChangeSet, Relation, Touched
from bot.domain.facts import Live
from bot.domain.help import Topic
from bot.domain.leases import Deployment
from bot.domain.locks import Lock, Quarantine
from bot.domain.operations import Effect, Operation, State
from bot.domain.people import Person, Standing
from bot.domain.plans import Offer, OfferVerb, Plan
from bot.domain.reasons import Reason
from bot.domain.status import ServiceStatus, TargetStatus
from bot.domain.terms import DAY, HOUR, MINUTE, SECOND, Action, Identity, Millis, Target, Unknown
from bot.domain.verdicts import Answer, Verdict
from bot.domain.whereabouts import Sighting, Whereabouts

NOON: Millis = 1_795_525_200_000  # 2026-11-24 13:00 UTC
OLD, NEW, OTHER = ("a41c9e2" + "0" * 33, "5d2f0b7" + "1" * 33, "77ab310" + "2" * 33)
ADA = Identity(team="T1", user="U02ADA")
GRACE = Identity(team="T1", user="U02GRACE")
REFUSALS = (
    (Reason.CHECKS_RUNNING, "checks", "Checks still running: integration-tests.", "Ask again when they are done."),
    (Reason.NOT_PERMITTED, "permission", "You may not deploy web in production.", "Ask <@U02GRACE>."),
    (Reason.NOT_MERGED, "merged", "#412 is not merged, and production takes only merged changes.", "Merge it first."),
)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Everything a view needs, made from a few words; the words are untrusted wherever the real ones are."""

    service: str = "web"
    environment: str = "production"
    title: str = "Faster checkout"
    other_title: str = "Retry failed webhooks"
    author: str = "Ada"
    note: str = ""
    failure: str = 'relation "orders" is locked'
    step: str = "migrate"
    because: str = "errors 4.1 % (limit 1 %), 3 checks"
    ref: str = "main"
    name: str = "Ada"
    url: str = "https://github.com/acme/web/actions/runs/7"
    file: str = "db/migrate/0042_orders.sql"
    log: tuple[str, ...] = ("applying 0042_orders.sql", 'ERROR: relation "orders" is locked', "exit status 1")
    many: int = 6

    @property
    def target(self) -> Target:
        """The target of the story."""
        return Target(service=self.service, environment=self.environment)

    @property
    def names(self) -> dict[str, str]:
        """Display names by id."""
        return {ADA.user: self.name, GRACE.user: "Grace"}

    def operation(self, state: State, **changes: object) -> Operation:
        """The story's deploy in that state."""
        base = Operation(
            id=1287, plan_id="p", plan_hash="h", action=Action.DEPLOY, target=self.target, revision=NEW, who=ADA, state=state,
            previous=OLD, note=self.note, changes=self.many, change_line="#412, #415 and 4 more", run_url=self.url,
            run={"id": "7"}, attempt=1, created_at=NOON, started_at=NOON + 5 * SECOND, changed_at=NOON + MINUTE,
        )  # fmt: skip
        return base.but(**{**_FACTS.get(state, {}), **self._words(state), **changes})

    def _words(self, state: State) -> dict[str, object]:
        if state is State.RUNNING:
            return {"progress": (3, 4, self.step)}
        if state is State.FAILED:
            return {"progress": (3, 4, self.step), "note": self.failure}
        return {}

    def rollback(self, state: State = State.SUCCEEDED, **changes: object) -> Operation:
        """The rollback of it."""
        facts: dict[str, object] = {"parent_id": 1287, "because": self.because, "verified": True, **changes}
        done = self.operation(state, action=Action.ROLLBACK, revision=OLD, previous=NEW, serving=OLD, **facts)
        return done.but(finished_at=NOON + 53 * SECOND) if done.finished else done

    def lock(self) -> Lock:
        """What an automatic rollback left."""
        return Lock(
            kind="policy", owner="quarterdeck", reason=f"#1287 was rolled back by itself ({self.failure})", at=NOON
        )

    def quarantine(self) -> Quarantine:
        """The revision that it kept out."""
        return Quarantine(target=self.target, revision=NEW, operation=1287, reason=self.failure, at=NOON)

    def offers(self, *verbs: OfferVerb) -> tuple[Offer, ...]:
        """One open offer of each verb."""
        return tuple(
            Offer(id=f"of-{verb}", verb=verb, subject="operation:1287", audience="", single_use=False) for verb in verbs
        )

    def suggestions(self, *labels: str) -> tuple[Offer, ...]:
        """Suggested commands as offers."""
        return tuple(
            Offer(id=f"su-{at}", verb=OfferVerb.SUGGEST, subject="command", audience="U02ADA",
                  body={"label": label, "command": f"/ops deploy web {label}"})
            for at, label in enumerate(labels)
        )  # fmt: skip

    def changes(self, relation: Relation = Relation.AHEAD, *, irreversible: bool = True) -> ChangeSet:
        """The range of the story."""
        titles = [
            (412, self.title),
            (415, self.other_title),
            (410, "feat: gift cards"),
            (409, "build(deps): react 18 to 19"),
        ]
        listed = [self._change(number, title, at) for at, (number, title) in enumerate(titles)]
        listed += [self._change(0, f"{self.title} again", at) for at in range(4, min(self.many, 250))]
        arriving = tuple(listed) if relation in {Relation.AHEAD, Relation.DIVERGED} else ()
        other = [replace(each, number=each.number - 100, revision="b" + each.revision[1:]) for each in listed[:3]]
        leaving = {Relation.BEHIND: tuple(listed[:3]), Relation.DIVERGED: tuple(other)}.get(relation, ())
        files = (self.file,) if irreversible else ()
        total = max(self.many, len(arriving)) if arriving else 0
        return ChangeSet(
            base=OLD,
            head=NEW,
            relation=relation,
            arriving=arriving,
            leaving=leaving,
            total=total,
            files=41 if total else 0,
            looked=41 if total else 0,
            irreversible=files,
        )

    def risky_changes(self) -> ChangeSet:
        """A range with everything that a summary warns of, long enough for a second message."""
        base = self.changes(irreversible=False)
        listed = (
            replace(self._change(420, f"feat(api)!: {self.title}", 0), body=f"BREAKING CHANGE: {self.failure}\n\nSHOP-91"),
            replace(self._change(421, f'Revert "{self.other_title}"', 1), body="Reverts acme/web#415"),
            replace(self._change(422, f'Revert "{self.title}"', 2), body=f"This reverts commit {'b' * 40}."),
            *(self._change(500 + at, f"{kind}: {self.other_title} {at}", at)
              for at, kind in enumerate(("feat", "fix", "perf", "docs") * min(self.many, 6))),
            *(self._change(700 + at, f"chore(deps): bump lib{at} from 1.{at}.0 to 2.0.0", at) for at in range(5)),
        )  # fmt: skip
        kinds = (
            ("migration", self.file),
            ("infrastructure", "a.tf"),
            ("infrastructure", "b.tf"),
            (self.step, self.file),
        )
        touched = tuple(Touched(kind=kind, path=path) for kind, path in kinds)
        every = (*listed, *base.arriving)
        return replace(
            base, arriving=every, total=len(every) + 900, files=412, looked=300, touched=touched, left_at=NOON - DAY
        )

    def whereabouts(self, **changes: object) -> Whereabouts:
        """Where the story's change is."""
        staging = Target(service=self.service, environment="staging")
        facts: dict[str, object] = {
            "service": self.service, "ref": "#412", "revision": NEW, "title": self.title,
            "sightings": (
                Sighting(target=staging, serves=NEW, live=True, since=NOON, earlier=True, taken_back="#420"),
                Sighting(target=self.target, serves=OLD),
                Sighting(target=self.target),
                Sighting(target=self.target, problem=Unknown(what="what is live", why=self.failure)),
            ),
        }  # fmt: skip
        return Whereabouts(**{**facts, **changes})  # type: ignore[arg-type]  # names are checked by Whereabouts itself

    def extra_change(self) -> Change:
        """One that arrived after the plan was shown."""
        return self._change(416, self.title, 99)

    def _change(self, number: int, title: str, at: int) -> Change:
        revision = f"{at:07x}" + "a" * 33
        return Change(
            revision=revision,
            title=title,
            author=(self.author, "Grace", "Linus")[at % 3],
            number=number,
            body="SHOP-88",
        )

    def plan(self, **changes: object) -> Plan:
        """The plan for it."""
        facts: dict[str, object] = {
            "id": "plan-1", "hash": "h1", "action": Action.DEPLOY, "target": self.target, "who": ADA, "asked_ref": "",
            "ref": self.ref, "revision": NEW, "live": OLD, "live_said_by": f"{self.service} itself", "recorded": OLD,
            "policy_hash": "p1", "workflow": "w1", "steps": ("build", "migrate"), "because": "", "merged": True,
            "production": True, "changes": self.changes(), "gates": 12, "typical_ms": 3 * MINUTE, "takes_over": 0,
            "takes_over_state": "", "late_landing": False, "filled": frozenset(), "verified_before_at": NOON - 2 * HOUR,
            "channel": "C1", "thread": "", "direct": False, "created_at": NOON, "expires_at": NOON + 15 * MINUTE,
        }  # fmt: skip
        return Plan(**{**facts, **changes})  # type: ignore[arg-type]  # names are checked by Plan itself

    def rollback_plan(self, **changes: object) -> Plan:
        """The plan of the rollback."""
        facts: dict[str, object] = {
            "action": Action.ROLLBACK, "revision": OLD, "live": NEW, "recorded": NEW, "because": self.because,
            "ref": "the last good revision", "changes": self.changes(Relation.BEHIND), "verified_before_at": 0,
        }  # fmt: skip
        return self.plan(**{**facts, **changes})

    def verdicts(self) -> tuple[Verdict, ...]:
        """Gates that pass and gates that do not."""
        passing = Verdict(
            gate="target", answer=Answer.ALLOW, sentence=f"{self.service} has {self.environment}", rule="services.web"
        )
        unread = Verdict(
            gate="live",
            answer=Answer.REFUSE,
            reason=Reason.FACT_UNKNOWN,
            sentence=f"Could not read what is live: {self.failure}.",
            next_step="Try `/ops doctor`.",
        )
        return (passing, *self.refusing(), unread)

    def refusing(self) -> tuple[Verdict, ...]:
        """Several noes at once."""
        return tuple(
            Verdict(gate=gate, answer=Answer.REFUSE, reason=reason, sentence=sentence, next_step=step,
                    who=("<@U02GRACE>",) if "<@" in step else (), rule=f"services.web.environments.production.{gate}")
            for reason, gate, sentence, step in REFUSALS
        )  # fmt: skip

    def deployment(self, **changes: object) -> Deployment:
        """A deployment that was not made from here."""
        facts: dict[str, object] = {
            "target": self.target,
            "revision": NEW,
            "since": NOON,
            "by": f"release.yml, run by {self.author}",
        }
        return Deployment(**{**facts, **changes})  # type: ignore[arg-type]  # as above

    def live(self, revision: str = OLD) -> Live:
        """What the target answers."""
        return Live(revision=revision, said_by=f"{self.service} itself", at=NOON, since=NOON - DAY)

    def status_of(self, environment: str = "production", **changes: object) -> TargetStatus:
        """A target that is well."""
        target = Target(service=self.service, environment=environment)
        facts: dict[str, object] = {"target": target, "live": self.live(), "production": environment == "production"}
        return TargetStatus(**{**facts, **changes})  # type: ignore[arg-type]  # as above

    def service_status(self, **changes: object) -> ServiceStatus:
        """A service whose staging is ahead."""
        staging = self.status_of("staging", live=self.live(NEW), ahead=self.many)
        return ServiceStatus(service=self.service, targets=(staging, self.status_of("production", **changes)))

    def person(self, standing: Standing = Standing.MEMBER) -> Person:
        """Ada."""
        return Person(
            identity=ADA, name=self.name, standing=standing, groups=frozenset({"backend-leads", "S01ABC"}), read_at=NOON
        )

    def topics(self) -> tuple[Topic, ...]:
        """A few commands."""
        return (
            Topic(verb="deploy", usage="deploy SERVICE ENVIRONMENT", sentence="Deploy a service.", acting=True,
                  examples=("deploy web production", "deploy web@v1.4 to staging", "deploy #412 staging"),
                  more=("You see the plan first.", "Without a revision: what staging has verified.")),
            Topic(verb="rollback", usage="rollback SERVICE ENVIRONMENT", sentence="Go back to what last worked.", acting=True),
            Topic(verb="status", usage="status", sentence="What is live where."),
        )  # fmt: skip


_FACTS: dict[State, dict[str, object]] = {
    State.QUEUED: {"note": "After #1286 (Linus), about 4 min", "started_at": 0},
    State.VERIFYING: {"serving": NEW, "note": "healthy 4 of 10 min"},
    State.UNKNOWN: {"note": "We asked GitHub to start and got no answer", "serving": OLD, "serving_at": NOON},
    State.NEEDS_HUMAN: {"note": "GitHub never said whether it started (25 min)", "serving": OLD, "serving_at": NOON},
    State.CANCELLING: {"stop_asked_by": GRACE},
    State.ROLLING_BACK: {"child_id": 1288},
    State.SUCCEEDED: {"serving": NEW, "verified": True, "finished_at": NOON + 3 * MINUTE},
    State.FAILED: {
        "serving": OLD, "serving_at": NOON + MINUTE, "reason": Reason.RUN_FAILED, "effect": Effect.PARTIAL,
        "finished_at": NOON + MINUTE,
    },
    State.ROLLED_BACK: {"serving": OLD, "child_id": 1288, "finished_at": NOON + 5 * MINUTE},
    State.CANCELLED: {
        "serving": OLD, "serving_at": NOON, "stop_asked_by": GRACE, "effect": Effect.UNKNOWN, "finished_at": NOON + MINUTE,
    },
    State.REJECTED: {
        "note": "Checks failed: unit. This revision has not been live in staging yet.", "started_at": 0,
        "finished_at": NOON + MINUTE, "effect": Effect.NONE,
    },
    State.EXPIRED: {"started_at": 0, "finished_at": NOON + HOUR},
    State.SUPERSEDED: {"started_at": 0, "child_id": 1288, "finished_at": NOON + MINUTE},
}  # fmt: skip
