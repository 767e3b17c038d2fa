"""What each command asks of the desk, and which view it chooses; what each acting command requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot.commanding import KnownService, Parsed, Vocabulary, parse
from bot.commanding.desk import Board, Difference, Past, Reasoning, Rights
from bot.domain.changes import ChangeSet
from bot.domain.help import Grant, Whoami
from bot.domain.messages import Message
from bot.domain.operations import State
from bot.domain.plans import Offer, OfferVerb, Plan
from bot.domain.requests import Invocation, Request, StopRequest
from bot.domain.status import Desk as Mine
from bot.domain.status import Status
from bot.domain.terms import READING, Action, Door, Permission, Place, Target, Unknown
from bot.errors import UserError
from bot.ports import Finding, Severity
from bot.views.samples import ADA, NEW, NOON, OLD, Samples
from tests.commanding.reading import IN_THREAD, SLASH, VOCABULARY
from tests.support.text import plain

STORY = Samples()
WEB = Target(service="web", environment="production")
INVOCATION = Invocation(who=ADA, where=Place(channel="C1"), door=Door.SLASH, at=NOON)


@dataclass
class FakeDesk:
    """Answers from one small story, and remembers what it was asked."""

    asked: list[object] = field(default_factory=list)
    vocabulary: Vocabulary = VOCABULARY
    changes_found: ChangeSet | Unknown | None = STORY.changes()  # noqa: RUF009 - frozen
    plans_open: tuple[tuple[Plan, tuple[Offer, ...]], ...] = ()
    again: Message | None = None

    async def status(
        self, invocation: Invocation, *, services: tuple[str, ...], environment: str, everything: bool
    ) -> Board:
        self.asked.append((services, environment, everything))
        found = STORY.service_status()
        if environment:
            found = replace(found, targets=tuple(t for t in found.targets if t.target.environment == environment))
        return Board(status=Status(services=(found,), scope="this channel"), names=STORY.names)

    async def history(self, target: Target) -> Past:
        self.asked.append(target)
        return Past(target=target, entries=(STORY.operation(State.SUCCEEDED),), live=NEW, names=STORY.names)

    async def changes(self, target: Target, ref: str) -> Difference:
        self.asked.append((target, ref))
        return Difference(target=target, changes=self.changes_found)

    async def why(self, request: Request, invocation: Invocation) -> tuple[Reasoning, ...]:
        self.asked.append(request)
        return tuple(Reasoning(target=target, verdicts=STORY.verdicts(), revision=NEW) for target in request.targets)

    async def open_plans(self, invocation: Invocation) -> tuple[tuple[Plan, tuple[Offer, ...]], ...]:
        return self.plans_open

    async def plan_again(self, invocation: Invocation) -> Message | None:
        return self.again

    async def mine(self, invocation: Invocation) -> tuple[Mine, Mapping[str, str]]:
        return Mine(recent=(STORY.status_of(),)), STORY.names

    async def rights(self, invocation: Invocation) -> Rights:
        grant = Grant(permission=Permission.DEPLOY, allowed=True, rule="roles.deployers.may", where="staging")
        return Rights(
            whoami=Whoami(person=STORY.person(), grants=(grant,)),
            allowed=READING | {Permission.DEPLOY},
            example=Target(service="web", environment="staging"),
            helpers=("<@U02GRACE>",),
        )

    async def findings(self, invocation: Invocation) -> tuple[Finding, ...]:
        return (Finding(severity=Severity.PROBLEM, subject="clock", sentence="Two minutes slow.", fix="Start NTP."),)


async def answer(line: str, desk: FakeDesk | None = None) -> str:
    """What is shown for a line."""
    desk = desk or FakeDesk()
    outcome = parse(line, desk.vocabulary, SLASH)
    assert isinstance(outcome, Parsed)
    assert outcome.command.answer is not None
    return plain(await outcome.command.answer(outcome.words, INVOCATION, desk))


def request(line: str) -> Request | StopRequest:
    """What a line asks for, typed in the thread of an operation on web in production."""
    outcome = parse(line, VOCABULARY, IN_THREAD)
    assert isinstance(outcome, Parsed)
    assert outcome.command.request is not None
    return outcome.command.request(outcome.words, INVOCATION)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (
            'deploy web@v1.4 staging --because "x" --dry-run',
            Request(
                action=Action.DEPLOY,
                targets=(Target(service="web", environment="staging"),),
                ref="v1.4",
                because="x",
                dry_run=True,
            ),
        ),
        (
            "deploy web,api prod",
            Request(action=Action.DEPLOY, targets=(WEB, Target(service="api", environment="production"))),
        ),
        (
            "rollback --to v1.3 because checkout errors",
            Request(
                action=Action.ROLLBACK,
                targets=(WEB,),
                ref="v1.3",
                because="checkout errors",
                filled=frozenset({"service", "environment"}),
            ),
        ),
        ("promote web production", Request(action=Action.PROMOTE, targets=(WEB,))),
        (
            "promote --dry-run",
            Request(action=Action.PROMOTE, targets=(WEB,), dry_run=True, filled=frozenset({"service", "environment"})),
        ),
        ("stop because wrong branch", StopRequest(target=WEB, because="wrong branch")),
    ],
)
def test_what_is_requested(line: str, asked: Request | StopRequest) -> None:
    """An acting command is a request, and nothing else: gates, plan and confirmation are not its business."""
    assert request(line) == asked


async def test_status_of_mine() -> None:
    """Without words: one line for each service, and what of it."""
    desk = FakeDesk()
    shown = await answer("status", desk)
    assert desk.asked == [((), "", False)]
    assert "this channel" in shown
    assert "/ops status all" in shown


async def test_status_of_one_service() -> None:
    """All its environments, whoever asks."""
    desk = FakeDesk()
    shown = await answer("web", desk)
    assert desk.asked == [(("web",), "", False)]
    assert "web itself says so" in shown
    assert "staging" in shown
    assert "production" in shown


async def test_status_of_one_target() -> None:
    """Only that environment."""
    desk = FakeDesk()
    shown = await answer("web production", desk)
    assert desk.asked == [(("web",), "production", False)]
    assert "staging" not in shown


async def test_status_where_an_alias_means_several_things() -> None:
    """`prod` is eu for one service and production for the others: each shows its own."""
    desk = FakeDesk()
    shown = await answer("status prod", desk)
    assert desk.asked == [((), "", False)]
    assert "production" in shown
    assert "staging" not in shown
    gone = FakeDesk(vocabulary=replace(VOCABULARY, services=VOCABULARY.services[1:]))
    assert "web" not in await answer("status prod", gone)


async def test_status_of_all() -> None:
    """A table."""
    desk = FakeDesk()
    shown = await answer("status all", desk)
    assert desk.asked == [((), "", True)]
    assert shown.startswith("Service | Environment | Live")


async def test_history_of_a_service_begins_with_its_last_environment() -> None:
    """What people look for comes first."""
    desk = FakeDesk()
    shown = await answer("history web", desk)
    assert desk.asked == [WEB, Target(service="web", environment="staging")]
    assert shown.index("web · production") < shown.index("web · staging")
    one = FakeDesk()
    await answer("history web staging", one)
    assert one.asked == [Target(service="web", environment="staging")]


async def test_history_of_a_service_without_environments() -> None:
    """It says so, instead of nothing."""
    vocabulary = Vocabulary(services=(KnownService(name="bare", environments=()),), commands=VOCABULARY.commands)
    with pytest.raises(UserError, match="bare has no environment yet"):
        await answer("history bare", FakeDesk(vocabulary=vocabulary))


async def test_changes() -> None:
    """A list for each service, or why there is none."""
    desk = FakeDesk()
    assert "#412 Faster checkout" in await answer("changes web,api prod v2", desk)
    assert desk.asked == [(WEB, "v2"), (Target(service="api", environment="production"), "v2")]
    unread = FakeDesk(changes_found=Unknown(what="the changes", why="no answer within 8 s"))
    assert "Could not read the changes: no answer within 8 s." in await answer("changes web prod", unread)
    nothing = FakeDesk(changes_found=None)
    assert "nothing is live there yet" in await answer("changes web prod", nothing)


@pytest.mark.parametrize(
    ("line", "action", "ref"),
    [
        ("why web@v2 prod", Action.DEPLOY, "v2"),
        ("why rollback web prod --to v1", Action.ROLLBACK, "v1"),
        ("why promote web prod", Action.PROMOTE, ""),
    ],
)
async def test_why(line: str, action: Action, ref: str) -> None:
    """It asks what the action itself would ask, and does nothing."""
    desk = FakeDesk()
    shown = await answer(line, desk)
    assert desk.asked == [Request(action=action, targets=(WEB,), ref=ref, dry_run=True)]
    assert "nothing was done" in shown
    assert "You could not" in shown


async def test_plans() -> None:
    """My open ones with their buttons, or how to make one."""
    open_plan = (STORY.plan(), STORY.offers(OfferVerb.CONFIRM, OfferVerb.DECLINE))
    assert "[ Deploy to production ]" in await answer("plan", FakeDesk(plans_open=(open_plan,)))
    assert "no open plans" in await answer("plan")


async def test_again() -> None:
    """The last plan anew, or that there is none."""
    assert (
        await answer("again", FakeDesk(again=Message(text="Deploy web to production?"))) == "Deploy web to production?"
    )
    assert "nothing to do again" in await answer("again")


async def test_overview() -> None:
    """The slash command alone."""
    shown = await answer("")
    assert "Your last targets" in shown
    assert OLD[:7] in shown


async def test_help_by_rights() -> None:
    """What this person may do here comes with a target that exists; the rest names who can help."""
    shown = await answer("help")
    assert "/ops deploy web staging" in shown
    assert "Not yours: bypass, promote, rollback, stop and doctor. Ask @U02GRACE." in shown


async def test_help_for_one_command() -> None:
    """Usage, examples, details and other names; commands in them can be typed as they stand."""
    shown = await answer("help rollback")
    assert "/ops rollback SERVICE ENVIRONMENT [--to REVISION]" in shown
    assert "/ops rollback web production --to v1.3" in shown
    assert "Also: undo, revert." in shown
    assert "`/ops again`" in await answer("help plan")


async def test_whoami_and_doctor() -> None:
    """Both are views of what the desk knows."""
    assert "roles.deployers.may" in await answer("whoami")
    assert "Fix: Start NTP." in await answer("doctor")


def test_private_answers() -> None:
    """What is about one person is not answered for everybody in a thread."""
    private = {name for name, each in VOCABULARY.commands.items() if each.private}
    assert private == {"again", "approvals", "can", "digest", "doctor", "overview", "plan", "whoami"}
