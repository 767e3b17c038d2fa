"""Webhooks are verified on their raw bytes, and give a reason to look: nothing that they say is believed, and nothing breaks on them."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ports import Forged, Hint, RawDelivery
from integrations.github.hints import GitHubHints

SECRET, OLD = "the-secret-of-the-webhook", "the-secret-that-was-before"
HINTS = GitHubHints(secrets=(SECRET, OLD))
RUN = {"workflow_run": {"id": 4_000_000_001, "status": "completed"}, "repository": {"full_name": "acme/web"}}
JOB = {"workflow_job": {"id": 7, "run_id": 4_000_000_001}, "repository": {"full_name": "acme/web"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def sent(content: Any, event: str = "workflow_run", secret: str = SECRET, **headers: str) -> RawDelivery:
    """As GitHub sends it."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    named = {"x-hub-signature-256": signature, "x-github-event": event, "x-github-delivery": "1"} | headers
    return RawDelivery(headers=named, body=body, at=0)


@pytest.mark.parametrize("secret", [SECRET, OLD])
@pytest.mark.parametrize(("event", "content"), [("workflow_run", RUN), ("workflow_job", JOB)])
def test_runs_and_jobs_lead_to_their_run(event: str, content: dict[str, Any], secret: str) -> None:
    """Failure case 44: with either secret while it is changed; the same again says the same again."""
    for _ in range(2):
        assert HINTS.hints(sent(content, event, secret)) == (Hint(repository="acme/web", run={"run": "4000000001"}),)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": "sha1=" + "0" * 40},
        {"x-hub-signature-256": "sha256=" + "é" * 64},
    ],
)
def test_bad_signatures(headers: dict[str, str]) -> None:
    """Failure case 44: missing, wrong, of the old kind, strange."""
    assert isinstance(HINTS.hints(sent(RUN, **headers)), Forged)


def test_other_secrets_and_other_bytes() -> None:
    """Failure case 44: nobody else's, none at all, and not one byte changed."""
    assert isinstance(HINTS.hints(sent(RUN, secret="another-secret-altogether")), Forged)
    assert isinstance(GitHubHints(secrets=()).hints(sent(RUN)), Forged)
    assert isinstance(GitHubHints(secrets=("",)).hints(sent(RUN, secret="")), Forged)
    good = sent(RUN)
    changed = RawDelivery(headers=good.headers, body=good.body + b" ", at=0)
    assert isinstance(HINTS.hints(changed), Forged)
    assert SECRET not in repr(HINTS)


@pytest.mark.parametrize("event", ["ping", "push", "check_run", "", "workflow_run/../x"])
def test_other_events_say_nothing(event: str) -> None:
    """They are taken."""
    assert HINTS.hints(sent(RUN, event)) == ()
    assert HINTS.hints(sent(JOB, "workflow_run")) == (), "the header is not signed"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=JSON, inside=JSON)
def test_whatever_is_signed_is_read(content: Any, inside: Any) -> None:
    """Any JSON, also in the places that are read."""
    for each in (content, {"workflow_run": inside, "repository": content}, {**RUN, "repository": inside}):
        assert not isinstance(HINTS.hints(sent(each)), Forged)


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff", b"NaN", b"{"])
def test_bodies_that_are_none(body: bytes) -> None:
    """They say nothing."""
    assert HINTS.hints(sent(body)) == ()
