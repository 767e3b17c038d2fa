"""What the doctor asks of the database: is it there, whole, private, on a local disk, with room to grow?"""

import shutil
import stat
from pathlib import Path

from bot.errors import StoreError
from bot.ports import Finding, Severity
from bot.store.database import check, connect, in_words
from bot.store.migrations import refuse_foreign, refuse_newer

MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset(
    {
        "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "ocfs2", "pvfs2", "smb3", "smbfs", "vboxsf",
    }
)  # fmt: skip
"""File systems on which SQLite's shared memory or locks do not hold."""

ENOUGH = 200 * 1024 * 1024
SUBJECT = "database"


def examine(path: Path, *, mounts: Path = MOUNTS) -> tuple[Finding, ...]:
    """Every finding about the database; never raises, changes nothing."""
    if not path.exists():
        sentence = f"{path} does not exist yet; it is created at the first start."
        return Finding(severity=Severity.FINE, subject=SUBJECT, sentence=sentence), _place(path, mounts), _room(path)
    return _whole(path), _privacy(path), _place(path, mounts), _room(path)


def file_system(path: Path, *, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds the path (`ext4`, `nfs4`, `fuse.sshfs`); empty where it cannot be told."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    here = path.resolve()
    found = ""
    longest = -1
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(_unescaped(fields[1]))
        # The last of equals wins: it was mounted over the others.
        if here.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = fields[2], len(point.parts)
    return found


def is_network(kind: str) -> bool:
    """Whether SQLite must not be used there."""
    return kind in NETWORK or (kind.startswith("fuse.") and kind not in {"fuse.fuseblk", "fuse.lxcfs"})


def _whole(path: Path) -> Finding:
    try:
        database = connect(path, writable=False)
        try:
            with in_words(path):
                check(database, path)
                refuse_foreign(database, path)
                refuse_newer(database, path)
        finally:
            database.close()
    except StoreError as error:
        return Finding(
            severity=Severity.PROBLEM,
            subject=SUBJECT,
            sentence=getattr(error, "sentence", str(error)),
            fix=getattr(error, "fix", ""),
        )
    return Finding(severity=Severity.FINE, subject=SUBJECT, sentence=f"{path} is whole.")


def _privacy(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(
            severity=Severity.WARNING,
            subject=SUBJECT,
            sentence=f"Other users of this machine may open {path} (mode {mode:04o}).",
            fix=f"chmod 600 {path}",
        )
    return Finding(severity=Severity.FINE, subject=SUBJECT, sentence="Only Quarterdeck's user may open it.")


def _place(path: Path, mounts: Path) -> Finding:
    kind = file_system(path, mounts=mounts)
    if not kind:
        return Finding(
            severity=Severity.WARNING,
            subject=SUBJECT,
            sentence=f"It cannot be told which kind of file system holds {path}.",
            fix="Make sure that it is a local disk, not a network share.",
        )
    if is_network(kind):
        return Finding(
            severity=Severity.PROBLEM,
            subject=SUBJECT,
            sentence=f"{path} is on a network file system ({kind}), where SQLite can lose writes.",
            fix="Put the database on a local disk (in Kubernetes: a ReadWriteOnce volume).",
        )
    return Finding(severity=Severity.FINE, subject=SUBJECT, sentence=f"It is on a local file system ({kind}).")


def _room(path: Path) -> Finding:
    place = next(folder for folder in path.resolve().parents if folder.exists())
    free = shutil.disk_usage(place).free
    if free < ENOUGH:
        return Finding(
            severity=Severity.WARNING,
            subject=SUBJECT,
            sentence=f"Only {free // (1024 * 1024)} MB are free at {place}.",
            fix="Free some space: without it, commands are answered with “not recorded”.",
        )
    return Finding(severity=Severity.FINE, subject=SUBJECT, sentence=f"{free // (1024 * 1024)} MB are free at {place}.")


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
