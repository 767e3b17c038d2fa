"""What was live in a target, and what was tried, newest first."""

from collections.abc import Sequence

from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.operations import Operation
from bot.domain.terms import Action, Target, short
from bot.views import kit
from bot.views.card_lines import took
from bot.views.faces import OBSERVED, face_of
from bot.views.kit import Markup

SHOWN = 20
_KIND = {Action.DEPLOY: "", Action.ROLLBACK: "rollback", Action.PROMOTE: "promotion"}


def history(
    target: Target,
    entries: Sequence[Operation | Deployment],
    *,
    live: str = "",
    names: kit.Names = kit.NO_NAMES,
    more: int = 0,
) -> Message:
    """Operations, and deployments that were not made from here, newest first; `live` is what is served now, `more` how many are older."""
    where = f"{kit.middle(target.service, 30)} · {kit.middle(target.environment, 24)}"
    lines = [kit.mark("{} · history", kit.bold(where))]
    serving = next((entry for entry in entries if live and _went_live(entry, live)), None)
    lines += [_entry(entry, names, serving=entry is serving) for entry in entries[:SHOWN]]
    older = more + max(0, len(entries) - SHOWN)
    if not entries:
        lines.append(Markup("Nothing has been deployed here yet."))
    blocks = [kit.section(*lines, more="more"), kit.context(f"+ {kit.number(older)} older") if older else None]
    return kit.message(_text(target, entries, live), blocks)


def _text(target: Target, entries: Sequence[Operation | Deployment], live: str) -> str:
    start = f"History of {target.service} in {target.environment}: "
    if not entries:
        return kit.sentences(f"{start}nothing has been deployed there yet")
    newest = entries[0]
    word = OBSERVED.word if isinstance(newest, Deployment) else face_of(newest).word
    now = f"Version {short(live)} is serving now" if live else ""
    return kit.sentences(
        f"{start}{kit.plural(len(entries), 'entry', 'entries')}", f"Last: {word}, version {short(newest.revision)}", now
    )


def _entry(entry: Operation | Deployment, names: kit.Names, *, serving: bool) -> Markup:
    line = _observed(entry) if isinstance(entry, Deployment) else _operation(entry, names)
    shown = kit.join([line, "serving now"]) if serving else line
    because = "" if isinstance(entry, Deployment) else entry.because
    why = kit.mark("\n     Why: {}", kit.inert(because, 100)) if because else Markup("")
    return kit.mark("{}{}", shown, why)


def _went_live(entry: Operation | Deployment, live: str) -> bool:
    return entry.revision == live and (isinstance(entry, Deployment) or entry.serving == live)


def _operation(operation: Operation, names: kit.Names) -> Markup:
    face = face_of(operation)
    facts = [
        kit.mark("{} {}", Markup(face.emoji), face.word),
        kit.rev(operation.revision),
        _KIND[operation.action] if face.word != "Rolled back" else "",
        kit.plural(operation.changes, "change") if operation.changes else "",
        kit.inert(kit.name_of(operation.who, names), 24),
        took(operation),
        kit.when(operation.finished_at or operation.created_at),
        kit.number_of(operation.id),
    ]
    return kit.join(facts)


def _observed(deployment: Deployment) -> Markup:
    face = kit.mark("{} {}", Markup(OBSERVED.emoji), OBSERVED.word)
    by = kit.inert(deployment.by, 40)
    return kit.join([face, kit.rev(deployment.revision), by, "not deployed from here", kit.when(deployment.since)])
