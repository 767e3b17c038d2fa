"""A report as lines of figures, and the sentence that belongs beside them."""

from bot.domain.terms import HOUR
from tests.simulation.simulation import Report

HONESTY = "Under the simulated fault model; 0 in N means below 3/N with 95 % confidence."
ZEROS = (
    ("double effects", ("DOUBLE", "I3")),
    ("lost outcomes", ("LOST", "I9")),
    ("false outcomes", ("FALSE",)),
    ("other violations", ()),
)


def figures(report: Report) -> list[str]:
    """Operations, crashes by kind, faults by kind, outcomes, and the zeros or the one."""
    lines = [
        f"seed               {report.seed}",
        f"operations         {report.operations}, of {report.deliveries} deliveries",
        f"virtual time       {report.virtual / HOUR:.1f} hours",
        f"crashes            {report.crashes} at {report.points} points: {_counted(report.crash_kinds)}",
        f"outcomes           {_counted(report.outcomes)}",
        f"came through       {_counted(report.visited)}",
        f"claims             {_counted(report.claims) or 'none'}",
        f"trace hash         {report.digest}",
        "faults",
        *(f"  {number:7d}  {name}" for name, number in sorted(report.faults.items())),
    ]
    return lines + [f"{name:<18} {_of(report, kinds)}" for name, kinds in ZEROS]


def _of(report: Report, kinds: tuple[str, ...]) -> int:
    """The first violation is the only one: a world that has one is not believed any more."""
    first = next((name for name, words in ZEROS if report.violation.startswith(words)), ZEROS[-1][0])
    mine = next(name for name, words in ZEROS if words == kinds)
    return int(bool(report.violation) and first == mine)


def _counted(counter: "dict[str, int]") -> str:
    return ", ".join(
        f"{number} {name}" for name, number in sorted(counter.items(), key=lambda each: (-each[1], each[0]))
    )
