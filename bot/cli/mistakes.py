"""Expected errors in words: what happened, where, and what to do about it; anything else is a bug and keeps its traceback."""

import errno

from bot.errors import ChatError, QuarterdeckError

NO_SPACE = "Free some space there; nothing that was recorded is lost."
NO_ACCESS = "Give your user access to it, or choose another place."
FIXES: dict[int, str] = {
    errno.ENOSPC: NO_SPACE,
    errno.EDQUOT: NO_SPACE,
    errno.EROFS: "The disk is read-only: choose a folder that can be written, or mount it writable.",
    errno.EACCES: NO_ACCESS,
    errno.EPERM: NO_ACCESS,
    errno.ENOENT: "Check the spelling; the folder has to be there.",
    errno.ENOTDIR: "A part of this path is a file: choose another place.",
    errno.EISDIR: "This is a folder: name a file in it.",
    errno.EMFILE: "Too many files are open: raise the limit (ulimit -n 4096).",
    errno.EADDRINUSE: "Something else listens there: choose another port.",
}
ELSEWHERE = "Look at the system log, and try again."


def said(error: Exception) -> str | None:
    """The error as a sentence and its fix; None for what nobody expected."""
    if isinstance(error, ChatError):
        return _by_slack(error)
    if isinstance(error, TimeoutError):
        return f"no answer in time{f' ({error})' if str(error) else ''}. Look at the network, and try again."
    if isinstance(error, OSError):
        return _by_the_system(error)
    return str(error) if isinstance(error, QuarterdeckError) or _speaks_for_itself(error) else None


def _by_slack(error: ChatError) -> str:
    from bot.slack.explain import explain
    from bot.slack.failures import NotUsable

    return str(error) if isinstance(error, NotUsable) else " ".join(explain(error))


def _by_the_system(error: OSError) -> str:
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}. {FIXES.get(error.errno or 0, ELSEWHERE)}"


def _speaks_for_itself(error: Exception) -> bool:
    from bot.playground.errors import PlaygroundError
    from bot.web.listeners import PortInUse

    return isinstance(error, PlaygroundError | PortInUse)
