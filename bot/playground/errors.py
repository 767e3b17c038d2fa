"""The three ways the playground says no: to an app, to a person, and to whoever embeds it."""

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """What a Web API call is refused with: `code` becomes `error`, `extra` is merged into the answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra: Json = extra

    def answer(self) -> Json:
        """Return the body Slack sends: `{"ok": false, "error": code, …}`."""
        return {"ok": False, "error": self.code, **self.extra}


class RateLimitedError(SlackError):
    """A 429: `seconds` goes into `Retry-After`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class PersonError(Exception):
    """What a person is told when they cannot do something: a code for the page and a sentence in Slack's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class PlaygroundError(Exception):
    """The playground was embedded wrongly: an unknown name, a manifest Slack would refuse, a missing element."""
