"""The people of the workspace and their groups, and the shape in which Slack's API shows them."""

from dataclasses import dataclass
from enum import StrEnum

from bot.playground.errors import Json

CREATED = 1_767_225_600  # every default record was made on 2026-01-01


class UserKind(StrEnum):
    """What Slack lets a person be."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True)
class Team:
    """A Slack workspace; the second one exists for Slack Connect."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class User:
    """A person or a bot; `bot_id` and `app_id` only for bots."""

    id: str
    name: str
    real_name: str
    kind: UserKind
    team_id: str
    title: str = ""
    color: str = "4a90d9"
    zone: str = "Europe/Berlin"
    bot_id: str = ""
    app_id: str = ""

    @property
    def is_human(self) -> bool:
        """Tell whether somebody can act as this user in the page."""
        return self.kind not in {UserKind.BOT, UserKind.DEACTIVATED}

    @property
    def email(self) -> str:
        """Return the address `users.lookupByEmail` finds."""
        domain = "partner.example" if self.kind is UserKind.EXTERNAL else "acme.example"
        return f"{self.name}@{domain}"

    def profile(self, *, email: bool) -> Json:
        """Return Slack's `profile` object; the address only with the scope for it."""
        first, _, last = self.real_name.partition(" ")
        shown: Json = {"title": self.title, "phone": "", "skype": "", "real_name": self.real_name}
        shown |= {
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
        }
        shown |= {"status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": f"g{self.id.lower()}"}
        shown |= {"first_name": first, "last_name": last, "team": self.team_id}
        if self.kind is UserKind.BOT:
            return shown | {"api_app_id": self.app_id, "bot_id": self.bot_id}
        return shown | ({"email": self.email} if email else {})

    def as_slack(self, *, email: bool, stranger: bool | None = None) -> Json:
        """Return Slack's user object; `stranger` only for people of another team."""
        kind = self.kind
        shown: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": kind is UserKind.DEACTIVATED,
        }
        shown |= {"color": self.color, "real_name": self.real_name, "tz": self.zone}
        shown |= {"tz_label": "Central European Time", "tz_offset": 3600, "profile": self.profile(email=email)}
        shown |= {"is_bot": kind is UserKind.BOT, "is_app_user": False, "updated": CREATED}
        if kind is not UserKind.DEACTIVATED:
            shown |= self._rights()
        if kind is UserKind.EXTERNAL:
            shown["is_stranger"] = bool(stranger)
        return shown

    def _rights(self) -> Json:
        owner = self.kind is UserKind.OWNER
        return {
            "is_admin": owner or self.kind is UserKind.ADMIN,
            "is_owner": owner,
            "is_primary_owner": owner,
            "is_restricted": self.kind is UserKind.GUEST,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }

    def as_page(self) -> Json:
        """Return the user as the page shows it."""
        shown = {"id": self.id, "name": self.name, "real_name": self.real_name, "kind": str(self.kind)}
        return shown | {"color": f"#{self.color}", "title": self.title}


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """A mentionable group (`@engineering`)."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]
    disabled: bool = False

    def as_slack(self, team_id: str, *, users: bool, count: bool) -> Json:
        """Return Slack's usergroup object, with members and their number only when asked for."""
        shown: Json = {"id": self.id, "team_id": team_id, "is_usergroup": True, "is_subteam": True, "name": self.name}
        shown |= {"description": "", "handle": self.handle, "is_external": False, "date_create": CREATED}
        shown |= {"date_update": CREATED, "date_delete": CREATED if self.disabled else 0}
        shown |= {"auto_provision": False, "prefs": {"channels": [], "groups": []}}
        if users:
            shown["users"] = list(self.users)
        return shown | ({"user_count": len(self.users)} if count else {})

    def as_page(self) -> Json:
        """Return the group as the page shows it."""
        return {"id": self.id, "handle": self.handle, "name": self.name, "users": list(self.users)}
