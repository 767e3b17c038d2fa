"""A GitHub on this machine: one repository, its history, workflows, runs and checks; strict about what it is asked, and faulty on demand."""

from tests.fakes.github.faults import Fault, FaultKind
from tests.fakes.github.history import FakeCommit, FakePull, History
from tests.fakes.github.runs import FakeJob, FakeRun, FakeWorkflow
from tests.fakes.github.server import REPOSITORY, TOKEN, FakeGitHub

__all__ = [
    "REPOSITORY",
    "TOKEN",
    "FakeCommit",
    "FakeGitHub",
    "FakeJob",
    "FakePull",
    "FakeRun",
    "FakeWorkflow",
    "Fault",
    "FaultKind",
    "History",
]
