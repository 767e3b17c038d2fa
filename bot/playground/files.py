"""Uploaded files: what getUploadURLExternal promises, what the POST brings, what completeUploadExternal shares."""

import mimetypes
from dataclasses import dataclass, field

from bot.playground.errors import Json


@dataclass(kw_only=True)
class StoredFile:
    """A file and where it is shared. Mutable: bytes come after the promise, sharing after the bytes."""

    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    snippet: str = ""
    alt_text: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)
    complete: bool = False

    @property
    def mimetype(self) -> str:
        """Return the content type by the name, plain text for a snippet."""
        if self.snippet:
            return "text/plain"
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def as_slack(self, base_url: str, team_id: str) -> Json:
        """Return Slack's file object with URLs on this very server."""
        kind = self.snippet or (self.name.rpartition(".")[2] if "." in self.name else "binary")
        url = f"{base_url}/files-pri/{team_id}-{self.id}/{self.name}"
        size = len(self.content or b"")
        shown: Json = {"id": self.id, "created": self.created, "timestamp": self.created, "name": self.name}
        shown |= {
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": kind,
            "pretty_type": kind.upper(),
        }
        shown |= {"user": self.user, "user_team": team_id, "editable": bool(self.snippet), "size": size}
        shown |= {"mode": "snippet" if self.snippet else "hosted", "is_external": False, "external_type": ""}
        shown |= {"is_public": bool(self.channels), "public_url_shared": False, "display_as_bot": False, "username": ""}
        shown |= {"url_private": url, "url_private_download": url, "permalink": url, "comments_count": 0}
        shown |= {"channels": list(self.channels), "groups": [], "ims": [], "has_rich_preview": False}
        return shown | ({"alt_txt": self.alt_text} if self.alt_text else {})
