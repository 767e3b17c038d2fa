"""What an operator types, and what they read: every mistake is one clear message with a fix, and never a traceback."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.harbour import harbour, installation
from tests.cli.shell import environment, quarterdeck, ready, start, typed

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}


def test_help_names_every_command_and_imports_none() -> None:
    """--help is quick because it imports no Slack, no web server, no models."""
    script = (
        "import sys\nfrom bot.cli import main\ntry:\n main(['--help'])\n"
        "except SystemExit:\n pass\nprint(sorted(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    for name in ("run", "demo", "init", "check", "doctor", "config", "manifest", "preview", "playground", "status"):
        assert f"  {name}" in ran.stdout
    for heavy in ("'aiohttp'", "'slack_bolt'", "'pydantic'", "'sqlite_utils'"):
        assert heavy not in ran.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no such file"),
        ("slack: [", "quarterdeck.yaml:1"),
        ('slack: {bot_token: "${NOT_SET}", app_token: "xapp-1-a"}', "NOT_SET"),
        ("slak: {}", "did you mean"),
        ('slack: {bot_token: "xoxb-1-a", app_token: "xapp-1-a"}\nservices: {web: {}, web: {}}', "duplicate"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_bad_configuration_exits_2(tmp_path: Path, text: str | None, says: str, command: str) -> None:
    """Every problem with its place and its fix, before anything connects."""
    if text is not None:
        (tmp_path / "quarterdeck.yaml").write_text(text)
    ran = typed(command, cwd=tmp_path)
    assert ran.code == 2
    assert says.lower() in ran.said.lower()
    assert "Traceback" not in ran.said


def test_check_is_for_scripts_too(tmp_path: Path) -> None:
    """--json has the same problems and warnings."""
    installation(tmp_path)
    ran = typed("check", "--json", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 0, ran.said
    assert json.loads(ran.out)["problems"] == []


def test_config_show_names_the_line(tmp_path: Path) -> None:
    """Each effective value and where it was written."""
    installation(tmp_path)
    ran = typed("config", "show", "web", "staging", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 0, ran.said
    assert "environment.confirm" in ran.out
    assert "quarterdeck.yaml:" in ran.out
    wrong = typed("config", "show", "web", "moon", cwd=tmp_path, extra=TOKENS)
    assert wrong.code == 2


def test_the_printers(tmp_path: Path) -> None:
    """manifest, schema and preview print what they say, as JSON where scripts read it."""
    assert json.loads((typed("manifest", cwd=tmp_path)).out)["features"]["slash_commands"][0]["command"] == "/ops"
    assert (typed("manifest", "--link", cwd=tmp_path)).out.startswith("https://api.slack.com/apps?new_app=1")
    assert "slack" in json.loads((typed("schema", cwd=tmp_path)).out)["properties"]
    assert "Live" in (typed("preview", "card succeeded", cwd=tmp_path)).out
    assert "blocks" in json.loads((typed("preview", "card succeeded", "--json", cwd=tmp_path)).out)
    unknown = typed("preview", "card suceeded", cwd=tmp_path)
    assert unknown.code == 2
    assert "card succeeded" in unknown.err


@pytest.mark.real
async def test_run_until_told_to_stop(tmp_path: Path) -> None:
    """It says that it is ready, answers `status`, refuses a second instance by name, and stops cleanly."""
    async with harbour(tmp_path) as port:
        extra = {
            "SLACK_BOT_TOKEN": port.served.bot_token,
            "SLACK_APP_TOKEN": port.served.app_token,
            "SLACK_BASE_URL": port.served.api_url,
        }
        process = await start("run", cwd=tmp_path, extra=extra)
        await ready(process)
        status = await quarterdeck("status", "--json", cwd=tmp_path, extra=extra)
        assert status.code == 0, status.said
        assert json.loads(status.out)["intake_open"] is True
        mode = stat.S_IMODE((tmp_path / "quarterdeck.db.admin").stat().st_mode)
        assert mode == 0o600
        second = await quarterdeck("run", "--lock-wait", "0", cwd=tmp_path, extra=extra)
        assert second.code == 1
        assert f"process {process.pid}" in second.said
        nothing = await quarterdeck("adopt", "web", "staging", cwd=tmp_path, extra=extra)
        assert nothing.code == 1
        assert "web → staging: There is nothing to adopt" in nothing.out
        head = (tmp_path / "web" / ".git" / "refs" / "heads" / "main").read_text()
        (tmp_path / "live-staging").write_text(head)
        adopted = await quarterdeck("adopt", "web", cwd=tmp_path, extra=extra)
        assert adopted.code == 0, adopted.said
        assert f"{head[:7]} is live and good in staging of web" in adopted.out
        process.terminate()
        assert await process.wait() == 0
        assert process.stderr is not None
        assert "Traceback" not in (await process.stderr.read()).decode()
        gone = await quarterdeck("status", cwd=tmp_path, extra=extra)
        assert gone.code == 1


@pytest.mark.real
async def test_a_token_that_slack_refuses(tmp_path: Path) -> None:
    """The token is named, with where to get a good one; no traceback."""
    async with harbour(tmp_path) as port:
        extra = {
            "SLACK_BOT_TOKEN": "xoxb-wrong",
            "SLACK_APP_TOKEN": port.served.app_token,
            "SLACK_BASE_URL": port.served.api_url,
        }
        ran = await quarterdeck("run", cwd=tmp_path, extra=extra)
        assert ran.code == 1
        assert "bot_token" in ran.said
        assert "Traceback" not in ran.said
        assert "xoxb-wrong" not in ran.said


@pytest.mark.real
async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """The address and the setting are named."""
    async with harbour(tmp_path) as port:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            number = taken.getsockname()[1]
            path = tmp_path / "quarterdeck.yaml"
            path.write_text(path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{number}"))
            extra = {
                "SLACK_BOT_TOKEN": port.served.bot_token,
                "SLACK_APP_TOKEN": port.served.app_token,
                "SLACK_BASE_URL": port.served.api_url,
            }
            ran = await quarterdeck("run", cwd=tmp_path, extra=extra)
    assert ran.code == 1
    assert "web.private.listen" in ran.said
    assert "Traceback" not in ran.said


async def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is a file: named, with a fix."""
    installation(tmp_path)
    path = tmp_path / "quarterdeck.yaml"
    (tmp_path / "blocked").write_text("")
    path.write_text(path.read_text().replace("store: quarterdeck.db", "store: blocked/quarterdeck.db"))
    ran = await quarterdeck("run", cwd=tmp_path, extra=TOKENS)
    assert ran.code == 1
    assert "blocked" in ran.said
    assert "Traceback" not in ran.said


