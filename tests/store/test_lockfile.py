"""One instance at a time, and a clear word about who it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.errors import Trouble, Unusable
from bot.store.lockfile import Instance, holder, instance_lock

ROOT = Path(__file__).parents[2]


def test_the_second_instance_hears_who_the_first_is(tmp_path: Path) -> None:
    """Process, machine and since when; and it may start once the first has gone."""
    path = tmp_path / "q.db"
    with instance_lock(path, since=1_795_514_400_000) as first:
        assert first.pid == os.getpid()
        with pytest.raises(
            Unusable, match=rf"process {os.getpid()} on {first.host} since 2026-11-24 10:00:00 UTC"
        ) as caught:
            instance_lock(path, since=0).__enter__()
        assert caught.value.trouble is Trouble.HELD
        assert holder(path) == first
    assert holder(path) is None
    with instance_lock(path, since=5) as second:
        assert second.since == 5


def test_a_lock_file_left_behind_holds_nobody_up(tmp_path: Path) -> None:
    """The kernel's lock counts, not the file's text, which may be anything."""
    path = tmp_path / "q.db"
    for text in (json.dumps({"pid": 1, "host": "gone", "since": 1}), "{half", ""):
        (tmp_path / "q.db.lock").write_text(text)
        with instance_lock(path, since=7) as mine:
            assert holder(path) == mine


def test_a_holder_that_wrote_nothing_is_another_process(tmp_path: Path) -> None:
    """An unreadable lock file does not break the sentence."""
    path = tmp_path / "q.db"
    with instance_lock(path, since=1):
        (tmp_path / "q.db.lock").write_text("")
        with pytest.raises(Unusable, match="another process"):
            instance_lock(path, since=2).__enter__()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The sentence names the file and the system's reason."""
    with pytest.raises(Unusable, match="No such file or directory"):
        instance_lock(tmp_path / "none" / "q.db", since=1).__enter__()


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    """Like everything beside the database."""
    with instance_lock(tmp_path / "q.db", since=1):
        assert (tmp_path / "q.db.lock").stat().st_mode & 0o777 == 0o600


SCRIPT = """
import sys, time
from pathlib import Path
from bot.store.lockfile import instance_lock
with instance_lock(Path(sys.argv[1]), since=1):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.real
def test_a_killed_instance_frees_its_lock(tmp_path: Path) -> None:
    """kill -9 leaves the file, not the lock."""
    path = tmp_path / "q.db"
    argv = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Unusable, match=f"process {process.pid} on"):
            instance_lock(path, since=2).__enter__()
        process.kill()
        process.wait()
    assert isinstance(holder(path), Instance)
    with instance_lock(path, since=3) as mine:
        assert mine.since == 3
