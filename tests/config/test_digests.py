"""Digests in the file: who gets which when, the usual ones, and every mistake with its place."""

import pytest

from bot.config.freezing import windows
from bot.domain.digests import USUAL, Part, Why
from tests.config.files import Files

TEAMS = "teams: {front: {channel: team-front, people: [front]}, back: {people: [back]}}"


def test_none_configured(files: Files) -> None:
    """Each channel of a service gets a quiet one on workdays; an empty key is none at all."""
    (found,) = files.load(services=_services(("web", "team-web"), ("api", "team-web"), ("cron", ""))).digests
    assert (found.key, found.channel, found.services) == ("daily@team-web", "team-web", ("web", "api"))
    assert (found.schedule.words, found.quiet, found.why, found.parts) == ("09:30 mon-fri", True, Why.USUAL, USUAL)
    assert files.load(digests="digests: {}").digests == ()


def test_one_for_each_team(files: Files) -> None:
    """Teams without a channel or services get none."""
    found = files.load(
        zone="zone: Europe/Berlin",
        teams=TEAMS,
        services=_services(("web", "team-web"), ("api", "")).replace("{repository", "{team: front, repository"),
        digests="digests: {morning: {channel: team, at: '08:45', show: [now, delivery]}}",
    ).digests
    assert [(each.key, each.channel, each.services) for each in found] == [
        ("morning@front", "team-front", ("web", "api"))
    ]
    assert (found[0].schedule.zone, found[0].parts) == ("Europe/Berlin", (Part.NOW, Part.DELIVERY))


def test_for_a_person_by_cron(files: Files) -> None:
    """As a direct message; only the services that were named."""
    (found,) = files.load(
        services=_services(("web", ""), ("api", "")),
        digests="digests: {mine: {for: {person: U02ADA, services: [api]}, cron: '0 9 * * 1', zone: UTC, except: [2026-12-28]}}",
    ).digests
    assert (found.key, found.channel, found.services) == ("mine", "user:U02ADA", ("api",))
    assert found.schedule.cron.weekdays == {1}
    assert found.passing == windows("2026-12-28")


MISTAKES = {
    "no_time": ("{channel: x}", "digests.x: needs either `at` or `cron`"),
    "two_times": ("{channel: x, at: '09:30', cron: '0 9 * * 1'}", "digests.x: has both `at` and `cron`"),
    "no_such_time": ("{channel: x, at: '25:00'}", "digests.x.at: the time is not one of the day's"),
    "no_such_day": ("{channel: x, at: '09:30', days: someday}", "digests.x.at: the days cannot be read"),
    "never": ("{channel: x, cron: '0 9 30 2 *'}", "digests.x.cron: that day never comes"),
    "nowhere": ("{at: '09:30'}", "digests.x: goes nowhere"),
    "no_team": ("{at: '09:30', channel: team}", "digests.x: no team has a channel and services, so it goes nowhere"),
    "no_part": ("{at: '09:30', channel: x, show: [weather]}", "digests.x.show[0]: "),
    "no_service": ("{at: '09:30', channel: x, for: {services: [wbe]}}", "digests.x.for.services[0]: "),
    "no_key": ("{at: '09:30', channel: x, wen: now}", "digests.x.wen: unknown key"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(files: Files, name: str) -> None:
    """Each with its place."""
    written, expected = MISTAKES[name]
    report = files.report(digests=f"digests: {{x: {written}}}")
    assert [found for found in (f"{each.path}: {each.problem}" for each in report.problems) if expected in found]


def _services(*named: tuple[str, str]) -> str:
    lines = ["services:"]
    for name, channel in named:
        home = f", channel: {channel}" if channel else ""
        lines.append(
            f"  {name}: {{repository: /srv/git/{name}.git{home}, deploy: {{via: script, run: [./deploy.sh]}}, environments: [production]}}"
        )
    return "\n".join(lines)
