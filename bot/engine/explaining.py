"""Whether somebody may do something: the decision of the gates, for whoever asks about themselves or about somebody else."""

import re

from bot.domain.explaining import explain
from bot.domain.messages import Message
from bot.domain.requests import Invocation
from bot.domain.terms import Identity, Permission, Target, Unknown
from bot.engine import people, placing
from bot.engine.catalogue import is_user
from bot.engine.facts import shown
from bot.engine.runtime import Runtime
from bot.store import people as people_rows
from bot.views import can as views

MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


async def can(runtime: Runtime, invocation: Invocation, word: str, permission: Permission, target: Target) -> Message:
    """For this person, in this place; `word` is what was typed for somebody else, empty for oneself."""
    who = await _meant(runtime, invocation, word)
    if isinstance(who, Message):
        return who
    person = await people.who(runtime, who)
    if isinstance(person, Unknown):
        return views.unread(person)
    roles = runtime.catalogue.roles
    place = await placing.named(runtime, invocation.where)
    found = explain(person, permission, target, roles, place=place, home_team=runtime.home.team)
    granting = (role for role in roles if permission in role.may and role.covers(target))
    helpers = tuple(dict.fromkeys(shown(each) for role in granting for each in sorted(role.people)))[:5]
    return views.can(found, helpers)


async def _meant(runtime: Runtime, invocation: Invocation, word: str) -> Identity | Message:
    """By the id in a mention, or an id; a name only where exactly one person that we know is called so, as this only reads."""
    if not word:
        return invocation.who
    team = invocation.who.team
    mentioned = [user for user in MENTION.findall(invocation.text) if user != runtime.home.bot_user]
    if mentioned or is_user(word):
        return Identity(team=team, user=mentioned[0] if mentioned else word)
    names = await runtime.store.read(lambda tx: people_rows.names(tx, team))
    found = [user for user, name in names.items() if name.lower() == word.lower()]
    return Identity(team=team, user=found[0]) if len(found) == 1 else views.nobody(word, found)
