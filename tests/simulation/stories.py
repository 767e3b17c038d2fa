"""Scripted flows of the claim, of health and what follows from it, of decisions by two, and of a life after a restore."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.claims import ClaimRule
from bot.domain.freezes import Dated, Freeze
from bot.domain.operations import State
from bot.domain.plans import OfferVerb
from bot.domain.terms import MINUTE, SECOND, Door, Millis, Place, Target
from bot.domain.verification import OnFailure
from bot.store import offers, operations
from tests.simulation import restoring
from tests.simulation.crew import QUIET
from tests.simulation.house import House, watched
from tests.simulation.scenarios import ADA, GRACE, SLOW, WELL, Flow
from tests.simulation.setting import channel_of
from tests.simulation.world import World

S = State
ANY = frozenset(State)
FENCED = House(claim={"mail": ClaimRule.REQUIRED, "jobs": ClaimRule.REQUIRED}, asks=frozenset({"mail", "jobs", "web"}))
SILENT = House(claim={"jobs": ClaimRule.REQUIRED})  # required, and its pipeline does not ask
BAKED = House(verify={"web": watched("web"), "api": watched("api")})
TOLD = House(verify={"web": watched("web", OnFailure.NONE)})
ASKED = House(asks=frozenset({"mail"}))
CALENDAR = Dated(start="2026-11-24T09:06", end="2026-11-24T09:20")  # from two minutes after the start on
FROZEN = House(freezes=(Freeze(name="noon", zone="UTC", deny=(CALENDAR,), environments=frozenset({"production"})),))
LINUS = "U02LINUS"
HANDS_OFF = replace(QUIET, agrees=0, hesitates=12 * MINUTE)
"""For a while nobody decides anything but those whom the story names."""


def both(*scripts: Callable[[World], None]) -> Callable[[World], None]:
    """One script after the other."""

    def all_of_them(world: World) -> None:
        for each in scripts:
            each(world)

    return all_of_them


def away(state: State | None, down: Millis) -> Callable[[World], None]:
    """The bot dies as soon as something has come to that state (None: by chance), and stays away for so long."""

    def script(world: World) -> None:
        usual = world.down_for

        def long() -> Millis:
            world.down_for = usual  # type: ignore[method-assign]  # the next death is like any other
            return down

        world.down_for = long  # type: ignore[method-assign]  # of this story only
        world.judge.kill_in = world.judge.kill_in or state

    return script


def presses(
    verb: OfferVerb, user: str, *, when: Millis, every: Millis = 0, number: int = 0, answer: str = ""
) -> Callable[[World], None]:
    """Somebody presses that button as soon as it is there, from an instant on; they look every second."""

    def script(world: World) -> None:
        def look() -> None:
            now = world.time.now
            newest = world.rows(lambda tx: operations.newest(tx, 5))
            for operation in newest:
                subject = f"operation:{operation.id}"
                if number and operation.id != number:
                    continue
                for offer in world.rows(lambda tx, about=subject: offers.open_of(tx, about, now)):
                    if offer.verb is verb and (not answer or offer.body.get("answer") == answer):
                        world.crew.click(user, offer.id, channel=operation.channel, ts="1.1")
                        if every:
                            world.time.later(every, look)
                        return
            world.time.later(SECOND, look)

        world.time.later(when, look)

    return script


def decides(user: str, answer: State, *, at: Millis) -> Callable[[World], None]:
    """Somebody opens the form at that instant, or as soon as there is one after it, and says that."""

    def script(world: World) -> None:
        world.crew.says_so.setdefault(user, []).append(answer)
        presses(OfferVerb.DECIDE, user, when=at)(world)

    return script


def merged(service: str, *, when: Millis) -> Callable[[World], None]:
    """Somebody merges something."""
    return lambda world: world.time.later(when, lambda: world.push(f"acme/{service}"))


def says(user: str, words: str, *, when: Millis) -> Callable[[World], None]:
    """Somebody types something that is not about deploying."""
    place = Place(channel=channel_of(words.split()[1]))
    return lambda world: world.time.later(when, lambda: world.crew.type(user, words, place=(place, Door.SLASH)))


def restored(copied: Millis, when: Millis) -> Callable[[World], None]:
    """A copy is made at one instant, and takes the place of the rows at another."""

    def script(world: World) -> None:
        copies: list[bytes] = []
        world.time.later(copied, lambda: copies.append(restoring.copy_of(world)))
        world.time.later(when, lambda: restoring.restore(world, copies[0]))

    return script


PRODUCTION = Target(service="api", environment="production")
DEPLOY_MAIL = ((SECOND, ADA, "deploy mail staging"),)
CLAIMING: tuple[Flow, ...] = (
    Flow(name="claim", says=DEPLOY_MAIL, ends=WELL, house=FENCED),
    Flow(
        name="claim answered in vain", says=((SECOND, ADA, "deploy jobs staging"),), ends=WELL, house=FENCED,
        fates={"jobs-ci.claim": ("lost", "unsent", "twice")},
    ),
    Flow(
        name="claim by a second run", says=((SECOND, ADA, "deploy jobs staging"),), house=FENCED,
        ends=frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED}), fates={"jobs-ci.run": ("rerun",)},
    ),
    Flow(
        name="claim by a twin at once", says=((SECOND, ADA, "deploy jobs staging"),), house=FENCED, plan=SLOW,
        ends=frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED}), fates={"jobs-ci.run": ("twins",)},
    ),
    Flow(
        name="claim by a twin that is faster", says=((SECOND, ADA, "deploy jobs staging"),), house=FENCED,
        ends=frozenset({S.SUCCEEDED}), fates={"jobs-ci.run": ("overtaken",)},
    ),
    Flow(
        name="claim by a blind twin that is faster", says=DEPLOY_MAIL, house=FENCED,
        ends=WELL, fates={"mail-ci.run": ("overtaken",)},
    ),
    Flow(
        name="stopped, and the twin goes on", says=((SECOND, ADA, "deploy jobs production"),), house=FENCED, plan=SLOW,
        habits=replace(QUIET, stops=1), ends=ANY, fates={"jobs-ci.run": ("overtaken",)},
    ),
    Flow(
        name="claim by strangers", says=DEPLOY_MAIL, ends=WELL, house=FENCED, fates={"mail-ci.run": ("stranger",)},
    ),
    Flow(
        name="claim, tried anew", house=FENCED, ends=WELL,
        says=(*DEPLOY_MAIL, (MINUTE, ADA, "deploy mail staging main")), script=merged("mail", when=50 * SECOND),
        fates={"mail-ci.start": ("fine", "timeout_after"), "mail-ci.run": ("fine", "queued")},
    ),
    Flow(
        name="claim, preferred", says=((SECOND, ADA, "deploy web staging"),), ends=WELL, house=FENCED,
        fates={"web-ci.start": ("late",), "web-ci.run": ("queued",)},
    ),
    Flow(name="no claim where it is required", says=((SECOND, ADA, "deploy jobs staging"),), ends=WELL, house=SILENT),
    Flow(
        name="claim while nobody is there", says=DEPLOY_MAIL, ends=frozenset({S.SUCCEEDED, S.FAILED}), house=FENCED,
        fates={"mail-ci.run": ("fine",)}, script=away(State.RUNNING, 12 * MINUTE),
    ),
    Flow(
        name="stopped before the claim", says=((SECOND, ADA, "deploy mail production"),), house=FENCED,
        habits=replace(QUIET, stops=1), ends=frozenset({S.CANCELLED, S.SUCCEEDED, S.FAILED}),
        fates={"mail-ci.run": ("queued",)},
    ),
    Flow(
        name="unknown, taken over before the claim", says=((SECOND, ADA, "deploy mail production"),), house=ASKED,
        habits=replace(QUIET, takes_over_unknown=1), ends=frozenset({S.SUCCEEDED, S.ROLLED_BACK, S.CANCELLED}),
        fates={"mail-ci.start": ("timeout_after",), "mail-ci.run": ("queued",)},
    ),
    Flow(
        name="taken over before the claim", house=FENCED, fates={"jobs-ci.run": ("queued",)},
        says=((SECOND, ADA, "deploy jobs production"), (20 * SECOND, GRACE, "rollback jobs production")),
        ends=frozenset({S.SUCCEEDED, S.ROLLED_BACK, S.SUPERSEDED, S.REJECTED}),
    ),
)  # fmt: skip

WATCHING: tuple[Flow, ...] = (
    Flow(name="verify", says=((SECOND, ADA, "deploy api staging"),), ends=WELL, house=BAKED),
    Flow(
        name="verify, one bad look", says=((SECOND, ADA, "deploy api staging"),), ends=WELL, house=BAKED,
        fates={"api-ci.mood": ("mends",)},
    ),
    Flow(
        name="auto-rollback", says=((SECOND, ADA, "deploy api production"),), house=BAKED,
        fates={"api-ci.mood": ("ill",)}, ends=frozenset({S.ROLLED_BACK, S.SUCCEEDED}),
    ),
    Flow(
        name="auto-rollback, ill as well", says=((SECOND, ADA, "deploy api production"),), house=BAKED,
        fates={"api-ci.mood": ("ill", "ill")}, ends=frozenset({S.FAILED, S.SUCCEEDED}),
    ),
    Flow(
        name="auto-rollback, stopped", says=((SECOND, ADA, "deploy api production"),), house=BAKED,
        fates={"api-ci.mood": ("ill",)}, ends=frozenset({S.FAILED, S.ROLLED_BACK, S.SUCCEEDED}),
        script=presses(OfferVerb.LEAVE, GRACE, when=SECOND),
    ),
    Flow(
        name="auto-rollback, stopped, then away", says=((SECOND, ADA, "deploy api production"),), house=BAKED,
        fates={"api-ci.mood": ("ill",)}, ends=frozenset({S.FAILED, S.ROLLED_BACK, S.SUCCEEDED}),
        script=both(presses(OfferVerb.LEAVE, GRACE, when=SECOND), away(None, 30 * SECOND)),
    ),
    Flow(
        name="auto-rollback, then the same again", house=BAKED, fates={"api-ci.mood": ("ill",)},
        says=((SECOND, ADA, "deploy api production"), (4 * MINUTE, ADA, "deploy api production")),
        ends=frozenset({S.ROLLED_BACK, S.SUCCEEDED}),
    ),
    Flow(
        name="auto-rollback, unlocked", house=BAKED, fates={"api-ci.mood": ("ill",)},
        habits=replace(QUIET, unlocks=1),
        says=((SECOND, ADA, "deploy api production"), (6 * MINUTE, ADA, "deploy api production")),
        ends=frozenset({S.ROLLED_BACK, S.SUCCEEDED}),
    ),
    Flow(
        name="inconclusive", says=((SECOND, ADA, "deploy web staging"),), house=BAKED, fates={"web-ci.mood": ("silent",)},
        ends=frozenset({S.SUCCEEDED}),
    ),
    Flow(
        name="unhealthy, and people decide", says=((SECOND, ADA, "deploy web staging"),), house=TOLD,
        fates={"web-ci.mood": ("sickens",)}, ends=frozenset({S.FAILED}),
    ),
)  # fmt: skip

LOST_IN_PRODUCTION = ((SECOND, ADA, "deploy mail production"),)
NEVER_ARRIVED = {"mail-ci.start": ("timeout_before",)}
ONLY = ((SECOND, ADA, "deploy jobs staging"), (40 * SECOND, ADA, "deploy jobs staging"))
BARRED: tuple[Flow, ...] = (
    Flow(
        name="never claimed, and refused since", house=SILENT, ends=WELL, script=merged("jobs", when=35 * SECOND),
        says=(*ONLY, (70 * SECOND, GRACE, "rollback jobs staging because it is broken")),
    ),
    Flow(
        name="frozen", house=FROZEN, ends=WELL, script=merged("api", when=4 * MINUTE),
        says=(
            (114 * SECOND, ADA, "deploy api production"), (5 * MINUTE, ADA, "deploy api production"),
            (7 * MINUTE, GRACE, "rollback api production because it is broken"),
            (17 * MINUTE, ADA, "deploy api production"),
        ),
    ),
)  # fmt: skip

DECIDING: tuple[Flow, ...] = (
    Flow(
        name="decision by two", says=LOST_IN_PRODUCTION, fates=NEVER_ARRIVED, ends=frozenset({S.CANCELLED}),
    ),
    Flow(
        name="decision, two at odds", says=LOST_IN_PRODUCTION, fates=NEVER_ARRIVED,
        ends=frozenset({S.CANCELLED, S.FAILED}), habits=HANDS_OFF,
        script=both(decides(ADA, S.FAILED, at=27 * MINUTE), decides(GRACE, S.CANCELLED, at=27 * MINUTE)),
    ),
    Flow(
        name="decision by one alone", says=LOST_IN_PRODUCTION, fates=NEVER_ARRIVED, ends=frozenset({S.CANCELLED}),
        habits=HANDS_OFF,
        script=both(
            decides(ADA, S.CANCELLED, at=27 * MINUTE), decides(ADA, S.CANCELLED, at=28 * MINUTE),
            decides(LINUS, S.CANCELLED, at=30 * MINUTE),
        ),
    ),
    Flow(
        name="decision, and the run is there", house=ASKED, says=LOST_IN_PRODUCTION, habits=HANDS_OFF,
        fates={"mail-ci.start": ("timeout_after",), "mail-ci.run": ("tired",)}, ends=frozenset({S.CANCELLED}),
        script=both(decides(ADA, S.CANCELLED, at=27 * MINUTE), decides(GRACE, S.CANCELLED, at=28 * MINUTE)),
    ),
    Flow(
        name="decision, and a rollback takes over", says=LOST_IN_PRODUCTION, fates=NEVER_ARRIVED,
        ends=frozenset({S.CANCELLED, S.ROLLED_BACK, S.SUCCEEDED}), habits=HANDS_OFF,
        script=both(
            decides(ADA, S.CANCELLED, at=27 * MINUTE), decides(GRACE, S.CANCELLED, at=27 * MINUTE + 4 * SECOND),
            says(LINUS, "rollback mail production because it is broken", when=26 * MINUTE + 59 * SECOND),
        ),
    ),
)  # fmt: skip

RESTORING: tuple[Flow, ...] = (
    Flow(
        name="restore", ends=frozenset({S.SUCCEEDED, S.FAILED, S.REJECTED}),
        script=both(merged("web", when=25 * SECOND), merged("web", when=100 * SECOND), restored(22 * SECOND, 2 * MINUTE)),
        says=(
            (SECOND, ADA, "deploy web staging"), (30 * SECOND, GRACE, "deploy web staging"),
            (126 * SECOND, ADA, "deploy web staging"), (6 * MINUTE, ADA, "deploy web staging"),
        ),
    ),
    Flow(
        name="restore while it runs", plan=SLOW, ends=frozenset({S.SUCCEEDED, S.REJECTED}),
        script=restored(20 * SECOND, 90 * SECOND),
        says=((SECOND, ADA, "deploy jobs staging"), (5 * MINUTE, ADA, "deploy jobs staging")),
    ),
)  # fmt: skip
