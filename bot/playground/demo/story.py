"""The five lines that a newcomer is offered, in the order in which they tell a story."""

from bot.playground.demo.world import DemoWorld
from bot.playground.panel import Try

_ADA = "U02ADA"


def tries(world: DemoWorld) -> tuple[Try, ...]:
    """Deploy, look, deploy again, fail, and go back: each line with a hint of what will be seen."""
    staging, production = world.place("web", "staging"), world.place("web", "production")
    return (
        Try(
            id="deploy-staging",
            title="Deploy to staging",
            channel="team-web",
            text="/ops deploy web staging",
            who=_ADA,
            hint=f"See what will change, confirm, and watch one card. The page itself: {staging.url}",
        ),
        Try(
            id="status",
            title="What is live?",
            channel="team-web",
            text="/ops status",
            who=_ADA,
            hint="Each running service is asked which revision it serves.",
        ),
        Try(
            id="deploy-production",
            title="Deploy to production",
            channel="team-web",
            text="/ops deploy web production",
            who=_ADA,
            hint=f"Now for real, with a migration on board. The page itself: {production.url}",
        ),
        Try(
            id="deploy-bad",
            title="A deploy that fails",
            channel="team-web",
            text="/ops deploy web@v1.3-rc production",
            who=_ADA,
            hint="This release candidate does not start. The card says why, and what still serves.",
        ),
        Try(
            id="rollback",
            title="Roll back",
            channel="team-web",
            text='/ops rollback web production --because "checkout errors"',
            who=_ADA,
            hint="Back to the last good revision. The page changes with it.",
        ),
    )