@pytest.mark.real
async def test_doctor_and_init(tmp_path: Path) -> None:
    """init writes what check accepts, keeps tokens out of it, makes its user deployer, and the doctor names what is left."""
    (tmp_path / "a").mkdir()
    async with harbour(tmp_path / "a") as port:
        words = [
            "--bot-token",
            port.served.bot_token,
            "--app-secret",
            port.served.app_token,
            "--me",
            "ada@acme.example",
        ]
        words += ["--repository", "../a/web", "--run", "/bin/true {environment}", "--channel", "#team-web"]
        there = tmp_path / "b"
        there.mkdir()
        ran = await quarterdeck("init", *words, "--slack-base-url", port.served.api_url, cwd=there)
        assert ran.code == 0, ran.said
        text = (there / "quarterdeck.yaml").read_text()
        assert "U02ADA" in text
        assert port.served.bot_token not in text
        assert stat.S_IMODE((there / "secrets" / "bot_token").stat().st_mode) == 0o600
        again = await quarterdeck("init", *words, cwd=there)
        assert again.code == 2
        doctor = await quarterdeck("doctor", "--json", cwd=there)
        subjects = {each["subject"] for each in json.loads(doctor.out)}
        assert {"Slack bot token", "Slack scopes", "clock", "channel team-web"} <= subjects
        assert os.access(there / "quarterdeck.yaml", os.R_OK)
