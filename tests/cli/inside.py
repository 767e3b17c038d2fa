"""Run `quarterdeck` inside the test's process: the same words and answers as through tests/cli/shell.py, without a second Python."""

from collections.abc import Callable

from click.testing import CliRunner

from bot.cli import main
from tests.cli.shell import Ran

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_BASE_URL": "http://127.0.0.1:9/api/"}
Call = Callable[..., Ran]


def inside(*words: str) -> Ran:
    """Call a command in the current folder; a bug stays an exception."""
    found = CliRunner().invoke(main, words, env=TOKENS)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Ran(code=found.exit_code, out=found.stdout, err=found.stderr)
