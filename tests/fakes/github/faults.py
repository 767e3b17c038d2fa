"""What may go wrong between us and GitHub: before it does anything, after it has done it, or in the middle of its answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """How a request goes wrong."""

    INSTEAD = "instead"  # nothing is done; the status and body are the answer
    AFTER = "after"  # it is done, and the status and body are the answer all the same
    DROP = "drop"  # it is done, and the connection ends without an answer
    DROP_BEFORE = "drop_before"  # nothing is done, and the connection ends
    CUT = "cut"  # it is done, and the answer ends after so many bytes
    SILENT = "silent"  # it is done, and nothing ever comes


@dataclass(kw_only=True)
class Fault:
    """Goes wrong with the next `times` requests that match."""

    kind: FaultKind
    method: str = ""
    path: str = ""  # a regular expression that is looked for in it
    status: int = 502
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 20
    times: int = 1

    def takes(self, method: str, path: str) -> bool:
        """Whether this request is one; it counts then."""
        if self.times <= 0 or (self.method and self.method != method) or not re.search(self.path, path):
            return False
        self.times -= 1
        return True
