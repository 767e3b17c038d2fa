"""A key made for these tests, its certificate, and messages that it signs as the notification service does."""

import base64
import hashlib
from typing import Any

from integrations._rsa import public_key
from integrations.cloudwatch import SIGNED

CERTIFICATE = b"""\
-----BEGIN CERTIFICATE-----
MIIDGTCCAgGgAwIBAgIUV665eVjan0oaOLh4HfouUEu35CwwDQYJKoZIhvcNAQEL
BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wHhcNMjYxMTI0MTcxMDM1
WhcNMzYxMTIxMTcxMDM1WjAcMRowGAYDVQQDDBFzbnMuYW1hem9uYXdzLmNvbTCC
ASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBANyG3PwauI7kZR0OVILtdzCX
09X0JdpjPB9RyCW2F+j6KERYovKM6xx7Ys1szK6DZQJiVMBKi5IUmlHeVDrKx3q4
8W7v1BhxGT3cMK5yF19CLKYPXdjpQ1wu9FUNDLtxj9BlB74hbR6uGYBYbXi/d0nr
4WMjxmdFlI9RHJRKCzEKca8NA29GkFEcaw6HV0mAsSc8vNC2jM8CYj3toXaqV925
TYvpKhQ+ZIdTJNewfRF9KLoRDmRQPSO/eIGvQzw0xfehaShpc8kNj0Ag1ce3lrRz
E0FV9jmyQ3SQtoMsRMch80sa/B3zR3EWa+zQiT8r/sb9CgR445IG1deQJhHAaQ8C
AwEAAaNTMFEwHQYDVR0OBBYEFM3jooOVe+Ms0xcQtdxt2Pqc3ythMB8GA1UdIwQY
MBaAFM3jooOVe+Ms0xcQtdxt2Pqc3ythMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZI
hvcNAQELBQADggEBAASekEQn/nClduVgD5ug6xHZrRKWFDIBFBUB45RqxW+8mG0D
K1cCSIoIa6/vRuaV1ShofEUQRJZrbCbvsS4bogk4Jzs6txEUjfsaCiNKkvYx83y9
poPfKnXDn1WqDCujXBciFoDzXq/FrvllpfnV2MGybCmvTQy1qTQ5FPOxkNBTFN70
aYaTACLtjOsWFLyZEXBc58/IrCRJteTO3TYxSXbWlhzkqUYVp1cfnh5/OdOJvNHW
af7JW2mFTz7J4IDYAXcYRKVi6hJskkmmEXmIcBizyAstK5e9BSD3rBmcH271cSvS
wSAjXyeAl6kYvlmWT2RsMk/JLJUkyYSp4ONiD5E=
-----END CERTIFICATE-----
"""
EXPONENT = int(
    "5a66e6dc6a4fd2340ac758828891b454b548dfe29049f0784b168987fc17dd27ffadd4f027a2611771f554e50f1b533d"
    "eb36482bf3e337653ec5e4f07e917628f6fbf2505a90127d1880d56c0dd54af5a3bc077c9f593085efb1b5d3fdae31a5"
    "94f675b0199fd3fde6f2584db83c3538967bf4da4b913652ea5583f3be4ecc310aa94532a96887fd8e47b6cf95679574"
    "b094a0e4d58184e7faad6f2b9e3a0f58f95b94ffa259cf988141b2e745bfd3887812e2c267ee6c0440c1a52c90b0a0a4"
    "59d0b39ad9a49be6cc3316875da9efcb4e512add4a5d957c9f0dc3c3b3ba2c202b65c3b634abaa9ebc8d3592ac0f6347"
    "9477e715ec2560a9d292e33091afdbc1",
    16,
)
PREFIXES = {"1": ("sha1", "3021300906052b0e03021a05000414"), "2": ("sha256", "3031300d060960864801650304020105000420")}


def signed(message: dict[str, Any]) -> dict[str, Any]:
    """The same with its signature."""
    text = "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]] if name in message)
    algorithm, prefix = PREFIXES[message["SignatureVersion"]]
    key = public_key(CERTIFICATE)
    digest = bytes.fromhex(prefix) + hashlib.new(algorithm, text.encode(), usedforsecurity=False).digest()
    block = b"\0\1" + b"\xff" * (key.size - len(digest) - 3) + b"\0" + digest
    signature = pow(int.from_bytes(block, "big"), EXPONENT, key.modulus).to_bytes(key.size, "big")
    return {**message, "Signature": base64.b64encode(signature).decode()}
