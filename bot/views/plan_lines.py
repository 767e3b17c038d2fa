"""What a plan says before anything happens: the range, what to look at, what it takes over."""

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.plans import Plan
from bot.domain.summaries import Summary, leads, summarise
from bot.domain.terms import Action, short
from bot.domain.titles import ChangeKind
from bot.views import kit
from bot.views.change_lines import bump_line, warning_line
from bot.views.faces import WARNING, names_within
from bot.views.kit import Markup
from bot.views.offers import DOING

WARN = Markup(WARNING.emoji)
SHOWN = 2  # commits in a plan; the rest is one click away


def question(plan: Plan, *, dry_run: bool) -> Markup:
    """Line 1: Deploy web → production? What the context filled in is bold."""
    doing = f"Would {DOING[plan.action].lower()}" if dry_run else DOING[plan.action]
    ending = "" if dry_run else "?"
    service, environment = names_within(plan.target, kit.limits.LINE_1 - len(f"{doing}  → {ending}"))
    filled = plan.filled
    shown = kit.bold(service) if filled & {"service", plan.target.service} else kit.inert(service)
    where = kit.bold(environment) if filled & {"environment", plan.target.environment} else kit.inert(environment)
    return kit.mark("{} {} → {}{}", doing, shown, where, ending)


def range_line(plan: Plan) -> Markup:
    """Line 2: what arrives or leaves, seen from what is serving now."""
    return kit.fit([_range(plan)], kit.limits.LINE_2)


def _range(plan: Plan) -> Markup:
    to = kit.rev(plan.revision)
    if not plan.live:
        return kit.mark("First deploy here: {}, nothing is live yet", to)
    since, changes = kit.rev(plan.live), plan.changes
    if changes is None:
        return kit.mark("From {} to {}", since, to)
    words = {
        Relation.IDENTICAL: kit.mark("No change: {} is serving now", since),
        Relation.AHEAD: kit.mark("{} since {}, serving now", kit.plural(arriving(changes), "change"), since),
        Relation.BEHIND: kit.mark("Back from {} to {}: {} leave", since, to, _leaving(changes)),
        Relation.DIVERGED: kit.mark("From {}: {} arrive, {} leave", since, _arriving(changes), _leaving(changes)),
        Relation.UNRELATED: kit.mark("{} has no history in common with {}", to, since),
    }
    return words[changes.relation]


def arriving(changes: ChangeSet) -> int:
    """How many changes arrive; commits that were only counted are taken for one each."""
    return len(leads(changes.arriving)) + max(0, changes.total - len(changes.arriving))


def _arriving(changes: ChangeSet) -> str:
    return kit.plural(arriving(changes), "change")


def _leaving(changes: ChangeSet) -> str:
    return kit.plural(len(leads(changes.leaving)), "change")


def body_lines(plan: Plan) -> list[Markup]:
    """Everything between the range and the small print."""
    return [
        _unmerged(plan),
        _filled_ref(plan),
        _difference(plan),
        _irreversible(plan),
        warning_line(summarise(plan.changes)) if plan.changes else Markup(""),
        *_takes_over(plan),
        kit.mark("Why: {}", kit.inert(plan.because, 200)) if plan.because else Markup(""),
        _first_changes(plan),
    ]


def _unmerged(plan: Plan) -> Markup:
    if plan.merged or plan.action is Action.ROLLBACK:
        return Markup("")
    return kit.mark("{} head of {}, *not* merged", WARN, kit.inert(plan.ref or short(plan.revision), 60))


def _filled_ref(plan: Plan) -> Markup:
    if "ref" not in plan.filled or not plan.ref:
        return Markup("")
    return kit.mark("Revision: {}, {}", kit.bold(plan.ref, 60), kit.rev(plan.revision))


def _difference(plan: Plan) -> Markup:
    if not plan.live or plan.recorded == plan.live:
        return Markup("")
    if not plan.recorded:
        return kit.mark("{} {} is not in our record yet: adopt it if it is known to work", WARN, kit.rev(plan.live))
    who = kit.inert(plan.live_said_by or f"{plan.target.service} itself", 40)
    return kit.mark(
        "{} {} says it serves {}, our record says {}: that was not deployed from here",
        WARN,
        who,
        kit.rev(plan.live),
        kit.rev(plan.recorded),
    )


def _irreversible(plan: Plan) -> Markup:
    files = plan.changes.irreversible if plan.changes else ()
    if not files:
        return Markup("")
    names = kit.listed([kit.cap(path.rsplit("/", 1)[-1], 40) for path in files], 2)
    if plan.action is Action.ROLLBACK:
        return kit.mark("{} Not undone by this: {}", WARN, names)
    return kit.mark("{} A rollback will not undo {}", WARN, names)


def _takes_over(plan: Plan) -> list[Markup]:
    if not plan.takes_over:
        return []
    number = kit.number_of(plan.takes_over)
    words = {"needs_human": "decision needed", "unknown": "outcome unknown", "triggering": "starting"}
    state = words.get(plan.takes_over_state, plan.takes_over_state.replace("_", " ")) or "unfinished"
    if not plan.late_landing:
        return [kit.mark("Takes over {} ({}): stops it, then rolls back", number, state)]
    return [
        kit.mark("Takes over {} ({})", number, state),
        kit.mark("{} {} could still take effect later. You are asked for the service's name.", WARN, number),
    ]


def _first_changes(plan: Plan) -> Markup:
    if plan.changes is None:
        return Markup("")
    back = plan.changes.relation is Relation.BEHIND
    told = summarise(plan.changes)
    shown = sorted(told.main.told, key=lambda piece: piece.kind is ChangeKind.DEPENDENCY)[:SHOWN]
    left = told.main.count + (0 if back else told.hidden) - len(shown)
    more = f"{kit.number(left)} more" if left > 0 and shown else ""
    line = kit.join([*(change_title(piece.lead, 60) for piece in shown), more]) or _updates(told)
    return kit.mark("No longer live: {}", line) if back and line else line


def _updates(told: Summary) -> Markup:
    """Where all of it are dependency updates."""
    return kit.join([bump_line(bump) for bump in told.main.bumps[:SHOWN]])


def change_title(change: Change, most: int = 100) -> Markup:
    """#412 Faster checkout; a commit without a pull request by its short hash."""
    name = kit.number_of(change.number) if change.number else kit.rev(change.revision)
    return kit.join([name, kit.inert(change.title, most)], " ")


def small_print(plan: Plan, *, before: str) -> list[str]:
    """Line 3: gates, how long it usually takes, where it was verified, until when it is good."""
    gates = f"{kit.plural(plan.gates, 'gate')} passed" if plan.gates else ""
    usual = f"usually {kit.duration(plan.typical_ms)}" if plan.typical_ms else ""
    had = kit.mark("{} had it", kit.inert(before, 30)) if before else Markup("verified before this,")
    verified = kit.mark("{} {}", had, kit.when(plan.verified_before_at)) if plan.verified_before_at else ""
    good = kit.mark("good until {}", kit.when(plan.expires_at)) if plan.expires_at else ""
    return [gates, usual, verified, good]
