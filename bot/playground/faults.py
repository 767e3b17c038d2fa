"""Faults on order: what goes wrong in a real workspace on a bad day, made to happen now and a counted number of times."""

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.playground.journal import Journal, Kind


class Trouble(StrEnum):
    """What goes wrong. The first nine are about one Web API method, the rest about deliveries to the app."""

    ERROR = "error"
    RATE_LIMIT = "rate_limit"
    STATUS = "status"
    TIMEOUT = "timeout"
    SLOW = "slow"
    RESET = "reset"
    RESET_AFTER_COMMIT = "reset_after_commit"
    GARBLED = "garbled"
    EMPTY = "empty"
    HALF_OPEN = "half_open"
    REFUSE_TICKET = "refuse_ticket"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    LOST_ACK = "lost_ack"
    LOST_DELIVERY = "lost_delivery"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order: `method` may be `*`; `times` None means until cleared; `seconds` is the delay or Retry-After."""

    trouble: Trouble
    method: str = "*"
    times: int | None = 1
    error: str = "fatal_error"
    status: int = 500
    seconds: float = 1.0

    def concerns(self, method: str) -> bool:
        """Tell whether this order is about `method`."""
        return self.method in {"*", method}


class Faults:
    """The standing orders, used up one by one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order one fault."""
        self._orders.append(fault)

    def order(
        self,
        trouble: Trouble | str,
        method: str = "*",
        *,
        times: int | None = 1,
        error: str = "fatal_error",
        status: int = 500,
        seconds: float = 1.0,
    ) -> None:
        """Order a fault in one line: `faults.order("slow", "chat.update", seconds=2)`; ValueError for an unknown trouble."""
        kind = Trouble(trouble)
        self.add(Fault(trouble=kind, method=method, times=times, error=error, status=status, seconds=seconds))

    def clear(self) -> None:
        """Withdraw every order."""
        self._orders.clear()

    def standing(self) -> list[Fault]:
        """Return the orders that are not used up."""
        return list(self._orders)

    def take(self, method: str, *troubles: Trouble) -> Fault | None:
        """Use one order of these troubles about `method`, note it in the journal, and return it (None when there is none)."""
        for at, fault in enumerate(self._orders):
            if fault.trouble in troubles and fault.concerns(method):
                self._use(at, fault)
                self._journal.note(Kind.FAULT, str(fault.trouble), detail={"method": method})
                return fault
        return None

    def _use(self, at: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._orders[at]
        else:
            self._orders[at] = replace(fault, times=fault.times - 1)


CALL_TROUBLES = (
    Trouble.ERROR,
    Trouble.RATE_LIMIT,
    Trouble.STATUS,
    Trouble.TIMEOUT,
    Trouble.SLOW,
    Trouble.RESET,
    Trouble.RESET_AFTER_COMMIT,
    Trouble.GARBLED,
    Trouble.EMPTY,
)
