"""No secret in any outbound byte: known values in every spelling, and whatever looks like a secret."""

import base64
import json
from urllib.parse import quote

import pytest

from bot.domain.messages import View
from bot.domain.operations import State
from bot.views import kit
from bot.views.cards import operation_card
from bot.views.gallery import gallery
from bot.views.samples import Samples
from tests.support.blocks import payload
from tests.support.words import hostile

VALUE = 'Tr0ub4dor&3 "quoted" <key>_x*y'
REDACTOR = kit.Redactor.of([VALUE, "short", "canary-secret-value"])
SPELLINGS = {
    "plain": VALUE,
    "html": VALUE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    "url": quote(VALUE, safe=""),
    "json": json.dumps(VALUE)[1:-1],
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "base64 behind one": base64.b64encode(b"a" + VALUE.encode()).decode(),
    "base64 behind two": base64.b64encode(b"u:" + VALUE.encode() + b"zz").decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_known_values_in_every_spelling(spelling: str) -> None:
    """Exact, HTML, URL, JSON and base64 at every alignment."""
    shown = REDACTOR.text(f"x {SPELLINGS[spelling]} y")
    assert kit.REDACTED in shown
    core = SPELLINGS[spelling][4:-6]
    assert core not in shown


def test_a_value_that_was_cut_off_still_does_not_show() -> None:
    """A cap may leave the beginning of a secret standing: eight characters of it are too many."""
    assert REDACTOR.text("token canary-secret…") == f"token {kit.REDACTED}…"
    assert REDACTOR.text("token canary…") == "token canary…"
    assert REDACTOR.text("a canary-secretary…") == "a canary-secretary…"
    assert kit.Redactor.of(["abcdef"]).text("abcdef") == kit.REDACTED


def test_short_values_are_left_alone() -> None:
    """A "secret" of five characters would black out ordinary words."""
    assert REDACTOR.text("a short walk") == "a short walk"
    assert kit.Redactor.of([]).text("nothing to hide") == "nothing to hide"


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123456789012-abcdefGHIJ", "xapp-1-A01-123-abcdef", "xoxe.xoxp-1-Mi0yLTEyMzQ1", "ghp_0123456789abcdefABCD",
        "github_pat_11ABCDEFG0123456789_abcdef", "glpat-abcdefghij0123456789", "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv", "sk_live_0123456789abcdef", "npm_0123456789abcdefghijklmnopqrstuvwxyz",
        "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDA", "SG.abcdefghijklmnop.qrstuvwxyzABCDEF",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "https://hooks.slack.com/services/T00/B00/XXXXXXXX",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXk",
        "Authorization: Bearer abcdef0123456789abcdef", 'password="correct horse battery"', "DB_PASSWORD=hunter2hunter2",
        "api_key: 'abcd1234'", "SECRET_KEY_BASE=0123456789", "postgres://app:s3cr3tpw@db/orders",
    ],
)  # fmt: skip
def test_known_shapes(secret: str) -> None:
    """Tokens of known makers, JWTs, private keys, passwords in assignments and in URLs."""
    shown = kit.redact_shapes(f"before {secret} after")
    assert kit.REDACTED in shown
    tail = secret.rstrip("'\"").split("/")[-1][-8:] if "@" not in secret else "s3cr3tpw"
    assert tail not in shown


@pytest.mark.parametrize(
    "text",
    [
        "token bucket is full",
        "passwords are reset",
        "add a secret santa page",
        "author: Ada",
        "Add basic authentication",
        "token: refresh on expiry",
        "fix password: reset flow",
        "token invalidation",
        "a41c9e2 → 5d2f0b7",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    """A commit title about tokens is not a token."""
    assert kit.redact_shapes(text) == text


def test_canaries_in_every_field_of_every_view() -> None:
    """A secret in every untrusted word of every view: none leaves, neither in text nor in blocks."""
    canary = "canary-secret-value"
    for name, sample in gallery(hostile(f"see {canary} now")).items():
        shown = sample()
        clean = REDACTOR.view(shown) if isinstance(shown, View) else REDACTOR.message(shown)
        assert canary not in json.dumps(payload(clean)), name


def test_redacting_keeps_the_buttons_working() -> None:
    """Ids and opaque values are not text: they stay as they are, and nothing else changes where nothing is secret."""
    words = Samples()
    card = operation_card(words.operation(State.FAILED), names=words.names)
    assert REDACTOR.message(card) == card


def test_a_redactor_does_not_show_what_it_hides() -> None:
    """Neither in its repr."""
    assert VALUE not in repr(REDACTOR)
    assert "canary" not in repr(REDACTOR)
