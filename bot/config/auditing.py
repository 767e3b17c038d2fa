"""Where the audit goes besides the database: a stream of JSON lines for another system."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from bot.config.section import Section
from bot.config.values import Url, wrong


class Sink(StrEnum):
    """What takes the lines."""

    STDOUT = "stdout"
    FILE = "file"
    HTTP = "http"


class AuditStream(Section):
    """A stream of audit lines: to standard output, to a file, or to an address that is called with POST."""

    to: Sink = Field(description="`stdout`, `file` or `http`.")
    file: Path | None = Field(
        default=None,
        description="With `to: file`: which, from the database's folder. It is appended to, and may be rotated.",
    )
    url: Url | None = Field(default=None, description="With `to: http`: what to call, with POST.")
    token: SecretStr | None = Field(default=None, description="With `to: http`: sent as `Authorization: Bearer …`.")

    @model_validator(mode="after")
    def _fits(self) -> "AuditStream":
        for sink, name in ((Sink.FILE, "file"), (Sink.HTTP, "url")):
            there = getattr(self, name) is not None
            if self.to is sink and not there:
                raise wrong(f"`to: {sink}` needs `{name}`", f"add `{name}:` beside it")
            if there and self.to is not sink:
                raise wrong(f"`{name}` belongs to `to: {sink}`, and this is `to: {self.to}`", "remove one of them")
        if self.token is not None and self.to is not Sink.HTTP:
            raise wrong(f"`token` belongs to `to: http`, and this is `to: {self.to}`", "remove one of them")
        return self


class Audit(Section):
    """What happens to the audit besides being kept."""

    stream: AuditStream | None = Field(default=None, description="Each line, also to another system: docs/audit.md.")
