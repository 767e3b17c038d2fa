"""The doctor: everything that has to be right for the bot to work, looked at side by side, every finding with its fix."""

import asyncio
import hashlib
import platform
import sys
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import bot
from bot import config
from bot.config import Duration, Editors
from bot.domain.terms import MINUTE, SECOND, Millis
from bot.engine.catalogue import Catalogue
from bot.engine.grouping import NO_GROUPS
from bot.errors import ChatError
from bot.guaranteeing import guaranteed
from bot.ports import Clock, Finding, Integration, Severity
from bot.slack.explain import explain
from bot.slack.room import SlackRoom
from bot.slack.scopes import missing_optional_scopes, missing_scopes, surplus_scopes
from bot.store import streaming
from bot.store.backups import listed
from bot.store.errors import Unusable
from bot.store.examine import examine as examine_database
from bot.store.lockfile import holder
from bot.store.outside import look
from bot.web.reach import KNOCK, knock

DEADLINE: Millis = 20 * SECOND
SKEW: Millis = MINUTE
STREAM_LATE = 5 * MINUTE  # until lines that wait are a warning
LATE = 3  # backups that are missing before it is said
OURS = ("bot", "commands", "integrations")
NEWEST_CHANNELS = 50  # asked one by one; Slack allows about one a second


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is looked at; `running` is whether this very process takes deliveries."""

    configuration: config.Configuration
    catalogue: Catalogue
    room: SlackRoom
    integrations: Mapping[str, Integration]
    clock: Clock
    running: bool = False


Examination = Callable[[Subject], Awaitable[list[Finding]]]


async def examine(subject: Subject) -> tuple[Finding, ...]:
    """Every finding; one examination that hangs or breaks is a finding itself and spoils no other."""
    found = await asyncio.gather(*(_bounded(each, subject) for each in EXAMINATIONS))
    return tuple(finding for findings in found for finding in findings)


async def _bounded(examination: Examination, subject: Subject) -> list[Finding]:
    name = examination.__name__.strip("_").replace("_", " ")
    try:
        async with asyncio.timeout(DEADLINE / 1000):
            return await examination(subject)
    except TimeoutError:
        return [problem(name, f"no answer within {DEADLINE // 1000} s", "Look at the network and try again.")]
    except Exception as error:  # noqa: BLE001 (the doctor reports, whatever it is)
        return [problem(name, f"could not be examined: {type(error).__name__}", "Look at the log.")]


def fine(subject: str, sentence: str) -> Finding:
    """All is well here."""
    return Finding(severity=Severity.FINE, subject=subject, sentence=sentence)


def warning(subject: str, sentence: str, fix: str) -> Finding:
    """It works, but."""
    return Finding(severity=Severity.WARNING, subject=subject, sentence=sentence, fix=fix)


def problem(subject: str, sentence: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(severity=Severity.PROBLEM, subject=subject, sentence=sentence, fix=fix)


async def _slack(subject: Subject) -> list[Finding]:
    """Tokens, scopes, clock."""
    try:
        us = await subject.room.connect()
    except ChatError as error:
        sentence, fix = explain(error)
        return [problem("Slack bot token", sentence, fix)]
    found = [fine("Slack bot token", f"{us.name or us.bot_user} in {us.team_name}")]
    missing = missing_scopes(us.scopes)
    if missing:
        fix = "Update the app from `quarterdeck manifest`, then reinstall it."
        found.append(problem("Slack scopes", f"missing: {', '.join(missing)}", fix))
    else:
        found.append(fine("Slack scopes", "all there"))
    optional, surplus = missing_optional_scopes(us.scopes), surplus_scopes(us.scopes)
    if optional:
        why = f"not granted: {', '.join(optional)}; after a lost answer a message may come twice"
        found.append(warning("Slack optional scopes", why, "Add them to the app where you can."))
    if surplus:
        found.append(warning("Slack surplus scopes", f"not needed: {', '.join(surplus)}", "Remove them from the app."))
    skew = abs(us.said_at - subject.clock.now()) if us.said_at else 0
    if skew > SKEW:
        fix = "Set this machine's clock: run an NTP client."
        found.append(problem("clock", f"{skew // 1000} s off Slack's; signatures are refused beyond five minutes", fix))
    else:
        found.append(fine("clock", "agrees with Slack's"))
    return found


async def _socket_mode(subject: Subject) -> list[Finding]:
    """The app token opens connections."""
    if subject.configuration.slack.mode is not config.Mode.SOCKET:
        return []
    try:
        await subject.room.ticket()
    except ChatError as error:
        sentence, fix = explain(error)
        return [problem("Slack app token", sentence, fix)]
    return [fine("Slack app token", "opens connections")]


async def _channels(subject: Subject) -> list[Finding]:
    """Every configured channel can be posted to."""
    named = {each.channel for service in subject.catalogue.services.values() for each in service.environments}
    wanted = sorted({*named, subject.catalogue.admin_channel} - {""})[:NEWEST_CHANNELS]
    return [await _channel(subject, name) for name in wanted]


async def _channel(subject: Subject, name: str) -> Finding:
    label = f"channel {name}"
    invite = "Type there: /invite @quarterdeck"
    try:
        channel = await subject.room.chat.channel(name)
    except ChatError as error:
        if error.code == "channel_not_found":
            return problem(label, "does not exist, or is private and the bot is not in it", invite)
        return problem(label, *explain(error))
    if channel.archived:
        return problem(label, "is archived", "Choose another channel in the configuration.")
    if channel.shared:
        return warning(label, "is shared with another workspace: the bot only reads there", "Use one of your own.")
    if not channel.member:
        return warning(label, "the bot is not in it; it can post while the channel is public", invite)
    return fine(label, "can be posted to")


async def _groups(subject: Subject) -> list[Finding]:
    """Every user group that a role names can be read."""
    found: list[Finding] = []
    for group in sorted(subject.catalogue.groups()):
        try:
            members = await subject.room.chat.group_members(group)
        except ChatError as error:
            sentence, fix = explain(error)
            listed = subject.catalogue.fallback.get(group)
            if error.code in NO_GROUPS and listed is not None:
                found.append(fine(f"user group {group}", f"{len(listed)} people, from the configuration: {sentence}"))
                continue
            found.append(problem(f"user group {group}", sentence, fix or "List user ids in the role instead."))
        else:
            found.append(fine(f"user group {group}", f"{len(members)} people"))
    said = subject.configuration.slack.groups_edited_by
    return [*found, *editors(subject.catalogue.production_groups(), said)]


def editors(groups: Iterable[str], said: Editors | None) -> Iterator[Finding]:
    """Who may edit the groups that give rights in production: Slack does not tell apps, so the operator says it once."""
    groups = sorted(groups)
    name, named = "who may edit user groups", ", ".join(f"@{group}" for group in groups)
    if not groups:
        return
    if said is Editors.ADMINS:
        yield fine(name, f"only administrators: {named} give rights in production")
    elif said is Editors.EVERYBODY:
        fix = "In Slack: Settings & permissions → User groups. Until then changes are posted to the admin channel and count later."
        yield warning(name, f"everybody, and {named} give rights in production", fix)
    else:
        fix = (
            "Look in Slack: Settings & permissions → User groups; then set slack.groups_edited_by: admins or everybody."
        )
        yield warning(name, f"not said, and {named} give rights in production", fix)


async def _database(subject: Subject) -> list[Finding]:
    """The file, its file system, and who holds it."""
    path = subject.configuration.store
    found = list(await asyncio.to_thread(examine_database, path))
    other = holder(path)
    if other is not None and not subject.running:
        found.append(fine("instance", f"the bot runs as process {other.pid} on {other.host}"))
    return found


async def _backups(subject: Subject) -> list[Finding]:
    """How old the newest copy of the database is."""
    database, folder = subject.configuration.store, subject.configuration.backup_folder
    found = await asyncio.to_thread(listed, folder, database)
    every = subject.configuration.backups.every
    if not found:
        fix = "The running bot makes the first within a minute; or make one now: quarterdeck backup"
        return [warning("backups", f"there is none in {folder}", fix)] if database.exists() else []
    age = subject.clock.now() - found[0].at
    sentence = f"{len(found)} in {folder}; the newest is {Duration(age // SECOND * SECOND)} old"
    if age > LATE * every:
        fix = "Look for `no backup was made` in the log, or make one now: quarterdeck backup"
        return [warning("backups", f"{sentence}, one is due every {every}", fix)]
    return [fine("backups", sentence)]


async def _audit_stream(subject: Subject) -> list[Finding]:
    """How far the stream of audit lines is behind, where there is one."""
    path = subject.configuration.store
    if subject.configuration.audit.stream is None or not path.exists():
        return []
    try:
        lag = await asyncio.to_thread(look, path, streaming.lag)
    except Unusable:
        return []  # what is wrong with the database is said once
    if not lag.lines:
        return [fine("audit stream", "every line has arrived")]
    age = subject.clock.now() - lag.since
    sentence = (
        f"lines that have not arrived: {lag.lines}; the first waits for {Duration(max(0, age) // SECOND * SECOND)}"
    )
    if age > STREAM_LATE:
        fix = "Look for `audit lines did not arrive` in the log: it says why."
        return [warning("audit stream", sentence, fix)]
    return [fine("audit stream", sentence)]


async def _integrations(subject: Subject) -> list[Finding]:
    """Each connection, then each target through the connection that deploys it."""
    found: list[Finding] = []
    for integration in subject.integrations.values():
        if integration.doctor is not None:
            found += await integration.doctor.examine()
    for service in subject.catalogue.services.values():
        for each in service.environments:
            doctor = subject.integrations[each.via].doctor
            if doctor is not None:
                found += await doctor.examine_target(each.target, service.repository, each.how)
    return found


async def _guarantees(subject: Subject) -> list[Finding]:
    """What each target is promised as it is configured now, and what would promise more."""
    return await guaranteed(subject.catalogue, subject.integrations, subject.configuration.store)


async def _configuration(subject: Subject) -> list[Finding]:
    """What `check` warns of: nobody may deploy, secrets in the file, …"""
    return [
        warning(f"{each.path} (line {each.line})" if each.line else "configuration", each.problem, each.hint)
        for each in subject.configuration.warnings
    ] or [fine("configuration", "no warnings")]


async def _names(subject: Subject) -> list[Finding]:
    """Nobody but Slack knows who owns a command: the app that was installed last does."""
    command = subject.configuration.slack.command
    return [fine("command", f"type {command} doctor in Slack: silence there means that another app has taken the name")]


async def _public_address(subject: Subject) -> list[Finding]:
    """In HTTP mode the public address has to reach this very bot."""
    public = subject.configuration.web.public
    if public is None:
        return []
    answer = await knock(f"{public.url.rstrip('/')}{KNOCK}")
    fix = f"Let your proxy pass {public.url} on to {public.listen}, and start the bot."
    if answer.error:
        return [problem("public address", f"{public.url} does not answer: {answer.error}", fix)]
    if answer.instance != instance_id(subject.configuration.store):
        return [problem("public address", f"{public.url} reaches something else", fix)]
    return [fine("public address", "reaches this very bot")]


def instance_id(store: Path) -> str:
    """A name for one installation on one machine, that tells nothing about it."""
    seed = f"{platform.node()}:{store.resolve()}".encode()
    return urlsafe_b64encode(hashlib.sha256(seed).digest()[:12]).decode()


async def _packages(subject: Subject) -> list[Finding]:
    """Our packages have common names: another distribution may have put files over ours."""
    del subject
    return await asyncio.to_thread(_installed)


def _installed() -> list[Finding]:
    found = [fine("Python", sys.version.split()[0])]
    strangers = [*_covered()]
    found += strangers
    try:
        distribution("quarterdeck")
    except PackageNotFoundError:
        found.append(warning("installation", "not installed as a package", "Install it with pipx or the Dockerfile."))
        return found
    return found if strangers else [*found, fine("installation", "`bot`, `commands` and `integrations` are ours")]


def _covered() -> Iterator[Finding]:
    fix = "Install Quarterdeck in an environment of its own (pipx, a virtual environment, the Dockerfile)."
    owners = packages_distributions()
    root = Path(bot.__file__).resolve().parents[1]
    for name in OURS:
        others = sorted({each for each in owners.get(name, ()) if each.lower() != "quarterdeck"})
        if others:
            yield problem("installation", f"{', '.join(others)} put files into our package `{name}`", fix)
        spec = find_spec(name)
        here = Path(spec.origin).resolve() if spec and spec.origin else None
        if here != root / name / "__init__.py":
            yield problem("installation", f"`{name}` is loaded from {here or 'nowhere'}, not from {root}", fix)


EXAMINATIONS: tuple[Examination, ...] = (
    _configuration,
    _slack,
    _socket_mode,
    _channels,
    _groups,
    _database,
    _backups,
    _audit_stream,
    _integrations,
    _guarantees,
    _names,
    _public_address,
    _packages,
)
"""In the order people read them."""
