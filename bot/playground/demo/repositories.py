"""Makes the demo's git repositories: the same commits with the same hashes every time."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.playground.demo.errors import DemoError
from bot.playground.demo.history import BETWEEN, FIRST_COMMIT, Commit, History

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def repository(folder: Path, history: History) -> Path:
    """The bare repository `<name>.git` in the folder with exactly this history; an older one is replaced."""
    path = folder / f"{history.name}.git"
    stream = b"".join(_stream(history))
    marker, wanted = path / "demo-history", hashlib.sha256(stream).hexdigest()
    if marker.is_file() and marker.read_text(encoding="utf-8") == wanted:
        return path
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    git(path, "fast-import", "--quiet", question=stream)
    marker.write_text(wanted, encoding="utf-8")
    return path


def revision(repository_path: Path, ref: str) -> str:
    """The full hash of what a ref names."""
    return git(repository_path, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}").split()[-1]


def git(path: Path, *words: str, question: bytes = b"") -> str:
    """What git prints; raises DemoError where there is no git, or where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(path), *words],
            env=_ENVIRONMENT,
            input=question,
            capture_output=True,
            check=True,
            timeout=30,
        )
    except OSError:
        raise DemoError("the demo needs git: install it, and try again") from None
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", b"") or b""
        raise DemoError(f"git {words[0]} failed: {said.decode(errors='replace').strip() or error}") from error
    return done.stdout.decode()


def _stream(history: History) -> Iterator[bytes]:
    """The history in the language of git fast-import."""
    tips: dict[str, int] = {}
    for number, commit in enumerate(history.commits, start=1):
        when = f"{FIRST_COMMIT + number * BETWEEN} +0000"
        yield f"commit refs/heads/{commit.branch}\nmark :{number}\n".encode()
        yield f"author {commit.author} {when}\ncommitter {commit.author} {when}\n".encode()
        yield _text(f"{commit.title}\n\n{commit.body}".strip() + "\n")
        if parent := tips.get(commit.branch, tips.get("main", 0)):
            yield f"from :{parent}\n".encode()
        for path, content in commit.files.items():
            yield f"M 100644 inline {path}\n".encode() + _text(content)
        tips[commit.branch] = number
        yield from _refs(commit, number, when)


def _refs(commit: Commit, number: int, when: str) -> Iterator[bytes]:
    if commit.tag:
        yield f"tag {commit.tag}\nfrom :{number}\ntagger {commit.author} {when}\n".encode() + _text(f"{commit.tag}\n")
    if commit.pull_request:
        yield f"reset refs/pull/{commit.pull_request}/head\nfrom :{number}\n\n".encode()


def _text(content: str) -> bytes:
    body = content.encode()
    return b"data %d\n%s\n" % (len(body), body)
