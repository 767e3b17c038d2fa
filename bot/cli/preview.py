"""`quarterdeck preview`: every message and form with sample words, as text or as JSON for Slack's Block Kit Builder."""

import json
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

import click

from bot.domain.messages import Message, View
from bot.views.gallery import GALLERY

BUILDER = "https://app.slack.com/block-kit-builder#"


@click.command(help="Print every message with sample words; with a NAME only that one.")
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON for Slack's Block Kit Builder.")
@click.option("--link", is_flag=True, help="A link that opens it in Slack's Block Kit Builder.")
@click.option("--list", "names_only", is_flag=True, help="Only the names.")
def command(name: str, as_json: bool, link: bool, names_only: bool) -> None:  # noqa: FBT001 (click's)
    """Exit 2 for a name that there is not."""
    wanted = {known: sample for known, sample in GALLERY.items() if name in {"", known}}
    if not wanted:
        near = get_close_matches(name, GALLERY, n=3)
        click.echo(f"There is no view {name!r}." + (f" Did you mean {', '.join(near)}?" if near else ""), err=True)
        sys.exit(2)
    if names_only:
        click.echo("\n".join(wanted))
        return
    for known, sample in wanted.items():
        click.echo(_shown(known, sample(), as_json=as_json, link=link))


def _shown(name: str, made: Message | View, *, as_json: bool, link: bool) -> str:
    body: dict[str, Any] = dict(made.body) if isinstance(made, View) else {"blocks": list(made.blocks)}
    if link:
        return f"{name}: {BUILDER}{quote(json.dumps(body, ensure_ascii=False))}"
    if as_json:
        return json.dumps({"name": name, **body}, ensure_ascii=False, indent=2)
    said = [] if isinstance(made, View) else [f"(said: {made.text})"]
    return "\n".join([f"── {name} " + "─" * max(0, 70 - len(name)), *lines(body["blocks"]), *said, ""])


def lines(blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    """Blocks as plain lines: buttons in brackets, fields after ›."""
    for block in blocks:
        kind = block["type"]
        if kind in {"section", "header"}:
            yield from str(block["text"]["text"]).split("\n")
        elif kind == "context":
            yield " ".join(str(element["text"]) for element in block["elements"])
        elif kind == "actions":
            yield " ".join(f"[ {element['text']['text']} ]" for element in block["elements"])
        elif kind == "table":
            yield from (" | ".join(str(cell["text"]) for cell in row) for row in block["rows"])
        elif kind == "input":
            yield f"› {block['label']['text']}"
        else:
            yield "───"
