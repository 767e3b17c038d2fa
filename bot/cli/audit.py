"""`quarterdeck audit`: show the audit, export it, and prove that nobody has changed it."""

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO

import click

from bot.cli.loading import file_option, load, wrong
from bot.config import Duration
from bot.domain.audit import Entry, Posted, Verdict
from bot.domain.audit_stream import iso, json_line
from bot.domain.terms import Millis
from bot.store import Tx, audit
from bot.store.outside import look

HEAD = re.compile(r"(?:\b(\d{1,18}):)?\b([0-9a-f]{64})\b")
json_option = click.option("--json", "as_json", is_flag=True, help="For scripts.")
since_option = click.option("--since", default="", help="From this time on: 2026-11-24, 2026-11-24T10:00, or 7d (ago).")


@click.group(help="Show the audit, export it, and prove that nobody has changed it.")
def command() -> None:
    """Three subcommands; all of them only read, also while the bot runs."""


@command.command(
    help="Examine the whole chain; with heads that were posted, also what they prove. Exit 1 where it is broken."
)
@file_option
@click.option(
    "--head", "heads", multiple=True, help="A head that was posted: LINE:HASH, or the hash alone. Repeatable."
)
@click.option(
    "--heads", "kept", type=click.File("r"), help="A file with such heads anywhere in it; - is standard input."
)
@json_option
def verify(file: str, heads: tuple[str, ...], kept: IO[str] | None, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 2 for a head that is none."""
    posted = tuple(_posted(text) for text in heads) + (_posted_in(kept) if kept else ())
    configuration = load(file)
    verdict = look(configuration.store, lambda tx: audit.verify(tx, posted))
    click.echo(json.dumps(_as_json(verdict, posted), indent=2) if as_json else _in_words(verdict, posted))
    sys.exit(0 if verdict.whole else 1)


@command.command(help="The lines of the audit, oldest first.")
@file_option
@click.option("--subject", default="", help="Only about this: operation:12.")
@since_option
@json_option
def show(file: str, subject: str, since: str, as_json: bool) -> None:  # noqa: FBT001 (click's)
    """Nothing is printed where there is nothing."""
    _print(file, subject, since, as_json=as_json)


@command.command(help="Every line as JSON, one each, for other systems to keep.")
@file_option
@since_option
@click.option("--after", default=0, help="Only lines after this one: to go on where the last export ended.")
def export(file: str, since: str, after: int) -> None:
    """The schema is versioned: docs/audit.md."""
    _print(file, "", since, after=after, as_json=True)


def _print(file: str, subject: str, since: str, *, after: int = 0, as_json: bool) -> None:
    begin = _instant(since) if since else 0
    path = load(file).store

    def following(tx: Tx) -> tuple[Entry, ...]:
        return audit.chosen(tx, after=after, since=begin, subject=subject)

    while found := look(path, following):
        for entry in found:
            click.echo(json_line(entry) if as_json else line(entry))
        after = found[-1].id


def line(entry: Entry) -> str:
    """For people: what people have typed is shown so that a terminal does not obey it."""
    facts = [f"{name}={value}" for name, value in entry.body.items()]
    because = [f"because: {entry.reason}"] if entry.reason else []
    words = [iso(entry.at), entry.actor, entry.action, entry.subject, *facts, *because]
    return f"{entry.id:>6}  " + "  ".join(_harmless(word) for word in words)


def _harmless(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _instant(text: str) -> Millis:
    """A date, a time (UTC unless it says otherwise), or a duration before now."""
    try:
        return time.time_ns() // 1_000_000 - Duration.read(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        wrong(f"--since {text}: write a date (2026-11-24), a time (2026-11-24T10:00), or how long ago (7d)")
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def _posted(text: str) -> Posted:
    found = HEAD.fullmatch(text.strip().lower())
    if found is None:
        wrong(f"--head {text}: write LINE:HASH as it was posted, or the 64 digits of the hash")
    return Posted(id=int(found[1] or 0), hash=found[2])


def _posted_in(kept: IO[str]) -> tuple[Posted, ...]:
    found = tuple(Posted(id=int(each[1] or 0), hash=each[2]) for each in HEAD.finditer(kept.read().lower()))
    if not found:
        wrong(f"--heads {kept.name}: no head in it; one looks like 17: and 64 hexadecimal digits")
    return found


def _as_json(verdict: Verdict, posted: tuple[Posted, ...]) -> dict[str, object]:
    return {
        "whole": verdict.whole,
        "lines": verdict.head.count,
        "head": str(verdict.head),
        "compared": len(posted),
        "breaks": [asdict(each) for each in verdict.breaks],
    }


def _in_words(verdict: Verdict, posted: tuple[Posted, ...]) -> str:
    return "\n".join(_lines_of(verdict, posted))


def _lines_of(verdict: Verdict, posted: tuple[Posted, ...]) -> Iterator[str]:
    for each in verdict.breaks:
        yield f"BROKEN  {each.sentence}"
    state = "whole" if verdict.whole else "not as it was written"
    yield f"The audit is {state}: {verdict.head.count} lines, head {verdict.head}"
    if not posted:
        yield "Compared with no posted head: a cut end or a whole rewrite shows only with --head (docs/audit.md)."
    elif verdict.whole:
        yield f"Agrees with {len(posted)} posted {'head' if len(posted) == 1 else 'heads'}."
