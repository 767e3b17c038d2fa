"""Every official example of every event that GitHub sends is taken, and those about runs lead to their run.

The examples are those of npm's `@octokit/webhooks-examples`, fetched into a cache folder outside the repository; skipped where npm is
missing, unless CI is set.
"""

import hashlib
import hmac
import json
import os
import shutil
from typing import Any

import pytest

from bot.ports import Forged, Hint, RawDelivery
from integrations.github.hints import EVENTS, GitHubHints
from tests.conformance.npm import packed

PACKAGE, WITHIN = "@octokit/webhooks-examples@7.6.1", "package/api.github.com/index.json"
SECRET = "the-secret-of-the-webhook"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("npm") and not os.environ.get("CI"), reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def examples() -> dict[str, list[dict[str, Any]]]:
    """By the name of the event."""
    listed = json.loads(packed(PACKAGE, WITHIN).read_text(encoding="utf-8"))
    return {each["name"]: each["examples"] for each in listed}


def heard(event: str, example: object) -> tuple[Hint, ...]:
    """What is made of one, signed as GitHub signs."""
    body = json.dumps(example).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": signature, "x-github-event": event}
    found = GitHubHints(secrets=(SECRET,)).hints(RawDelivery(headers=headers, body=body, at=0))
    assert not isinstance(found, Forged)
    return found


def test_every_example_of_every_event_is_taken(examples: dict[str, list[dict[str, Any]]]) -> None:
    """Those of other events say nothing; each of a run or a job says which run, and of which repository."""
    assert {"workflow_run", "workflow_job", "deployment_status", "check_run", "push", "pull_request"} <= examples.keys()
    for event, several in examples.items():
        for example in several:
            found = heard(event, example)
            if event not in EVENTS:
                assert found == ()
                continue
            key, name = EVENTS[event]
            run = {"run": str(example[key][name])}
            assert found == (Hint(repository=example["repository"]["full_name"], run=run),)
    assert len(examples["workflow_run"]) >= 5
    assert len(examples["workflow_job"]) >= 5
