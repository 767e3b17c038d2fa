"""Small words: hashes, names, ranges."""

from bot.domain.changes import Change, ChangeSet, Relation
from bot.domain.leases import Deployment
from bot.domain.messages import Message
from bot.domain.plans import canonical_hash, plan_hash
from bot.domain.terms import Action, Identity, Target, short

WEB = Target(service="web", environment="production")
ADA = Identity(team="T1", user="U02ADA")


def test_short_names() -> None:
    """Seven characters are shown; a digest's algorithm is not."""
    assert short("a41c9e2ffff") == "a41c9e2"
    assert short("sha256:0123456789") == "0123456"
    assert str(WEB) == "web → production"
    assert ADA.mention == "<@U02ADA>"


def test_the_plan_hash_covers_what_must_not_change() -> None:
    """Each part changes the hash; order of keys does not."""
    parts: dict[str, object] = {
        "action": Action.DEPLOY, "target": WEB, "who": ADA, "revision": "a", "live": "b", "policy_hash": "c",
        "workflow": "d", "steps": ("e",), "takes_over": 0,
    }  # fmt: skip
    others: dict[str, object] = {
        "action": Action.ROLLBACK, "target": Target(service="web", environment="staging"),
        "who": Identity(team="T1", user="U2"), "revision": "A", "live": "B", "policy_hash": "C", "workflow": "D",
        "steps": ("E",), "takes_over": 1,
    }  # fmt: skip
    base = plan_hash(**parts)  # type: ignore[arg-type]
    assert base == plan_hash(**dict(reversed(parts.items())))  # type: ignore[arg-type]
    for name, other in others.items():
        assert plan_hash(**(parts | {name: other})) != base, name  # type: ignore[arg-type]
    assert canonical_hash({"a": 1, "b": 2}) == canonical_hash({"b": 2, "a": 1})


def test_ranges_and_observations() -> None:
    """A cut list says so; a deployment without an operation was made by somebody else."""
    change = Change(revision="a", title="t", author="ada")
    cut = ChangeSet(base="x", head="y", relation=Relation.AHEAD, arriving=(change,), total=2)
    assert cut.truncated
    assert Deployment(target=WEB, revision="a", since=1).observed
    assert not Deployment(target=WEB, revision="a", since=1, operation=3).observed
    assert Message(text="t", blocks=({"type": "divider"},)).payload() == {"text": "t", "blocks": [{"type": "divider"}]}
