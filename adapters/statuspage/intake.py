"""The account kept while one document is read: what was set aside, and how much more may be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from adapters.statuspage.fields import Unusable

MAX_INCIDENTS = 500
MAX_UPDATES = 2_000
MAX_COMPONENTS = 1_000
MAX_REASONS = 100


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Identified)


@dataclass(slots=True)
class Intake:
    """What reading one document has set aside so far.

    *incidents_lost* is True once an incident could not be read, so that the absence of one says
    nothing. *updates_left* is how many updates may still be read.
    """

    quarantined: list[str] = field(default_factory=list)
    incidents_lost: bool = False
    updates_left: int = MAX_UPDATES

    def quarantine(self, reason: str) -> None:
        """Note that something was set aside; after `MAX_REASONS` only that there was more."""
        if len(self.quarantined) < MAX_REASONS:
            self.quarantined.append(reason)
        elif len(self.quarantined) == MAX_REASONS:
            self.quarantined.append("and more")

    def entries(
        self, values: object, what: str, limit: int, read: Callable[[Mapping[str, object]], _Entry]
    ) -> tuple[_Entry, ...]:
        """Return what *read* makes of each entry of a list, without the unusable and the repeated ones.

        *what* names an entry in the reasons. An absent list is an empty one.
        """
        if not isinstance(values, list):
            if values is not None:
                self.quarantine(f"{what}: not given as a list")
            return ()
        found: dict[str, _Entry] = {}
        for number, value in enumerate(islice(values, limit), 1):
            try:
                entry = read(value if type(value) is dict else {})
                if entry.id in found:
                    raise Unusable(f"repeats the id {entry.id}")
                found[entry.id] = entry
            except Unusable as reason:
                self.quarantine(f"{what} {number} {reason}")
        if len(values) > limit:
            self.quarantine(f"{what}: {len(values) - limit} more than the {limit} that are read")
        return tuple(found.values())
