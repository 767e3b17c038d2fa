"""A signature of a configured form: GitHub's, Stripe's, Standard Webhooks' and most others'."""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from bot.config import AlertSecret, Duration, Section, Text, Within, wrong
from bot.ports import Authentic, Forged, RawDelivery
from integrations._proof import any_same, fresh

_PIECE = re.compile(r"\{(body|timestamp|id)\}")
_ENCODED = r"([A-Za-z0-9+/_-]{16,200}={0,2})"


class Algorithm(StrEnum):
    """Hashes that senders use."""

    SHA256 = "sha256"
    SHA1 = "sha1"
    SHA512 = "sha512"


class Encoding(StrEnum):
    """How bytes are written."""

    HEX = "hex"
    BASE64 = "base64"


class SecretForm(StrEnum):
    """How the secret is meant."""

    TEXT = "text"
    BASE64 = "base64"


class Signature(Section):
    """How a sender signs."""

    secret: AlertSecret = Field(description="The shared secret. A list while you change it.")
    header: Text = Field(description="The header that holds the signature, such as X-Hub-Signature-256.")
    prefix: str = Field(default="", description="What stands before it in the header, such as `sha256=` or `v1,`.")
    algorithm: Algorithm = Field(default=Algorithm.SHA256, description="The hash of the HMAC.")
    encoding: Encoding = Field(default=Encoding.HEX, description="How the signature is written.")
    secret_form: SecretForm = Field(
        default=SecretForm.TEXT, description="How the secret is meant; in base64 a `whsec_` before it is left out."
    )
    signed: Text = Field(
        default="{body}", description="What is signed, such as {timestamp}.{body} or {id}.{timestamp}.{body}."
    )
    id_header: str = Field(default="", description="Where {id} stands.")
    timestamp_header: str = Field(
        default="", description="Where {timestamp} stands: seconds or milliseconds since 1970."
    )
    timestamp_prefix: str = Field(default="", description="What stands before it in that header, such as `t=`.")
    tolerance: Annotated[Duration, Within("10s", "1d")] = Field(
        default=Duration.read("5m"), description="How far the timestamp may be off our clock."
    )

    @model_validator(mode="after")
    def _complete(self) -> "Signature":
        pieces = set(_PIECE.findall(self.signed))
        if "body" not in pieces:
            raise wrong("the body is not signed, so anybody could change it", "write {body} into signed")
        for piece, header in (("timestamp", self.timestamp_header), ("id", self.id_header)):
            if (piece in pieces) != bool(header.strip()):
                raise wrong(f"{{{piece}}} and {piece}_header belong together", "write both, or neither")
        given = self.secret if isinstance(self.secret, tuple) else (self.secret,)
        if not all(self._key(each.get_secret_value()) for each in given):
            raise wrong("the secret is not base64", "copy it again, or leave secret_form out")
        return self

    def proof(self, raw: RawDelivery, secrets: Sequence[str]) -> Authentic | Forged:
        """Whether one of the header's signatures is good."""
        stamp, identity = self._stamp(raw), raw.headers.get(self.id_header.strip().lower(), "")
        if self.timestamp_header and not fresh(stamp, raw.at, int(self.tolerance)):
            return Forged(why="no timestamp near our clock")
        if self.id_header and not identity:
            return Forged(why="no id")
        message = self._message(raw.body, stamp, identity)
        good = [self._written(key, message) for secret in secrets if (key := self._key(secret))]
        given = self._given(raw.headers.get(self.header.strip().lower(), ""), self.prefix)
        return Authentic() if any(any_same(each, good) for each in given) else Forged(why="signature does not match")

    def _stamp(self, raw: RawDelivery) -> str:
        header = raw.headers.get(self.timestamp_header.strip().lower(), "")
        found = re.search(rf"(?:^|[,\s]){re.escape(self.timestamp_prefix)}([0-9]{{10,13}})(?:$|[,\s])", header)
        return found[1] if found else ""

    def _given(self, header: str, prefix: str) -> list[str]:
        if len(header) > 2_000:
            return []
        return re.findall(rf"(?:^|[,\s]){re.escape(prefix)}{_ENCODED}(?=$|[,\s])", header)

    def _message(self, body: bytes, stamp: str, identity: str) -> bytes:
        known = {"body": body, "timestamp": stamp.encode(), "id": identity.encode("utf-8", "surrogatepass")}
        parts = _PIECE.split(self.signed)
        return b"".join(known[part] if index % 2 else part.encode() for index, part in enumerate(parts))

    def _written(self, key: bytes, message: bytes) -> str:
        made = hmac.new(key, message, self.algorithm.value).digest()
        return made.hex() if self.encoding is Encoding.HEX else base64.b64encode(made).decode()

    def _key(self, secret: str) -> bytes:
        """The bytes of the secret; none where it is not of the configured form, which the configuration refuses."""
        if self.secret_form is SecretForm.TEXT:
            return secret.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            return b""
