"""What a change summary costs: a range of 10,000 commits, beside bare `git log` over the same range (and git-cliff, where it is installed).

`python -m benchmarks.changes [REPOSITORY [BASE [HEAD]]]`; without a repository one is generated: merges, squashes, reverts, updates.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.domain.changes import ChangeSet
from bot.domain.summaries import summarise
from bot.domain.terms import MINUTE
from bot.views.changes import change_list
from integrations.local.comparing import Range, compared
from integrations.local.git import Git

COMMITS = 10_000
ROUNDS = 3
KINDS = (
    "feat: a{0} (#{0})",
    "fix: b{0} (#{0})",
    "c{0}",
    "chore(deps): bump x from 1.{0} to 2.0 (#{0})",
    'Revert "c{1}"',
)


def generate(path: Path) -> None:
    """A repository of COMMITS commits over 200 files; every twentieth is a merge of the one before the last."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch", "main", str(path)], check=True)
    lines = []
    for at in range(1, COMMITS + 1):
        title = KINDS[at % 5].format(at, at - 2)
        merge = f"merge :{at - 2}\n" if at % 20 == 0 else ""
        note = "\n\nBREAKING CHANGE: x" if at % 50 == 0 else ""
        lines.append(
            f"commit refs/heads/main\nmark :{at}\ncommitter Ada <ada@acme.example> {1_700_000_000 + at} +0000\n"
            f"data <<EOM\n{title}{note}\nEOM\n{merge}M 644 inline d{at % 20}/f{at % 200}\ndata 8\n{at:07}\n\n"
        )
    command = ["git", "-C", str(path), "fast-import", "--quiet"]
    subprocess.run(command, input="".join(lines).encode(), check=True)


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the quickest round."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1_000)
    return min(times)


def git(path: Path, *words: str) -> str:
    """What git says."""
    done = subprocess.run(["git", "-C", str(path), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main(path: Path, base: str, head: str) -> None:
    """One line for each part."""
    base, head = git(path, "rev-parse", base), git(path, "rev-parse", head)
    count = int(git(path, "rev-list", "--count", f"{base}..{head}"))
    span = Range(repository=str(path), base=base, head=head, most=count + 1)
    reader = Git(deadline=MINUTE)

    loop = asyncio.new_event_loop()

    def read() -> ChangeSet:
        return loop.run_until_complete(compared(reader, span, ()))

    found = read()
    bare = best(lambda: git(path, "log", f"{base}..{head}"))
    whole = best(lambda: change_list(read()))
    print(f"{count:,} commits, {found.files:,} files")
    print(f"git log               {bare:8.1f} ms")
    print(f"read by us            {best(read):8.1f} ms")
    print(f"summary, pure         {best(lambda: summarise(found)):8.1f} ms")
    print(f"summary and message   {best(lambda: change_list(found)):8.1f} ms")
    print(f"all of it             {whole:8.1f} ms   {whole / bare:.1f} × git log")
    if cliff := shutil.which("git-cliff"):
        took = best(lambda: subprocess.run([cliff, f"{base}..{head}"], cwd=path, check=True, capture_output=True))
        print(f"git-cliff             {took:8.1f} ms   all of it is {whole / took:.2f} × that")
    else:
        print("git-cliff             not installed, so not compared")


if __name__ == "__main__":
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as made:
        repository = Path(given[0]).resolve() if given else Path(made, "repository")
        if not given:
            generate(repository)
        head = given[2] if len(given) > 2 else "HEAD"
        root = given[1] if len(given) > 1 else git(repository, "rev-list", "--max-parents=0", head).split()[0]
        main(repository, root, head)
