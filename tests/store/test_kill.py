"""kill -9 in the middle of commits: whatever was acknowledged is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import InlineStore

ROOT = Path(__file__).parents[2]

SCRIPT = """
import asyncio, sys
from pathlib import Path
from bot.store import ThreadedStore, settings

async def caller(store, name):
    n = 0
    while True:
        key = f"{name}:{n}"
        await store.write(lambda tx: settings.put(tx, key, "x" * 200))
        sys.stdout.write(key + "\\n")
        sys.stdout.flush()
        n += 1

async def main():
    store = await ThreadedStore.open(Path(sys.argv[1]))
    await asyncio.gather(*(caller(store, f"{sys.argv[2]}/{c}") for c in range(16)))

asyncio.run(main())
"""


def acknowledged_until_killed(path: Path, life: int, after: int) -> set[str]:
    """Start a writer, kill it after that many acknowledgements, and return all that it managed to print."""
    argv = [sys.executable, "-c", SCRIPT, str(path), str(life)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    return {line.removesuffix("\n") for line in lines if line.endswith("\n")}


@pytest.mark.real
async def test_no_acknowledged_write_is_lost(tmp_path: Path) -> None:
    """Three lives on one file, each ended in the middle of its work."""
    path = tmp_path / "q.db"
    promised: set[str] = set()
    for life, after in enumerate((50, 333, 1_000)):
        promised |= acknowledged_until_killed(path, life, after)
        store = InlineStore.open(path)
        kept = await store.read(lambda tx: {row["key"] for row in tx.all("select key from settings")})
        await store.close()
        assert promised <= kept
    assert len(promised) >= 1_383
