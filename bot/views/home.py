"""The Home tab, and `/ops` alone: what waits for me, my open plans, what runs, the targets I used last."""

from collections.abc import Sequence

from bot.domain.help import Topic
from bot.domain.messages import Block, Message, View
from bot.domain.operations import Operation
from bot.domain.status import Desk, Waiting
from bot.views import kit
from bot.views.card_lines import second_line
from bot.views.cards import buttons_of, shown_offers
from bot.views.faces import face_of, headline
from bot.views.kit import Markup
from bot.views.plans import plan_blocks
from bot.views.status import target_line

MOST = 5
LAST_TARGETS = 5


def home(
    desk: Desk, *, name: str = "", topics: Sequence[Topic] = (), names: kit.Names = kit.NO_NAMES, command: str = "/ops"
) -> View:
    """The Home tab of one person."""
    blocks: list[Block | None] = [kit.header(f"Good to see you, {kit.bare(name, 40)}" if name else "Quarterdeck")]
    blocks += desk_blocks(desk, names)
    if desk.empty:
        blocks.append(kit.section(Markup("Nothing waits for you, and nothing is running.")))
    blocks += [kit.divider(), kit.section(Markup("*What you can do*"), *_topics(topics, command))]
    return kit.home(blocks)


def mine(desk: Desk, *, names: kit.Names = kit.NO_NAMES, command: str = "/ops") -> Message:
    """`/ops` alone, as a private message."""
    blocks = desk_blocks(desk, names)
    if desk.empty:
        blocks.append(kit.section(kit.mark("Nothing waits for you. {}", kit.code(f"{command} help"))))
    waiting = (
        f"{kit.plural(len(desk.waiting), 'operation')} waiting for you" if desk.waiting else "Nothing waits for you"
    )
    open_ = f"{kit.plural(len(desk.plans), 'open plan')}" if desk.plans else ""
    return kit.message(kit.sentences(waiting, open_), blocks)


def desk_blocks(desk: Desk, names: kit.Names) -> list[Block | None]:
    """The four parts that are not empty, each under its heading."""
    blocks: list[Block | None] = []
    if desk.waiting:
        blocks.append(kit.section(Markup("*Waiting for you*")))
        blocks += [block for waiting in desk.waiting[:MOST] for block in _waiting(waiting, names)]
        blocks += _more(len(desk.waiting))
    if desk.plans:
        blocks.append(kit.section(Markup("*Your open plans*")))
        blocks += [block for plan, offers in desk.plans[:MOST] for block in plan_blocks(plan, offers)]
        blocks += _more(len(desk.plans))
    if desk.running:
        blocks.append(kit.section(Markup("*Running now*"), *(_running(operation, names) for operation in desk.running)))
    if desk.recent:
        blocks.append(kit.section(Markup("*Your last targets*"), *_recent(desk)))
    return blocks


def _waiting(waiting: Waiting, names: kit.Names) -> list[Block | None]:
    operation = waiting.operation
    lines = [headline(face_of(operation), operation.target), second_line(operation, names)]
    return [kit.section(*lines), buttons_of(operation, shown_offers(operation, waiting.offers))]


def _more(count: int) -> list[Block | None]:
    return [kit.context(f"+ {kit.number(count - MOST)} more")] if count > MOST else []


def _running(operation: Operation, names: kit.Names) -> Markup:
    asker = kit.inert(kit.name_of(operation.who, names), 24)
    return kit.join(
        [
            headline(face_of(operation), operation.target),
            second_line(operation, names),
            asker,
            kit.number_of(operation.id),
        ]
    )


def _recent(desk: Desk) -> list[Markup]:
    return [kit.join([kit.bold(found.target.service, 40), target_line(found)]) for found in desk.recent[:LAST_TARGETS]]


def _topics(topics: Sequence[Topic], command: str) -> list[Markup]:
    lines = [
        kit.mark("{}  {}", kit.code(f"{command} {topic.usage}", 100), kit.sentence(topic.sentence)) for topic in topics
    ]
    return lines or [kit.code(f"{command} help")]
