"""What an app proposes, for people to look at; and what it gets back, as JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.messages import Message
from bot.domain.plans import Offer
from bot.domain.terms import Action, Identity, Target
from bot.views import kit
from bot.views.faces import names_within, place
from bot.views.kit import Markup
from bot.views.offers import DOING, Wording, as_button

MOST = 2_900
LOOK = Wording(label="Look at the plan…", spoken="Look at the plan for", style="primary")


def proposal(
    by: Identity,
    action: Action,
    target: Target,
    revision: str,
    because: str,
    offers: Sequence[Offer],
    *,
    names: kit.Names = kit.NO_NAMES,
) -> Message:
    """Nothing is planned yet: whoever presses sees a plan of their own, and confirms that or not."""
    service, environment = names_within(target, 30)
    who = kit.inert(kit.name_of(by, names), 40)
    title = kit.mark("💡 {} proposes: {} {} → {}", who, DOING[action].lower(), service, environment)
    why = kit.mark("Why: {}", kit.inert(because, 300)) if because else Markup("")
    small = kit.context(
        kit.rev(revision) if revision else Markup(""), Markup("nothing starts before a person confirms it")
    )
    row = kit.actions(as_button(offer, target, LOOK) for offer in offers)
    text = kit.sentences(f"Proposed: {DOING[action].lower()} {place(target)}", kit.said(why))
    return kit.message(text, [kit.section(title, why), small, row])


def answered(content: Mapping[str, Any]) -> Message:
    """What an app reads in the message's block: one line of JSON, with `schema`, `status` and what belongs to it."""
    line = json.dumps(dict(content), ensure_ascii=True, sort_keys=True)
    for mark in "<>&`":  # what means something to Slack stays inside of strings, and means the same to JSON
        line = line.replace(mark, f"\\u{ord(mark):04x}")
    return kit.message(kit.sentences(f"Answered an app: {content['status']}"), [kit.section(kit.code(line, MOST))])
