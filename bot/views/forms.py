"""Forms: the skeleton that opens at once, then deploy, roll back, confirm with the service's name, decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.approvals import Approval
from bot.domain.messages import Block, View
from bot.domain.operations import Operation
from bot.domain.plans import Plan
from bot.domain.terms import Action
from bot.views import kit
from bot.views.card_lines import second_line, serving_line
from bot.views.faces import face_of, headline
from bot.views.kit import Markup
from bot.views.offers import DOING
from bot.views.plan_lines import body_lines, question, range_line

# callback ids of the forms, and block ids of their fields
DEPLOY, ROLLBACK, CONFIRM, DECIDE, LOOKING = "deploy", "rollback", "confirm", "decide", "looking"
SERVICE, ENVIRONMENT, REF, BECAUSE, NAME, SAW, ANSWER = (
    "service",
    "environment",
    "ref",
    "because",
    "name",
    "saw",
    "answer",
)

ANSWERS: tuple[tuple[str, str], ...] = (
    ("It succeeded", "succeeded"),
    ("It failed", "failed"),
    ("It never started", "cancelled"),
)
FOLLOWS: dict[str, str] = {
    "succeeded": "*It succeeded* records this revision as live.",
    "failed": "*It failed* ends it and frees the target; what is served now is asked again.",
    "cancelled": "*It never started* allows a new deploy. If the first one wakes up later, both will run.",
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An environment to choose from; a production one is never preselected."""

    name: str
    production: bool = False


def skeleton(title: str = "Quarterdeck") -> View:
    """What opens at once, while the rest is being read."""
    return kit.modal(title, [kit.section(Markup("Looking…"))], name=LOOKING)


def deploy_form(
    services: Sequence[str],
    environments: Sequence[Choice],
    *,
    service: str = "",
    environment: str = "",
    ref: str = "",
    because: str = "",
    carried: str = "",
    command_hint: str = "/ops deploy web staging",
) -> View:
    """Deploy something: comes back as `deploy` with service, environment, ref (asked for while typing) and because."""
    blocks = [
        _service(services, service),
        _environment(environments, environment),
        kit.field(REF, "What", kit.suggested(value=ref, placeholder="A branch, tag, commit or #412"), optional=True,
                  hint="Empty: what the environment before has, or the head of the default branch."),
        kit.field(BECAUSE, "Why", kit.typed(value=because, most=500), optional=True),
        kit.context("Next you see exactly what will happen; nothing starts before that.", kit.code(command_hint)),
    ]  # fmt: skip
    return kit.modal("Deploy", blocks, name=DEPLOY, submit="Show the plan", close="Not now", carried=carried)


def rollback_form(
    services: Sequence[str],
    environments: Sequence[Choice],
    *,
    service: str = "",
    environment: str = "",
    to: str = "",
    because: str = "",
    carried: str = "",
) -> View:
    """Roll something back: comes back as `rollback` with service, environment, ref and because."""
    blocks = [
        _service(services, service),
        _environment(environments, environment),
        kit.field(REF, "Back to", kit.suggested(value=to, placeholder="The last one that worked"), optional=True),
        kit.field(BECAUSE, "Why", kit.typed(value=because, most=500, placeholder="checkout errors"), optional=True),
    ]
    return kit.modal("Roll back", blocks, name=ROLLBACK, submit="Show the plan", close="Not now", carried=carried)


def _service(services: Sequence[str], chosen: str) -> Block:
    if len(services) > kit.limits.OPTIONS or not services:
        element = kit.suggested(value=chosen, placeholder="Type a service's name")
    else:
        element = kit.menu([(name, name) for name in services], chosen=chosen, placeholder="Choose a service")
    return kit.field(SERVICE, "Service", element)


def _environment(environments: Sequence[Choice], chosen: str) -> Block:
    """Production is chosen by a person, never for them."""
    safe = {choice.name for choice in environments if not choice.production}
    preselected = chosen if chosen in safe else ""
    options = [(choice.name, choice.name) for choice in environments]
    element = kit.menu(options, chosen=preselected, placeholder="Choose an environment") if options else kit.suggested()
    return kit.field(ENVIRONMENT, "Environment", element)


def confirm_form(plan: Plan, *, carried: str) -> View:
    """Confirm by typing the service's name: comes back as `confirm` with name; `carried` is the offer's id."""
    service = kit.cap(kit.bare(plan.target.service), 40)
    blocks = [
        kit.section(question(plan, dry_run=False), range_line(plan), *body_lines(plan)),
        kit.field(NAME, f"Type {service} to confirm", kit.typed(placeholder=service, most=100)),
    ]
    return kit.modal(
        f"{DOING[plan.action]}?", blocks, name=CONFIRM, submit=_submit(plan.action), close="Not now", carried=carried
    )


def _submit(action: Action) -> str:
    return {Action.DEPLOY: "Deploy", Action.ROLLBACK: "Roll back", Action.PROMOTE: "Promote"}[action]


def decision_form(
    operation: Operation,
    *,
    carried: str,
    answer: str = "",
    looked_at: Sequence[str] = (),
    names: kit.Names = kit.NO_NAMES,
    first: Approval | None = None,
    second: bool = False,
) -> View:
    """Say what became of an operation: comes back as `decide` with answer (succeeded, failed, cancelled) and saw (required).

    Where what the target serves contradicts an answer, the form says so beside it. `second` is whether *it never started* takes two
    people here; `first` is the word of the one who said so already.
    """
    seen = [kit.mark("• {}", kit.inert(what, 100)) for what in looked_at[:5] if what]
    blocks = [
        kit.section(headline(face_of(operation), operation.target), second_line(operation, names)),
        kit.section(Markup("*What we saw*"), *seen, serving_line(operation, unasked=True)),
        kit.field(ANSWER, "What became of it?", kit.radio(ANSWERS, chosen=answer)),
        kit.field(
            SAW,
            "What did you see?",
            kit.typed(most=1000, several_lines=True, placeholder="Looked at the run: step 3 never began"),
        ),
        kit.section(
            *map(Markup, FOLLOWS.values()), *_two_people(first, names, second=second), *contradictions(operation)
        ),
    ]
    return kit.modal("Decision", blocks, name=DECIDE, submit="Record it", close="Not now", carried=carried)


def _two_people(first: Approval | None, names: kit.Names, *, second: bool) -> list[Markup]:
    """Whose word is there already, or that a second one will be asked for."""
    if first is not None:
        who = kit.inert(kit.name_of(first.who, names), 30)
        return [kit.mark("{} saw: {}. Your *It never started* frees the target.", who, kit.inert(first.because, 200))]
    return [Markup("Here *It never started* takes two people: somebody else is asked to say so too.")] if second else []


def contradictions(operation: Operation) -> list[Markup]:
    """Where the target's own answer speaks against what a person might say."""
    if not operation.serving:
        return []
    if operation.serving == operation.revision:
        return [
            kit.mark(
                "⚠️ {} itself serves {}: that speaks against *It never started*.",
                operation.target.service,
                kit.rev(operation.serving),
            )
        ]
    return [
        kit.mark(
            "⚠️ {} itself serves {}: that speaks against *It succeeded*.",
            operation.target.service,
            kit.rev(operation.serving),
        )
    ]


def form_closed(title: str, *lines: Markup) -> View:
    """What a form turns into when it was submitted and there is something to say."""
    return kit.modal(title, [kit.section(*lines)], name="done")


def message_form(title: str, blocks: Sequence[Block]) -> View:
    """A message's blocks (a plan, a refusal) in a modal."""
    return kit.modal(title, blocks, name="shown")
