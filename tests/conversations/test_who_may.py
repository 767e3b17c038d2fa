"""Who may what, asked aloud: /ops can and whoami, roles that hold in some channels, groups from the configuration, and the limit to asking."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.domain.restraint import Limit
from bot.domain.roles import Role
from bot.domain.terms import MINUTE, Permission
from bot.engine.catalogue import Catalogue
from bot.errors import ChatError
from tests.conversations.conftest import Launch
from tests.support.ship import ENGINEERS, Ship, catalogue

ADA, GRACE, LINUS, MARGARET, GUS = "U02ADA", "U02GRACE", "U02LINUS", "U02MARGARET", "U02GUS"
LEARNERS = Role(
    name="learners",
    people=frozenset({LINUS}),
    may_not=frozenset({Permission.DEPLOY}),
    environments=frozenset({"production"}),
)


def with_roles(made: Catalogue, *roles: Role) -> Catalogue:
    """The same rules everywhere with other roles."""
    services = {
        name: replace(
            each,
            environments=tuple(
                replace(inner, policy=replace(inner.policy, roles=roles)) for inner in each.environments
            ),
        )
        for name, each in made.services.items()
    }
    return replace(made, services=services, roles=roles)


async def test_can_explains_yes_and_no(launch: Launch) -> None:
    """By mention, by id, by name, about oneself; the rule, the membership, and who may instead."""
    ship = launch()
    ship.change_catalogue(roles=(ENGINEERS, LEARNERS), services=with_roles(ship.catalogue, ENGINEERS, LEARNERS).services)  # fmt: skip
    await ship.restart()
    await ship.type(ADA, "/ops whoami")
    assert {
        "me": await ship.type(ADA, "/ops can deploy web production"),
        "mention": await ship.type(ADA, "/ops can <@U02LINUS|linus> deploy web production"),
        "id": await ship.type(ADA, "/ops can U02LINUS deploy web staging"),
        "name": await ship.type(LINUS, "/ops can @ada rollback web production"),
        "nobody": await ship.type(ADA, "/ops can @nobody deploy web production"),
        "member": await ship.type(ADA, "/ops can <@U02MARGARET> stop web staging"),
        "guest": await ship.type(ADA, "/ops can U02GUS deploy web staging"),
        "reading": await ship.type(MARGARET, "/ops can status web staging"),
        "no permission": await ship.type(ADA, "/ops can <@U02LINUS> web production"),
    } == snapshot(
        {
            "me": """\
Yes: *Ada* may *deploy* web in production.
• `roles.deployers.may` allows it · through @engineering\
""",
            "mention": """\
No: *Linus* may not *deploy* web in production.
• `roles.deployers.may` allows it · through @engineering
• `roles.learners.may_not` forbids it, which wins · through U02LINUS
Who may: @engineering\
""",
            "id": """\
Yes: *Linus* may *deploy* web in staging.
• `roles.deployers.may` allows it · through @engineering\
""",
            "name": """\
Yes: *Ada* may *rollback* web in production.
• `roles.deployers.may` allows it · through @engineering\
""",
            "nobody": """\
I do not know who nobody is.
Mention them, or give their id: profile → ⋮ → Copy member ID.\
""",
            "member": """\
No: *Margaret* may not *stop* web in staging.
No role allows it, and what no role allows nobody may.
Who may: @engineering\
""",
            "guest": """\
No: *Gus* may not *deploy* web in staging.
Guests cannot use Quarterdeck.
Who may: @engineering\
""",
            "reading": """\
Yes: *Margaret* may *status* web in staging.
• built in: members may read\
""",
            "no permission": """\
Can: which permission of web?
For example: `/ops can @U02LINUS deploy web production`\
""",
        }
    )
    assert await ship.type(LINUS, "/ops whoami") == snapshot("""\
You are *Linus*, a member of this workspace · `T01ACME/U02LINUS`
Groups: @engineering · read 2026-11-24 09:04 UTC
• may *deploy* staging · `roles.deployers.may`
• may *rollback* everywhere · `roles.deployers.may`
• may *promote* everywhere · `roles.deployers.may`
• may *stop* everywhere · `roles.deployers.may`
• may *decide* everywhere · `roles.deployers.may`
• may *doctor* everywhere · `roles.deployers.may`\
""")


async def test_a_role_that_holds_in_one_channel(ship: Ship) -> None:
    """Asked elsewhere it grants nothing, and says where; also in a direct message, and again at the click."""
    role = replace(ENGINEERS, channels=frozenset({"team-api"}))
    ship.change_catalogue(roles=(role,), services=with_roles(ship.catalogue, role).services)
    await ship.restart()
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
🚫 You may not deploy web in staging from here.
     Ask in #team-api.
17 other gates passed · not_permitted\
""")
    assert "You may not deploy web in staging from here" in await ship.say(ADA, "deploy web staging")
    await ship.type(ADA, "/ops deploy web staging", channel="C03")
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == ["1:1:1"]
    assert "You may not stop web" in await ship.type(ADA, "/ops stop web staging")
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)


async def test_groups_of_the_configuration_where_slack_has_none(ship: Ship) -> None:
    """A free plan: what the file says counts. Where Slack merely cannot be asked, it does not."""
    ship.change_catalogue(fallback={"engineering": (ADA,)})
    await ship.restart()
    ship.chat.fail("group_members", ChatError("ratelimited"))
    assert "Could not read the user group engineering" in await ship.type(ADA, "/ops deploy web staging")
    ship.chat.fail("group_members", ChatError("plan_upgrade_required"))
    assert "Deploy web → staging?" in await ship.type(ADA, "/ops deploy web staging")
    assert "You may not deploy" in await ship.type(GRACE, "/ops deploy web staging")


async def test_t25_asking_again_and_again(ship: Ship) -> None:
    """One person and one target: after the limit the answer says when; other people, other targets and rollbacks are not held."""
    ship.change_catalogue(limit=Limit(asks=3, within=10 * MINUTE))
    await ship.restart()
    for _ in range(3):
        assert "Deploy web → staging?" in await ship.type(ADA, "/ops deploy web staging")
    assert await ship.type(ADA, "/ops deploy web staging") == snapshot("""\
*Not deployed* · web → staging
• You have asked for this too often lately: the next time is in 10 min.
     Your last plan is still there: `/ops plan`.
17 other gates passed · rate_limited\
""")
    assert "Deploy web → staging?" in await ship.type(GRACE, "/ops deploy web staging")
    assert "Deploy api → staging?" in await ship.type(ADA, "/ops deploy api staging")
    assert "too often" not in await ship.type(ADA, "/ops rollback web staging --to a41c9e2")
    await ship.restart()  # rows, not memory
    assert "too often" in await ship.type(ADA, "/ops deploy web staging")
    await ship.wait(10 * MINUTE)
    assert "Deploy web → staging?" in await ship.type(ADA, "/ops deploy web staging")


async def test_a_plan_that_stands_is_confirmed_whatever_the_limit(ship: Ship) -> None:
    """The limit is to asking; what was shown may be carried out."""
    ship.change_catalogue(limit=Limit(asks=1, within=10 * MINUTE))
    await ship.restart()
    await ship.type(ADA, "/ops deploy web staging")
    await ship.click(ADA, "Deploy to staging")
    assert ship.provider.starts == ["1:1:1"]
    ship.provider.succeed("1:1:1")
    await ship.wait(5_000)


def test_the_usual_catalogue_names_groups_once() -> None:
    """Those of roles and those of approvals; production's are among them."""
    made = catalogue()
    assert made.groups() == made.production_groups() == frozenset({"engineering"})
