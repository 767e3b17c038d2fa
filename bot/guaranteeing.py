"""What the present configuration guarantees: for each target, how often a deployment can happen, and what would make that better."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot.domain.claims import ClaimRule
from bot.domain.terms import Target
from bot.engine.catalogue import Catalogue
from bot.ports import Finding, Integration, Severity, TriggerClass
from bot.store import Tx, claims
from bot.store.errors import Unusable
from bot.store.outside import look

FENCED = "a run has its effect only after its claim, so at most one does; a lost answer is tried anew"
ALONE: dict[TriggerClass, str] = {
    TriggerClass.A: "starts at most once, and a lost answer is asked for again with the same key, for ever",
    TriggerClass.B: "starts at most once; a lost answer is asked for again while its key lives, then a person decides",
    TriggerClass.C: "starts at most once; after a lost answer its run is looked for, and where none is found a person decides",
    TriggerClass.D: "starts at most once; after a lost answer a person decides, for nobody can look",
}
"""Without a claim."""
BETTER = "Nobody has to decide any more with claim: required, and the claim in what deploys (docs/claim)."
SHOW = "Add the claim to what deploys (docs/claim), then show it: quarterdeck doctor --claim {} {}"


def guarantees(catalogue: Catalogue, integrations: Mapping[str, Integration], store: Path) -> list[Finding]:
    """One finding for each target that something deploys to; blocks."""
    try:
        shown = look(store, lambda tx: _shown(tx, catalogue))
    except Unusable:
        shown = {}  # what is wrong with the database is said once, and of none nothing is known
    found = []
    for service in catalogue.services.values():
        for each in service.environments:
            deployer = integrations[each.via].deployer
            if deployer is not None:
                missing, proven = shown.get(each.target, (0, False))
                rule = each.policy.claim
                found.append(_of(each.target, deployer.trigger_class, rule, missing=missing, proven=proven))
    return found


async def guaranteed(catalogue: Catalogue, integrations: Mapping[str, Integration], store: Path) -> list[Finding]:
    """The same without blocking."""
    return await asyncio.to_thread(guarantees, catalogue, integrations, store)


def _shown(tx: Tx, catalogue: Catalogue) -> dict[Target, tuple[int, bool]]:
    return {each: (claims.missing(tx, each), claims.proven(tx, each)) for each in catalogue.targets()}


def _of(target: Target, kind: TriggerClass, rule: ClaimRule, *, missing: int, proven: bool) -> Finding:
    subject, alone = f"guarantee of {target}", f"class {kind}, claim {rule}: {ALONE[kind]}"
    if missing and rule is ClaimRule.REQUIRED:
        sentence = (
            f"{alone}. The claim is required, and the run of #{missing} did not ask: the next deployment is refused"
        )
        fix = SHOW.format(target.service, target.environment)
        return Finding(severity=Severity.WARNING, subject=subject, sentence=sentence, fix=fix)
    if rule is ClaimRule.REQUIRED and proven:
        sentence = f"class {kind}, claim required and seen: {FENCED}"
        return Finding(severity=Severity.FINE, subject=subject, sentence=sentence)
    if rule is ClaimRule.REQUIRED:
        sentence = f"{alone}. No deployment has been claimed yet"
        fix = "The first that is claimed makes it one effect at most."
        return Finding(severity=Severity.FINE, subject=subject, sentence=sentence, fix=fix)
    fix = "" if kind is TriggerClass.A else BETTER
    return Finding(severity=Severity.FINE, subject=subject, sentence=alone, fix=fix)
