"""What GitHub's webhooks give reason to look at: verified on the raw bytes, and believed in nothing else."""

import json
from dataclasses import dataclass, field

from bot.ports import Forged, Hint, RawDelivery
from integrations._proof import hex_signature
from integrations.github.client import number, text

SIGNATURE, EVENT = "x-hub-signature-256", "x-github-event"
EVENTS = {"workflow_run": ("workflow_run", "id"), "workflow_job": ("workflow_job", "run_id")}
"""Where the number of the run stands. Other events are taken and say nothing here."""


@dataclass(frozen=True, kw_only=True)
class GitHubHints:
    """The Hints port. The same again, out of order or much too late does no harm: it only makes us look."""

    secrets: tuple[str, ...] = field(repr=False)

    def hints(self, raw: RawDelivery) -> tuple[Hint, ...] | Forged:
        """The run that an event is about, or nothing. GitHub signs the body; the header that names the event is not signed, so both must agree."""
        if not hex_signature(raw.headers.get(SIGNATURE, "").removeprefix("sha256="), raw.body, self.secrets):
            return Forged(why="the signature does not match")
        where = EVENTS.get(raw.headers.get(EVENT, ""))
        try:
            said = json.loads(raw.body) if where else None
        except (ValueError, RecursionError):
            return ()
        if where is None or not isinstance(said, dict) or not isinstance(said.get(where[0]), dict):
            return ()
        run, repository = number(said[where[0]].get(where[1])), text(said, "repository", "full_name")
        return (Hint(repository=repository, run={"run": str(run)}),) if run and repository else ()
