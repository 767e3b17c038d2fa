"""Verifies an RSA signature with a certificate's public key: PKCS #1 version 1.5, and just enough DER to find the key.

Only public values are computed with, so nothing here has to run in constant time. The certificate's own issuer is not looked at: whoever
asks has fetched it over TLS from an address that is known to be the sender's.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.terms import Millis

SMALLEST, LARGEST = 2048, 8192  # bits
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{100,20000}?)-----END CERTIFICATE-----")
_RSA = bytes.fromhex("06092a864886f70d010101")  # the algorithm: rsaEncryption
_PREFIXES = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
_SEQUENCE, _INTEGER, _BITS, _UTC_TIME, _TIME, _VERSION = 0x30, 0x02, 0x03, 0x17, 0x18, 0xA0


class BadCertificate(ValueError):
    """Not a certificate with an RSA key of a usable size."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """An RSA key, and when its certificate holds."""

    modulus: int
    exponent: int
    begins: Millis
    ends: Millis

    @property
    def size(self) -> int:
        """Bytes of a signature."""
        return (self.modulus.bit_length() + 7) // 8

    def verifies(self, signature: bytes, message: bytes, algorithm: str) -> bool:
        """Whether this signature of the message (`sha1` or `sha256`) is this key's: the whole padding is compared, nothing is parsed."""
        number = int.from_bytes(signature, "big")
        if len(signature) != self.size or number >= self.modulus:
            return False
        digest = _PREFIXES[algorithm] + hashlib.new(algorithm, message, usedforsecurity=False).digest()
        padding = b"\xff" * (self.size - len(digest) - 3)
        expected = b"\x00\x01" + padding + b"\x00" + digest
        return pow(number, self.exponent, self.modulus).to_bytes(self.size, "big") == expected


def public_key(pem: bytes) -> PublicKey:
    """The key of the first certificate in a PEM text; raises BadCertificate."""
    found = _PEM.search(pem.decode("ascii", "replace"))
    if not found:
        raise BadCertificate("no certificate")
    try:
        return _from_der(base64.b64decode("".join(found[1].split()), validate=True))
    except (binascii.Error, IndexError, ValueError, OverflowError) as error:
        raise BadCertificate("not a usable certificate") from error


def _from_der(der: bytes) -> PublicKey:
    signed = _Der(_Der(der).inside(_SEQUENCE)).inside(_SEQUENCE)
    reader = _Der(signed)
    if reader.tag == _VERSION:
        reader.inside(_VERSION)
    reader.inside(_INTEGER)  # serial number
    reader.inside(_SEQUENCE)  # signature algorithm
    reader.inside(_SEQUENCE)  # issuer
    validity = _Der(reader.inside(_SEQUENCE))
    reader.inside(_SEQUENCE)  # subject
    info = _Der(reader.inside(_SEQUENCE))
    if not info.inside(_SEQUENCE).startswith(_RSA):
        raise BadCertificate("not an RSA key")
    bits = info.inside(_BITS)
    key = _Der(_Der(bits[1:]).inside(_SEQUENCE))
    modulus, exponent = key.integer(), key.integer()
    if not SMALLEST <= modulus.bit_length() <= LARGEST or not modulus & 1 or exponent not in {3, 17, 65537}:
        raise BadCertificate("a key of an unusable size")
    return PublicKey(modulus=modulus, exponent=exponent, begins=validity.time(), ends=validity.time())


class _Der:
    """Reads one value after the other; raises IndexError or ValueError where something else stands."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def tag(self) -> int:
        return self._content[self._at]

    def inside(self, tag: int) -> bytes:
        """The content of the next value, which has to have this tag."""
        if self.tag != tag:
            raise ValueError("another value was expected")
        length, start = self._content[self._at + 1], self._at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 3:
                raise ValueError("a length that is not used here")
            length, start = int.from_bytes(self._content[start : start + count], "big"), start + count
        if start + length > len(self._content):
            raise ValueError("cut off")
        self._at = start + length
        return self._content[start : self._at]

    def integer(self) -> int:
        """The next value as a number."""
        return int.from_bytes(self.inside(_INTEGER), "big", signed=True)

    def time(self) -> Millis:
        """The next value as an instant."""
        form, tag = ("%y%m%d%H%M%SZ", _UTC_TIME) if self.tag == _UTC_TIME else ("%Y%m%d%H%M%SZ", _TIME)
        at = datetime.strptime(self.inside(tag).decode("ascii"), form).replace(tzinfo=UTC)
        return round(at.timestamp() * 1000)
