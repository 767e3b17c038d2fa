"""Each person's stack of modals and Home tab, with hashes, external ids and the shapes Slack gives a view."""

from dataclasses import dataclass, field

from bot.playground.blocks import completed, spelled_out, too_large, view_problems
from bot.playground.chance import Chance
from bot.playground.clock import Clock
from bot.playground.errors import Json, SlackError
from bot.playground.inputs import starting_values

MOST_STACKED = 3


@dataclass(kw_only=True)
class View:
    """One modal or Home tab as Slack keeps it. `definition` is what the app sent, completed."""

    id: str
    user: str
    definition: Json
    hash: str
    root: str = ""
    previous: str = ""
    values: Json = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """Return the app's own id of this view, or nothing."""
        return str(self.definition.get("external_id") or "")


@dataclass(kw_only=True)
class Desk:
    """All open views of the workspace."""

    clock: Clock
    chance: Chance
    team_id: str
    app_id: str
    bot_id: str
    strict: bool
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def stack(self, user: str) -> list[View]:
        """Return a person's open modals, the top one last."""
        return self.stacks.setdefault(user, [])

    def top(self, user: str) -> View | None:
        """Return the modal a person sees."""
        stack = self.stack(user)
        return stack[-1] if stack else None

    def every(self) -> list[View]:
        """Return every open modal and Home."""
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def find(self, view_id: str = "", external_id: str = "") -> View:
        """Return an open view by its id or the app's own; SlackError `not_found`."""
        for view in self.every():
            if (view_id and view.id == view_id) or (external_id and view.external_id == external_id):
                return view
        raise SlackError("not_found")

    def check(self, definition: Json, kind: str, *, but: View | None = None) -> None:
        """Refuse a definition Slack would refuse: size, Block Kit, the wrong kind, an external id that is in use."""
        if too_large(definition):
            raise SlackError("view_too_large")
        problems = view_problems(definition) if self.strict else []
        if not problems and definition.get("type") != kind:
            raise _refused([f"[ERROR] must be a {kind} view [json-pointer:/view/type]"])
        if problems:
            raise _refused([problem.as_message("/view") for problem in problems])
        external = definition.get("external_id")
        if external and any(view.external_id == external and view is not but for view in self.every()):
            raise SlackError("duplicate_external_id")

    def make(self, user: str, definition: Json, under: View | None = None) -> View:
        """Return a new view of a checked definition, above `under` when given."""
        view_id = f"V{self.chance.code(10)}"
        root = under.root if under else view_id
        made = View(id=view_id, user=user, definition={}, hash="", root=root, previous=under.id if under else "")
        self.redefine(made, definition)
        return made

    def redefine(self, view: View, definition: Json) -> None:
        """Give a view a new content and hash; what was typed survives where block and action ids stay."""
        view.definition = {**spelled_out(definition), "blocks": completed(definition.get("blocks") or [], self.chance)}
        view.hash = f"{int(self.clock.now())}.{self.chance.letters(8)}"
        fresh = starting_values(view.definition["blocks"])
        for block_id, actions in fresh.items():
            kept = view.values.get(block_id, {})
            actions.update({action: value for action, value in kept.items() if action in actions})
        view.values = fresh

    def check_hash(self, view: View | None, given: str) -> None:
        """Refuse an update that was made from an older state of the view."""
        if given and (view is None or view.hash != given):
            raise SlackError("hash_conflict")

    def open(self, user: str, definition: Json) -> View:
        """Open a modal, replacing whatever was open."""
        view = self.make(user, definition)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, definition: Json) -> View:
        """Put a modal on top of a person's stack; SlackError `push_limit_reached` above three."""
        stack = self.stack(user)
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        view = self.make(user, definition, stack[-1] if stack else None)
        stack.append(view)
        return view

    def close(self, view: View) -> int:
        """Take a modal (and what is above it) off its stack; return how many stay open."""
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]
        return len(stack)

    def shape(self, view: View) -> Json:
        """Return Slack's view object."""
        definition = view.definition
        shown: Json = {"id": view.id, "team_id": self.team_id, "type": definition.get("type")}
        shown |= {"blocks": definition["blocks"], "private_metadata": definition.get("private_metadata", "")}
        shown |= {"callback_id": definition.get("callback_id", ""), "state": {"values": view.values}, "hash": view.hash}
        shown |= {"title": definition.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True}}
        shown |= {"clear_on_close": bool(definition.get("clear_on_close"))}
        shown |= {"notify_on_close": bool(definition.get("notify_on_close"))}
        shown |= {"submit_disabled": bool(definition.get("submit_disabled"))}
        shown |= {"close": definition.get("close"), "submit": definition.get("submit")}
        shown |= {"previous_view_id": view.previous or None, "root_view_id": view.root, "app_id": self.app_id}
        shown |= {"external_id": view.external_id, "app_installed_team_id": self.team_id, "bot_id": self.bot_id}
        return shown


def _refused(messages: list[str]) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": messages})
