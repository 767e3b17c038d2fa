"""`quarterdeck metrics`: how delivery goes, for people, for scripts and for spreadsheets."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.cli.loading import file_option, known, load
from bot.cli.preview import lines
from bot.config import Configuration
from bot.domain.metrics import Course, Delivery, Share, Spread
from bot.domain.terms import Target
from bot.engine.catalogue import catalogue_of
from bot.engine.measuring import course_of, targets_of
from bot.schedule import SystemClock
from bot.store import Tx
from bot.store.outside import look
from bot.views import kit
from bot.views.metrics import metrics

COLUMNS = ("service", "environment", "period", "since", "until", "metric", "value", "unit", "n", "of")

wall_clock = SystemClock().now


@click.command(help="Lead time, deployment frequency, change fail rate, recovery time and rework, by target.")
@click.argument("service", default="")
@click.argument("environment", default="")
@click.option("--weeks", type=click.IntRange(1, 104), default=12, help="How many weeks, this one included.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets: a line for each number.")
@file_option
def command(service: str, environment: str, weeks: int, file: str, *, as_json: bool, as_csv: bool) -> None:
    """Reads the database, also while the bot runs; exit 2 for a target that there is not, or for both forms at once."""
    if as_json and as_csv:
        raise click.UsageError("Either --json or --csv.")
    configuration = load(file)
    wanted = _targets(configuration, *known(configuration, service, environment))
    found = _read(configuration, wanted, weeks)
    if as_json:
        click.echo(json.dumps([_course(each) for each in found], indent=2))
    elif as_csv:
        click.echo(_table(found), nl=False)
    else:
        click.echo("\n".join(_plain(found, weeks)))
    sys.exit(0)


def _targets(configuration: Configuration, service: str, environment: str) -> list[Target]:
    """Where the services are measured; an environment that is named instead, also one that is no production."""
    catalogue = catalogue_of(configuration)
    services = [each for each in catalogue.services.values() if service in {"", each.name}]
    if environment:
        return [place.target for each in services for place in each.environments if place.name == environment]
    return [target for each in services for target in targets_of(each)]


def _read(configuration: Configuration, targets: list[Target], weeks: int) -> list[Course]:
    zone = UTC if configuration.zone == "UTC" else ZoneInfo(configuration.zone)
    now = wall_clock()

    def read(tx: Tx) -> list[Course]:
        return [course_of(tx, target, now=now, weeks=weeks, zone=zone) for target in targets]

    return look(configuration.store, read)


def _plain(found: list[Course], weeks: int) -> Iterator[str]:
    blocks: list[Mapping[str, Any]] = list(metrics(found, weeks).blocks)
    return map(kit.visible, lines(blocks))


def _course(found: Course) -> dict[str, object]:
    return {
        "service": found.whole.target.service,
        "environment": found.whole.target.environment,
        "whole": _delivery(found.whole),
        "weeks": [_delivery(each) for each in found.weeks],
        "deploy_days_per_week": found.deploy_days,
    }


def _delivery(found: Delivery) -> dict[str, object]:
    return {
        "since": _iso(found.span.since),
        "until": _iso(found.span.until),
        "deployments": found.shipped,
        "deployments_per_week": found.per_week,
        "lead_time": _spread(found.lead),
        "change_fail_rate": _share(found.fails),
        "recovery_time": _spread(found.recovery),
        "rework_rate": _share(found.rework),
        "other_incidents": _spread(found.restored),
        "apart": {str(why): count for why, count in found.apart.items()},
    }


def _spread(found: Spread) -> dict[str, object]:
    return {"n": found.n, "median_seconds": _seconds(found.median), "p90_seconds": _seconds(found.p90)}


def _share(found: Share) -> dict[str, object]:
    return {"count": found.part, "of": found.whole, "rate": found.rate}


def _seconds(length: int | None) -> float | None:
    return None if length is None else length / 1000


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).isoformat().replace("+00:00", "Z")


def _table(found: list[Course]) -> str:
    """An empty value where there is not enough data; its n and of are there all the same."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(COLUMNS)
    for each in found:
        for period, delivery in [("whole", each.whole), *(("week", week) for week in each.weeks)]:
            written.writerows(_rows(period, delivery))
    return out.getvalue()


def _rows(period: str, found: Delivery) -> Iterator[tuple[object, ...]]:
    target, span = found.target, found.span
    front = (_cell(target.service), _cell(target.environment), period, _iso(span.since), _iso(span.until))
    yield (*front, "deployments", found.shipped, "count", found.shipped, "")
    yield (*front, "deployments_per_week", _number(found.per_week), "count", found.shipped, "")
    for name, spread in (("lead_time", found.lead), ("recovery_time", found.recovery)):
        yield (*front, f"{name}_median", _number(_seconds(spread.median)), "seconds", spread.n, "")
        yield (*front, f"{name}_p90", _number(_seconds(spread.p90)), "seconds", spread.n, "")
    for name, share in (("change_fail_rate", found.fails), ("rework_rate", found.rework)):
        yield (*front, name, _number(share.rate), "share", share.part, share.whole)
    for why, count in found.apart.items():
        yield (*front, f"apart_{why}", count, "count", count, "")


def _number(value: float | None) -> object:
    return "" if value is None else round(value, 4)


def _cell(text: str) -> str:
    """Spreadsheets read a cell that begins so as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
