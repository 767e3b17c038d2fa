"""The settings of the bot itself: Slack, the listeners, the database, and how long things are kept."""

import ipaddress
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.config.names import Channel, Command
from bot.config.section import Section
from bot.config.values import Duration, Listen, Network, PublicUrl, Url, Within, wrong


class Mode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "socket"
    HTTP = "http"


class _Prefix:
    """Tells tokens apart by how Slack begins them."""

    def __init__(self, prefix: str, where: str) -> None:
        self.prefix = prefix
        self.where = where

    def __call__(self, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text.startswith(self.prefix):
            if re.fullmatch(r"[\x21-\x7e]+", text):
                return value
            raise wrong(
                "does not look like a token: it holds spaces or other strange characters",
                f"copy it again from {self.where}",
            )
        other = _OTHER_TOKENS.get(text[:5], "")
        seen = f"this is {other}" if other else f"does not begin with {self.prefix}"
        raise wrong(seen, f"copy it from {self.where}")


_OTHER_TOKENS = {
    "xoxb-": "a bot token, which belongs in bot_token",
    "xapp-": "an app-level token, which belongs in app_token",
    "xoxp-": "a user token, which Quarterdeck does not use",
}


def _signing(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text[:5] in _OTHER_TOKENS:
        raise wrong(
            f"this is {_OTHER_TOKENS[text[:5]]}", "copy the signing secret from Basic Information → App Credentials"
        )
    if len(text) < 16 or not text.isascii():
        raise wrong("too short for a signing secret", "copy it from Basic Information → App Credentials")
    return value


BotToken = Annotated[SecretStr, AfterValidator(_Prefix("xoxb-", "OAuth & Permissions → Bot User OAuth Token"))]
AppToken = Annotated[SecretStr, AfterValidator(_Prefix("xapp-", "Basic Information → App-Level Tokens"))]


def _base(value: Url) -> Url:
    return Url(value.rstrip("/") + "/")


class Editors(StrEnum):
    """Who may edit the user groups of the workspace, as its settings say."""

    ADMINS = "admins"
    EVERYBODY = "everybody"


class Slack(Section):
    """How to reach Slack. Exactly one of `app_token` (Socket Mode) and `signing_secret` (HTTP mode)."""

    bot_token: BotToken = Field(description="The bot's token, from OAuth & Permissions: begins with xoxb-.")
    app_token: AppToken | None = Field(
        default=None, description="The app-level token, from Basic Information: begins with xapp-. Chooses Socket Mode."
    )
    signing_secret: Annotated[SecretStr, AfterValidator(_signing)] | None = Field(
        default=None,
        description="The signing secret, from Basic Information. Chooses HTTP mode, which needs web.public.",
    )
    command: Command = Field(default=Command("/ops"), description="The slash command that everything starts with.")
    shortcuts: tuple[Command, ...] = Field(
        default=(),
        description="Commands of their own for single verbs, such as /deploy. Global in a workspace: the app installed last wins.",
    )
    admin_channel: Channel | None = Field(
        default=None, description="Where the bot tells its operators about itself: a channel's name or id."
    )
    group_change_delay: Annotated[Duration, Within("0s", "7d")] = Field(
        default=Duration.read("15m"),
        description="How long somebody has to have been in a user group before that counts for approvals: "
        "in many workspaces anybody may edit groups.",
    )
    groups_edited_by: Editors | None = Field(
        default=None,
        description="Who may edit user groups in this workspace: admins or everybody. Slack does not tell apps, so `doctor` asks until it is said.",
    )
    base_url: Annotated[Url, AfterValidator(_base)] = Field(
        default=Url("https://slack.com/api/"),
        description="Where Slack's Web API is; point it at the playground to try things out.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> "Slack":
        if self.app_token and self.signing_secret:
            raise wrong(
                "both app_token and signing_secret are set, and exactly one decides how Slack reaches the bot",
                "keep app_token for Socket Mode (no public address needed), or signing_secret for HTTP mode",
            )
        if not self.app_token and not self.signing_secret:
            raise wrong(
                "neither app_token nor signing_secret is set, and exactly one is needed",
                'add app_token: "${SLACK_APP_TOKEN}" for Socket Mode, or signing_secret: "${SLACK_SIGNING_SECRET}" for HTTP mode',
            )
        if self.command in self.shortcuts or len(set(self.shortcuts)) < len(self.shortcuts):
            raise wrong("two of command and shortcuts have the same name", "name each command once")
        return self

    @property
    def mode(self) -> Mode:
        """Socket Mode where there is an app token."""
        return Mode.SOCKET if self.app_token else Mode.HTTP


Proxies = ipaddress.IPv4Network | ipaddress.IPv6Network


class Public(Section):
    """The listener that Slack reaches in HTTP mode, behind your TLS proxy."""

    listen: Listen = Field(default=Listen("127.0.0.1:8080"), description="The address to listen on, as host:port.")
    url: PublicUrl = Field(description="How the outside reaches it: the https address of your proxy.")
    trust_proxy: tuple[Network, ...] = Field(
        default=(), description="Addresses or networks of proxies whose X-Forwarded-For is believed."
    )

    @property
    def proxies(self) -> tuple[Proxies, ...]:
        """The same as networks."""
        return tuple(ipaddress.ip_network(each) for each in self.trust_proxy)


class Private(Section):
    """The listener for your own eyes: health and metrics."""

    listen: Listen = Field(default=Listen("127.0.0.1:8081"), description="The address to listen on, as host:port.")


class Web(Section):
    """The listeners. Nothing listens in public unless `public` is set."""

    public: Public | None = Field(
        default=None, description="The public listener; needed in HTTP mode, for alerts, and for claims from elsewhere."
    )
    private: Private = Field(
        default=Private(),
        description="The private listener: /healthz, /readyz, /metrics, and claims of runs on this machine.",
    )

    @model_validator(mode="after")
    def _apart(self) -> "Web":
        if self.public and self.public.listen == self.private.listen and self.public.listen.port:
            raise wrong("public and private listen on the same address", "give each its own port")
        return self


class Retention(Section):
    """How long rows and files are kept; a sweep removes what is older. Operations, deployments and the audit stay."""

    inbox: Annotated[Duration, Within("1h", "365d")] = Field(
        default=Duration.read("7d"), description="What Slack delivered, kept to recognise repetitions."
    )
    plans: Annotated[Duration, Within("1h", "3650d")] = Field(
        default=Duration.read("30d"), description="Plans and offers that came to nothing."
    )
    deliveries: Annotated[Duration, Within("1h", "3650d")] = Field(
        default=Duration.read("30d"), description="Messages that were sent."
    )
    events: Annotated[Duration, Within("1d", "3650d")] = Field(
        default=Duration.read("365d"), description="What happened to operations, step by step."
    )


def _copies(value: int) -> int:
    if not 1 <= value <= 10_000:
        raise wrong("not between 1 and 10000", "write how many copies to keep; older ones are removed")
    return value


class Backups(Section):
    """Checked copies of the database, made while the bot runs."""

    folder: Path = Field(
        default=Path("backups"),
        description="Where they are kept: a path, from the database's folder. Unless set: `backups` beside the database.",
    )
    every: Annotated[Duration, Within("1m", "30d")] = Field(
        default=Duration.read("1h"), description="How often one is made."
    )
    keep: Annotated[int, AfterValidator(_copies)] = Field(
        default=48, description="How many are kept. Those from before a migration or a restore are not counted."
    )


class Heartbeat(Section):
    """A dead man's switch: an outside watcher that is called while the bot is well."""

    url: Url = Field(description="What to call, with GET.")
    every: Annotated[Duration, Within("10s", "1d")] = Field(default=Duration.read("60s"), description="How often.")
