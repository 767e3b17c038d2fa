"""The doctor's own findings: what it says of an installation, whatever else is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import Editors
from bot.examining import editors
from bot.ports import Severity
from tests.app.harbour import installation
from tests.cli.shell import environment, typed

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


def test_findings_without_slack(tmp_path: Path) -> None:
    """What needs no Slack is examined all the same; each problem has a fix; status 1; the output is JSON alone."""
    installation(tmp_path)
    ran = typed("doctor", "--json", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    found = {each["subject"]: each for each in json.loads(ran.out)}
    assert {"Slack bot token", "Slack app token", "database", "Python", "command"} <= set(found)
    assert all(each["fix"] for each in found.values() if each["severity"] == "problem")
    assert found["Slack bot token"]["severity"] == "problem"
    assert "xoxb-1-abc" not in ran.said


def test_warnings_of_the_configuration(tmp_path: Path) -> None:
    """What `check` warns of is found again, with its line."""
    path = installation(tmp_path)
    path.write_text(path.read_text().replace("may: [deploy, rollback, stop, doctor]", "may: [stop]"))
    ran = typed("doctor", cwd=tmp_path, extra=TOKENS)
    assert "nobody may deploy to web → staging" in ran.out
    assert "(line 0)" not in ran.out


def test_files_of_another_distribution_over_our_packages(tmp_path: Path) -> None:
    """`bot` is a common name: who else installed files there is named."""
    stranger = tmp_path / "stranger-1.0.dist-info"
    stranger.mkdir()
    (stranger / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (stranger / "RECORD").write_text("bot/extra.py,,\n")
    script = "from bot.examining import _installed; print([each.sentence for each in _installed()])"
    paths = environment()["PYTHONPATH"] + f":{tmp_path}"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment({"PYTHONPATH": paths}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "stranger put files into our package `bot`" in ran.stdout


@pytest.mark.parametrize(("groups", "said", "severity"), [
    ((), None, None),
    (("leads",), None, Severity.WARNING),
    (("leads",), Editors.EVERYBODY, Severity.WARNING),
    (("leads",), Editors.ADMINS, Severity.FINE),
])  # fmt: skip
def test_who_may_edit_groups_is_asked_once(
    groups: tuple[str, ...], said: Editors | None, severity: Severity | None
) -> None:
    """Where groups give rights in production: until the configuration says it, and for as long as everybody may."""
    found = list(editors(groups, said))
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all("@leads" in each.sentence for each in found)
    assert all(each.fix for each in found if each.severity is Severity.WARNING)
