"""What the doctor says about the database."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.ports import Severity
from bot.store.database import prepare
from bot.store.examine import examine, file_system, is_network


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "q.db"
    prepare(made)
    return made


def mounted(tmp_path: Path, *lines: str) -> Path:
    """A table of mounts as the kernel writes it."""
    table = tmp_path / "mounts"
    table.write_text("".join(f"{line}\n" for line in ("/dev/sda1 / ext4 rw 0 0", *lines)))
    return table


def test_a_healthy_database_has_four_good_findings(path: Path, tmp_path: Path) -> None:
    """Whole, private, on a local disk, with room."""
    findings = examine(path, mounts=mounted(tmp_path))
    assert [finding.severity for finding in findings] == [Severity.FINE] * 4


def test_a_database_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    """Before the first start there is nothing to complain about, and nothing is created by looking."""
    findings = examine(tmp_path / "deep" / "q.db", mounts=mounted(tmp_path))
    assert {finding.severity for finding in findings} == {Severity.FINE}
    assert not (tmp_path / "deep").exists()


def test_damage_is_found(path: Path, tmp_path: Path) -> None:
    """With the repair named."""
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    finding = examine(path, mounts=mounted(tmp_path))[0]
    assert finding.severity is Severity.PROBLEM
    assert "damaged" in finding.sentence
    assert "backup" in finding.fix


def test_a_mode_that_lets_others_in_is_found(path: Path, tmp_path: Path) -> None:
    """The fix can be pasted."""
    path.chmod(0o640)
    finding = examine(path, mounts=mounted(tmp_path))[1]
    assert (finding.severity, finding.fix) == (Severity.WARNING, f"chmod 600 {path}")
    assert "0640" in finding.sentence


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "ceph"])
def test_network_file_systems_are_a_problem(path: Path, tmp_path: Path, kind: str) -> None:
    """SQLite's locks and shared memory do not hold there."""
    finding = examine(path, mounts=mounted(tmp_path, f"server:/x {tmp_path} {kind} rw 0 0"))[2]
    assert finding.severity is Severity.PROBLEM
    assert kind in finding.sentence
    assert "local disk" in finding.fix


def test_the_innermost_mount_counts_and_the_last_of_equals(tmp_path: Path) -> None:
    """Also where the path has spaces, which the kernel writes as octal; half a line is no mount."""
    inner = tmp_path / "my data"
    inner.mkdir()
    escaped = str(inner).replace(" ", "\\040")
    table = mounted(
        tmp_path, f"a {tmp_path} nfs rw 0 0", f"b {escaped} tmpfs rw 0 0", f"c {escaped} xfs rw 0 0", "half"
    )
    assert file_system(inner / "q.db", mounts=table) == "xfs"
    assert file_system(tmp_path / "q.db", mounts=table) == "nfs"
    assert not is_network("xfs")


def test_where_it_cannot_be_told_it_says_so(path: Path, tmp_path: Path) -> None:
    """Unknown is not fine."""
    finding = examine(path, mounts=tmp_path / "none")[2]
    assert finding.severity is Severity.WARNING
    assert "cannot be told" in finding.sentence


def test_little_room_is_a_warning(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the disk is full, not after."""
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=50 * 1024 * 1024))
    finding = examine(path, mounts=mounted(tmp_path))[3]
    assert finding.severity is Severity.WARNING
    assert "50 MB" in finding.sentence
