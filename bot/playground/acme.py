"""The workspace a newcomer meets: the team Acme, its people, groups and channels, and one partner company."""

from bot.playground.channels import Channel, ChannelKind
from bot.playground.users import Team, User, UserGroup, UserKind
from bot.playground.workspace import Workspace

ACME = Team(id="T02ACME", name="Acme", domain="acme")
PARTNER = Team(id="T02PARTNER", name="Partner", domain="partner")
APP_USER = "U02QDECK"
APP_ID = "A02QDECK"
APP_BOT = "B02QDECK"
STAFF = ["U02ADA", "U02GRACE", "U02LINUS", "U02MARGARET"]


def _person(id_: str, real_name: str, kind: UserKind, title: str, color: str) -> User:
    name = real_name.split(" ", maxsplit=1)[0].lower()
    team = PARTNER if kind is UserKind.EXTERNAL else ACME
    return User(id=id_, name=name, real_name=real_name, kind=kind, team_id=team.id, title=title, color=color)


def people() -> dict[str, User]:
    """Return one user of every kind, Quarterdeck's own bot user among them."""
    app = User(
        id=APP_USER,
        name="quarterdeck",
        real_name="Quarterdeck",
        kind=UserKind.BOT,
        team_id=ACME.id,
        color="1f4e5f",
        bot_id=APP_BOT,
        app_id=APP_ID,
    )
    deploybot = User(
        id="U02DEPLOYBOT",
        name="deploybot",
        real_name="Deploybot",
        kind=UserKind.BOT,
        team_id=ACME.id,
        color="6b7280",
        bot_id="B02DEPLOYBOT",
        app_id="A02DEPLOYBOT",
    )
    users = [
        _person("U02ADA", "Ada Lovelace", UserKind.MEMBER, "Staff engineer", "9b51e0"),
        _person("U02GRACE", "Grace Hopper", UserKind.OWNER, "Engineering lead", "d6532b"),
        _person("U02LINUS", "Linus Pauling", UserKind.ADMIN, "Site reliability", "2d9cdb"),
        _person("U02MARGARET", "Margaret Hamilton", UserKind.MEMBER, "Product", "27ae60"),
        _person("U02GUS", "Gus Guest", UserKind.GUEST, "Contractor", "b7791f"),
        _person("U02EVE", "Eve External", UserKind.EXTERNAL, "Partner engineer", "c2417c"),
        _person("U02DORA", "Dora Departed", UserKind.DEACTIVATED, "", "888888"),
        app,
        deploybot,
    ]
    return {user.id: user for user in users}


def _public(id_: str, name: str, topic: str, *extra: str) -> Channel:
    return Channel(id=id_, name=name, topic=topic, members=[*STAFF, *extra], creator="U02GRACE")


def channels() -> dict[str, Channel]:
    """Return the channels: public, private, shared with the partner, archived."""
    general = _public("C02GENERAL", "general", "Everyone at Acme")
    general.is_general = True
    leads = Channel(
        id="C02LEADS", name="leads", kind=ChannelKind.PRIVATE, members=["U02ADA", "U02GRACE"], creator="U02GRACE"
    )
    shared = _public("C02SHARED", "shared-partner", "With our friends at Partner", APP_USER, "U02EVE")
    shared.is_ext_shared, shared.connected_teams = True, [PARTNER.id]
    old = _public("C02OLD", "old-stuff", "Closed", APP_USER)
    old.is_archived = True
    listed = [
        general,
        _public(
            "C02TEAMWEB", "team-web", "The web service: deploys, questions, cake", APP_USER, "U02GUS", "U02DEPLOYBOT"
        ),
        _public("C02TEAMAPI", "team-api", "The api service", APP_USER),
        _public("C02INCIDENTS", "incidents", "Calm, short, concrete", APP_USER),
        _public("C02ALERTS", "alerts", "Machines talk here", APP_USER, "U02DEPLOYBOT"),
        _public("C02QDECK", "quarterdeck", "Where Quarterdeck speaks about itself", APP_USER),
        leads,
        shared,
        old,
    ]
    return {channel.id: channel for channel in listed}


def default_workspace() -> Workspace:
    """Return a fresh Acme workspace."""
    engineering = UserGroup(
        id="S02ENG", handle="engineering", name="Engineering", users=("U02ADA", "U02GRACE", "U02LINUS")
    )
    leads = UserGroup(id="S02BACKLEADS", handle="backend-leads", name="Backend leads", users=("U02GRACE",))
    groups = {group.id: group for group in (engineering, leads)}
    return Workspace(team=ACME, partner=PARTNER, users=people(), groups=groups, channels=channels())
