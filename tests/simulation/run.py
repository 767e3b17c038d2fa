"""`python -m tests.simulation.run --operations N --seed S`: a long run with a progress line, and what was found, in figures."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

from tests.simulation.simulation import Report, simulate
from tests.simulation.sums import HONESTY, figures

WIDTH = 30


@dataclass(kw_only=True)
class Progress:
    """A line that moves on a terminal; elsewhere one line for each tenth."""

    operations: int
    began: float
    tenth: int = 0

    def __call__(self, report: Report) -> None:
        """Say how far it is."""
        share = min(1.0, report.operations / self.operations)
        took = time.monotonic() - self.began
        bar = "#" * int(share * WIDTH)
        line = f"[{bar:<{WIDTH}}] {report.operations} of {self.operations} operations, {report.crashes} crashes, {took:.0f} s"
        if sys.stderr.isatty():
            click.echo(f"\r{line}", nl=False, err=True)
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            click.echo(line, err=True)


@click.command()
@click.option("--operations", default=1000, show_default=True, help="How many operations to simulate.")
@click.option("--seed", default="1", show_default=True, help="The same seed, the same run.")
def main(operations: int, seed: str) -> None:
    """Simulate, print what happened, and exit with 1 at the first violation."""
    began = time.monotonic()
    report = simulate(seed, operations, told=Progress(operations=operations, began=began))
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo("\n".join(figures(report)))
    click.echo(f"took               {time.monotonic() - began:.0f} s")
    if report.violation:
        _show(report)
        sys.exit(1)
    click.echo(HONESTY)


def _show(report: Report) -> None:
    click.echo(f"\nVIOLATION: {report.violation}\n")
    click.echo("\n".join(_readable(report.trace)))


def _readable(trace: Sequence[str]) -> Sequence[str]:
    return trace[-200:]


if __name__ == "__main__":
    main()
