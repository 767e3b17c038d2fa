"""What a job printed: the end of its log, fetched from where GitHub says it is, and the line in it that tells most."""

import re
from typing import Any

from bot.errors import IntegrationError, Kind
from integrations._text import shown
from integrations.github.client import GitHub, number, text
from integrations.github.failures import refused
from integrations.github.repositories import path_of

END = 256 * 1024  # bytes of a log that are looked at
MOST = 64 * 1024 * 1024  # bytes of a log that are read to come to its end
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ?")
_MARK = re.compile(r"^##\[(error|warning|notice|command|debug|section)\]")
_FOLD = re.compile(r"^##\[(?:group|endgroup)\]")
_EXIT = re.compile(r"^##\[error\]Process completed with exit code \d+\.$")


async def printed(github: GitHub, repository: str, job: dict[str, Any]) -> tuple[str, ...]:
    """The last lines, marks of GitHub's included; none where it has no log of the job (yet, or any more). Raises IntegrationError."""
    what = f"the log of {text(job, 'name') or 'the job'}"
    path = f"{path_of(repository)}/actions/jobs/{number(job.get('id'))}/logs"
    try:
        answer = await github.end_of(path, longest=END, most=MOST, what=what)
    except IntegrationError as error:
        if error.kind is Kind.NOT_FOUND or "(410)" in str(error):
            return ()
        raise
    if answer.status != 200:
        raise refused(answer, what, write=False, now=github.clock.now(), secrets=github.secrets)
    found = answer.body.split("\n")
    found = found[1 if answer.cut else 0 : -1 if found[-1] == "" else None]
    plain = (_STAMP.sub("", line) for line in found)
    return tuple(line for line in plain if not _FOLD.match(line))


def for_people(github: GitHub, line: str) -> str:
    """A line without GitHub's mark, colours and secrets."""
    return shown(_MARK.sub("", line), secrets=github.secrets)


async def telling(github: GitHub, repository: str, job: dict[str, Any]) -> str:
    """The line that says why the job failed: its last error, or what stands before "exit code 1"; empty where nobody can say."""
    try:
        lines = [line for line in await printed(github, repository, job) if line.strip()]
    except IntegrationError:
        return ""  # the outcome does not depend on it
    for at in range(len(lines) - 1, -1, -1):
        if _EXIT.match(lines[at]):
            return for_people(github, lines[at - 1] if at else lines[at])
        if lines[at].startswith("##[error]"):
            return for_people(github, lines[at])
    return for_people(github, lines[-1]) if lines else ""
