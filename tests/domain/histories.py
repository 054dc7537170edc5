"""Random histories of a status page, as the reads that somebody made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from bot.domain.status import Component, ComponentChange, Endpoint, Incident, Kind, Snapshot
from tests.domain.builders import OLD, at, incident, page, parts, update

STATES = ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance", "odd")
IMPACTS = ("none", "minor", "major", "critical", "odd")
OPEN = ("investigating", "identified", "monitoring", "pondering")
CLOSED = ("resolved", "postmortem")

Read = tuple[float, Snapshot]
"""The minute of a read, and what it gave."""


class Page:
    """A page on which people act at random; each act is a minute or some after the one before."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.minute = 0.0
        self.components = parts()
        self.incidents: dict[str, Incident] = {}
        self.deleted: set[str] = set()

    def draw(self, *choices: str) -> str:
        """Return one of *choices*."""
        return self._random.choice(choices)

    def act(self) -> None:
        """Do one of the things people do to such a page."""
        self.minute += self._random.choice((0.5, 1.0, 7.0, 20.0, 300.0))
        acts: dict[str, Callable[[], None]] = {
            "begin": self._begin,
            "flag": self._flag,
            "rename": self._rename,
        }
        if self.incidents:
            more = {"tell": self._tell, "raise": self._raise, "edit": self._edit, "delete": self._delete}
            acts |= more
        acts[self.draw(*acts)]()

    def summary(self) -> Snapshot:
        """Return `summary.json` as it is now."""
        listed = tuple(one for one in self._listed() if not one.is_closed)
        return Snapshot(
            Endpoint.SUMMARY, page(self.minute), listed, self.components, self.draw("none", "major")
        )

    def listing(self) -> Snapshot:
        """Return `incidents.json` as it is now, the newest update first."""
        listed = [one for one in self._listed() if one.kind is Kind.INCIDENT]
        newest_first = sorted((*listed, OLD), key=lambda one: one.newest_at, reverse=True)
        return Snapshot(Endpoint.INCIDENTS, page(self.minute), tuple(newest_first))

    def plans(self) -> Snapshot:
        """Return `scheduled-maintenances.json` as it is now."""
        listed = tuple(one for one in self._listed() if one.kind is Kind.MAINTENANCE)
        return Snapshot(Endpoint.MAINTENANCES, page(self.minute), listed)

    def _listed(self) -> list[Incident]:
        """Return what is not deleted; the states beside an incident are those of today."""
        today = {one.id: one for one in self.components}
        listed = (one for one in self.incidents.values() if one.id not in self.deleted)
        return [replace(one, components=tuple(today[part.id] for part in one.components)) for one in listed]

    def _begin(self) -> None:
        kind = Kind(self.draw("incident", "incident", "maintenance"))
        status = (
            self.draw(*OPEN, "resolved") if kind is Kind.INCIDENT else self.draw("scheduled", "in_progress")
        )
        key = f"i{len(self.incidents)}"
        named = tuple(one for one in self.components if self.draw("named", "not") == "named")
        first = update(self.minute, status, *self._changes(named), identity=f"{key}u0")
        begun = incident(key, first, impact=self.draw(*IMPACTS), components=named, kind=kind)
        self.incidents[key] = begun

    def _tell(self) -> None:
        told = self._one()
        status = (
            self.draw("in_progress", "completed")
            if told.kind is Kind.MAINTENANCE
            else self.draw(*OPEN, *CLOSED)
        )
        new = update(
            self.minute, status, *self._changes(told.components), identity=f"{told.id}u{len(told.updates)}"
        )
        self._put(replace(told, status=status, updates=(*told.updates, new)))

    def _raise(self) -> None:
        self._put(replace(self._one(), impact=self.draw(*IMPACTS)))

    def _edit(self) -> None:
        told = self._one()
        edited = replace(told.updates[0], body=self.draw("Once.", "Twice."))
        self._put(replace(told, updates=(edited, *told.updates[1:]), name=self.draw("One name", "Another")))

    def _delete(self) -> None:
        self.deleted ^= {self._one().id}

    def _flag(self) -> None:
        flagged, status = self.draw("chat", "api", "code"), self.draw(*STATES)
        self._rewrite(lambda one: replace(one, status=status) if one.id == flagged else one)

    def _rename(self) -> None:
        name = self.draw("Chat", "Chat, renamed")
        self._rewrite(lambda one: replace(one, name=name) if one.id == "chat" else one)

    def _rewrite(self, rewritten: Callable[[Component], Component]) -> None:
        self.components = tuple(map(rewritten, self.components))

    def _changes(self, named: tuple[Component, ...]) -> tuple[ComponentChange, ...]:
        if self.draw("told", "null") == "null":
            return ()
        today = {one.id: one for one in self.components}
        return tuple(ComponentChange(one.id, one.name, "operational", today[one.id].status) for one in named)

    def _one(self) -> Incident:
        return self.incidents[self.draw(*self.incidents)]

    def _put(self, told: Incident) -> None:
        self.incidents[told.id] = replace(told, updated_at=at(self.minute))


def reads(seed: int, length: int) -> list[Read]:
    """Return the reads of a history of *length* acts, in the order in which the page said them."""
    upstream = Page(Random(seed))
    found: list[Read] = [(0, upstream.summary()), (0, upstream.listing())]
    for _ in range(length):
        upstream.act()
        for _ in range(int(upstream.draw("0", "1", "1", "2"))):
            read = upstream.draw("summary", "summary", "list", "plans")
            snapshot = {"summary": upstream.summary, "list": upstream.listing, "plans": upstream.plans}[
                read
            ]()
            found.append((upstream.minute, snapshot))
    return found


HISTORIES = st.builds(reads, st.integers(0, 2**32), st.integers(1, 25))
