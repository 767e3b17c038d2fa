"""A database that was restored: what that means for whoever watches over the bot."""

from collections.abc import Mapping

from bot.domain.messages import Message
from bot.views import kit
from bot.views.kit import Markup


def restored(body: Mapping[str, str]) -> Message:
    """`body` is the row's: `file` (the backup), `at` (when it was restored, ms) and `aside` (where the old one is, may be empty)."""
    title = kit.mark("The database was restored from {} at {}.", kit.code(body["file"], 120), kit.when(int(body["at"])))
    warning = Markup(
        "It is in the past: what was deployed after that backup is not known here. Look at what every target serves before you deploy."
    )
    aside = kit.mark("The database from before is kept as {}.", kit.code(body["aside"], 120)) if body["aside"] else None
    text = kit.sentences(
        "The database was restored from a backup", "It is in the past: look at every target before you deploy"
    )
    return kit.message(text, [kit.section(title, warning, *([aside] if aside else []))])
