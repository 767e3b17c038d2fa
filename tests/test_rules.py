"""The rules of tests/conftest.py hold: a small run beside this one breaks each of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = Path(__file__).with_name("conftest.py")
BROKEN = """
import socket
import threading
import pytest

def test_reaches_out():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

def test_looks_up():
    with pytest.raises(OSError):
        socket.create_connection(("slack.com", 443), timeout=1)

def test_looks_up_what_is_nowhere():
    with pytest.raises(OSError):
        socket.create_connection(("bot.invalid", 443), timeout=1)

def test_stays_here():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()

def test_skipped():
    pytest.skip("no reason that counts")

@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    raise AssertionError

def test_without_descriptions():
    pytest.skip("QUARTERDECK_API_DATA names nothing")
"""
HANGING = """
import threading

def test_hangs():
    threading.Event().wait()
"""


def run(folder: Path, text: str, rules: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of these tests under these rules; CI and the data variable only as said."""
    (folder / "conftest.py").write_text(rules)
    (folder / "test_broken.py").write_text(text)
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "QUARTERDECK_API_DATA"}}
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(
        argv, cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
    )


def outcomes(printed: str) -> dict[str, set[str]]:
    """What became of each test, by name; an error in its tear-down counts too."""
    found: dict[str, set[str]] = {}
    for line in printed.splitlines():
        word, _, rest = line.partition(" ")
        if word in {"PASSED", "FAILED", "ERROR", "SKIPPED", "XFAIL"} and "::" in rest:
            found.setdefault(rest.split("::")[1].split()[0], set()).add(word)
    return found


@pytest.mark.real
def test_ci_passes_over_nothing_and_nobody_leaves(tmp_path: Path) -> None:
    """Reaching out fails even where the error was expected; a skip is a failure unless CI cannot have the thing."""
    done = run(tmp_path, BROKEN, RULES.read_text(), CI="true")
    found = outcomes(done.stdout)
    assert "ERROR" in found["test_reaches_out"], done.stdout
    assert "ERROR" in found["test_looks_up"]
    assert found["test_looks_up_what_is_nowhere"] == found["test_stays_here"] == {"PASSED"}
    assert found["test_skipped"] == {"FAILED"}
    assert found["test_known"] == {"XFAIL"}
    assert "test_without_descriptions" not in found
    assert "1 skipped" in done.stdout


@pytest.mark.real
def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    """Outside of CI people may lack a browser."""
    done = run(tmp_path, "import pytest\ndef test_skipped(): pytest.skip('needs a browser')\n", RULES.read_text())
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout


@pytest.mark.real
def test_a_test_that_hangs_says_where(tmp_path: Path) -> None:
    """Over the limit the stack is printed, past pytest's capture, and the run ends."""
    rules = RULES.read_text()
    assert "\nLIMIT = 120\n" in rules
    done = run(tmp_path, HANGING, rules.replace("\nLIMIT = 120\n", "\nLIMIT = 1\n"))
    assert done.returncode != 0
    assert "Timeout" in done.stderr
    assert "in test_hangs" in done.stderr


@pytest.mark.real
def test_a_variable_that_points_nowhere_is_refused(tmp_path: Path) -> None:
    """It would otherwise pass over every test that needs it."""
    done = run(tmp_path, HANGING, RULES.read_text(), QUARTERDECK_API_DATA=str(tmp_path))
    assert done.returncode != 0
    assert "there is no folder slack/ in it" in done.stderr
