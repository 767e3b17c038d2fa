"""`quarterdeck init`: answers become a file that can be used, or nothing is written."""

import stat
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.init import is_repository, repositories
from bot.cli.starter import Answers, keep_secrets, written
from bot.config import safe_yaml
from tests.app.harbour import installation
from tests.cli.shell import typed

WORDS = ("--bot-token", "xoxb-1-abc", "--app-secret", "xapp-1-abc", "--me", "U02ADA", "--repository", "web")
SOMETHING = ("--run", "/bin/true {environment}", "--channel", "team-web")


def answers(**changes: str | tuple[str, ...]) -> Answers:
    usual: dict[str, object] = {
        "bot_token": "xoxb-1-abc", "app_secret": "xapp-1-abc", "who": "U02ADA", "repository": "/srv/git/web.git",
        "run": ("./deploy.sh", "{environment}"), "channel": "team-web",
    }  # fmt: skip
    return Answers(**{**usual, **changes})  # type: ignore[arg-type]


def holds(text: str) -> bool:
    """Whether YAML can hold it at all: no control characters (the file is refused with their place), no half characters."""
    return not any(unicodedata.category(each) == "Cs" for each in text)


ANYTHING = st.text(max_size=30).filter(holds)


@settings(max_examples=40, deadline=None)
@given(channel=ANYTHING, folder=ANYTHING, word=ANYTHING)
def test_an_answer_is_a_value_whatever_it_holds(channel: str, folder: str, word: str) -> None:
    """No answer can add a key or break the file: it is read back as it was given."""
    made = answers(channel=channel, repository=f"/srv/{folder}", run=("./deploy.sh", word))
    tree = safe_yaml.loads(written(made, Path("/etc/secrets")))
    service = tree["services"][made.service]  # type: ignore[index,call-overload]
    assert service["channel"] == channel  # type: ignore[index,call-overload]
    assert service["repository"] == f"/srv/{folder}"  # type: ignore[index,call-overload]
    assert service["deploy"]["run"] == ["./deploy.sh", word]  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("repository", "service"),
    [("/srv/git/Web Shop.git", "web-shop"), ("/srv/123", "123"), ("/srv/___", "web"), ("/srv/" + "a" * 90, "a" * 40)],
)
def test_the_service_is_named_after_its_repository(repository: str, service: str) -> None:
    """As the configuration allows names."""
    assert answers(repository=repository).service == service


def test_secrets_are_private_whatever_was_there(tmp_path: Path) -> None:
    """An earlier, open file becomes private, a link is not followed, and git does not take them."""
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    (folder / "bot_token").write_text("old")
    (folder / "bot_token").chmod(0o644)
    keep_secrets(folder, answers())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "bot_token").stat().st_mode) == 0o600
    assert (folder / "bot_token").read_text() == "xoxb-1-abc"
    assert (folder / ".gitignore").read_text() == "*\n"
    (folder / "app_token").unlink()
    (folder / "app_token").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="app_token"):
        keep_secrets(folder, answers())
    assert not (tmp_path / "elsewhere").exists()


def test_repositories_nearby(tmp_path: Path) -> None:
    """Work trees and bare ones, the nearest first; other folders are not offered."""
    (tmp_path / "here" / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "bare.git" / "objects").mkdir(parents=True)
    (tmp_path / "bare.git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "plain").mkdir()
    assert repositories(tmp_path / "here") == [tmp_path / "here" / "tree", tmp_path / "bare.git"]
    assert not is_repository(tmp_path / "plain")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--bot-token", "xapp-1-abc"), "a bot token begins with xoxb-"),
        (("--app-secret", "xoxb-1-abc"), "an app-level token begins with xapp-"),
        (("--me", "ada"), "not an e-mail address"),
        (("--me", "ada@acme.example", "--slack-base-url", "http://127.0.0.1:9/api/"), "could not be reached"),
        (("--me", "ada@acme.example", "--slack-base-url", "nonsense"), "not the address of a Web API"),
        (("--repository", "."), "is not a git repository"),
        (("--repository", "https://git.example.com/web"), "clone it first"),
        (("--run", "deploy 'x"), "no closing quotation"),
        (("--run", " "), "name a program"),
        (("--channel", "a: b"), "not a channel"),
        (("--config", "nowhere/quarterdeck.yaml"), "is not a folder"),
    ],
)
def test_a_wrong_answer_writes_nothing(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """Status 2, the option, what is wrong with it; no configuration, and no secret on the screen."""
    installation(tmp_path)
    (tmp_path / "quarterdeck.yaml").unlink()
    ran = typed("init", "--yes", "--no-browser", *WORDS, *SOMETHING, *words, cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert says in ran.err
    assert "Traceback" not in ran.said
    assert "xoxb-1-abc" not in ran.said
    assert not list(tmp_path.glob("quarterdeck.yaml*"))


def test_yes_guesses_no_token(tmp_path: Path) -> None:
    """What has no default is named."""
    ran = typed("init", "--yes", "--no-browser", cwd=tmp_path)
    assert ran.code == 2
    assert "--bot-token is missing" in ran.err


def test_force_keeps_what_was_there(tmp_path: Path) -> None:
    """Without --force a file is never replaced; with it the old one stays beside the new one."""
    installation(tmp_path)
    before = (tmp_path / "quarterdeck.yaml").read_text()
    words = (*WORDS, *SOMETHING, "--slack-base-url", "http://127.0.0.1:9/api/", "--no-browser")
    refused = typed("init", *words, cwd=tmp_path)
    assert refused.code == 2
    assert "--force" in refused.err
    forced = typed("init", "--force", *words, cwd=tmp_path)
    assert "Wrote quarterdeck.yaml" in forced.out, forced.said
    assert (tmp_path / "quarterdeck.yaml.before").read_text() == before
    assert (tmp_path / "quarterdeck.yaml").read_text() != before


def test_six_questions_and_a_second_chance(tmp_path: Path) -> None:
    """A wrong answer is explained and asked again, also a hidden one; nothing else is asked, and no secret is shown."""
    installation(tmp_path)
    (tmp_path / "quarterdeck.yaml").unlink()
    said = "xapp-1-abc\nxoxb-1-abc\nxapp-1-abc\nada\nU02ADA\nnowhere\nweb\n\nteam-web\nunasked"
    words = ("--no-browser", "--slack-base-url", "http://127.0.0.1:9/api/")
    ran = typed("init", *words, cwd=tmp_path, answers=said)
    assert "Wrote quarterdeck.yaml" in ran.out, ran.said
    assert {line[:3] for line in ran.out.splitlines() if line[1:3] == "/6"} == {f"{number}/6" for number in range(1, 7)}
    assert "a bot token begins with xoxb-" in ran.err
    assert "not an e-mail address" in ran.said
    assert "is not a git repository" in ran.said
    assert "xoxb-1-abc" not in ran.said
    assert (tmp_path / "secrets" / "bot_token").read_text() == "xoxb-1-abc"
    assert "deploy.sh" in (tmp_path / "quarterdeck.yaml").read_text()
