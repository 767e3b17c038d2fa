"""What administrators read when a user group changes that gives rights in production."""

from collections.abc import Mapping

from bot.domain.messages import Message
from bot.views import kit
from bot.views.notices import notice


def changed(body: Mapping[str, str]) -> Message:
    """Who joined and who left; nobody is called, and nothing is done by itself."""
    joined = kit.join([kit.mention(user) for user in body["joined"].split()], ", ")
    left = kit.join([kit.mention(user) for user in body["left"].split()], ", ")
    when = kit.when(int(body["counts_at"]))
    return notice(
        kit.mark("The user group {} changed: it gives rights in production.", kit.bold(f"@{body['group']}", 60)),
        kit.mark("Joined: {}. For approvals that counts from {}.", joined, when) if joined else kit.Markup(""),
        kit.mark("Left: {}. That counts at once.", left) if left else kit.Markup(""),
    )
