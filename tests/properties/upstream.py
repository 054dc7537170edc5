"""The status page of a history: what its people may do to incidents, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from bot.domain.health import Headline
from bot.domain.status import Component, ComponentChange, Endpoint, Incident, Page, Snapshot, Update
from bot.ports import Reading, Validator
from tests.fakes.clock import SetClock

PAGE = Page("page1", "Example", "https://status.example.com")
COMPONENTS = tuple(
    Component(f"component{number}", name, "operational", number)
    for number, name in enumerate(("Chat", "API"))
)
STATES = ("operational", "operational", "degraded_performance", "partial_outage", "major_outage")
IMPACTS = ("none", "minor", "major", "critical")
OPEN = ("investigating", "identified", "monitoring")


class Upstream:
    """A `StatusSource` whose page changes by random acts of *random*, at the time of *clock*."""

    def __init__(self, random: Random, clock: SetClock) -> None:
        self._random = random
        self._clock = clock
        self._incidents: dict[str, Incident] = {}
        self._hidden: set[str] = set()
        self._components = COMPONENTS
        self._updates = 0

    async def read(self, endpoint: Endpoint, validator: Validator | None) -> Reading:
        """Return the page as it is; an incident that was withdrawn is in no list."""
        listed = tuple(one for one in self._incidents.values() if one.id not in self._hidden)
        page = replace(PAGE, updated_at=self._clock.now())
        match endpoint:
            case Endpoint.SUMMARY:
                still_open = tuple(one for one in listed if not one.is_closed)
                return Reading(Snapshot(endpoint, page, still_open, self._components, "none"))
            case Endpoint.INCIDENTS:
                return Reading(Snapshot(endpoint, page, listed))
        return Reading(Snapshot(endpoint, page))

    async def headlines(self) -> tuple[Headline, ...]:
        """Return nothing: the page is always readable here."""
        return ()

    def change(self) -> str:
        """Do one random thing that people do to such a page; returns its name."""
        acts: list[Callable[[], None]] = [self.open_one, self.flip_a_component]
        if self._some():
            acts += [
                self.update_one,
                self.update_one,
                self.update_twice,
                self.edit_in_place,
                self.change_impact,
            ]
            acts += [self.resolve, self.resolve, self.reopen, self.withdraw, self.write_postmortem]
        act = self._random.choice(acts)
        act()
        return act.__name__

    def open_one(self) -> None:
        """Open an incident, and now and then one that is over already."""
        if sum(not one.is_closed for one in self._some()) >= 2:
            return
        begun = self.begin(self._random.choice(OPEN), self._random.choice(IMPACTS))
        if self._random.random() < 0.15:
            self.tell(begun, "resolved")

    def flip_a_component(self) -> None:
        """Give a component some state, which may be the one it has."""
        chosen, state = self._random.randrange(len(self._components)), self._random.choice(STATES)
        self._components = tuple(
            replace(one, status=state) if number == chosen else one
            for number, one in enumerate(self._components)
        )

    def update_one(self) -> None:
        """Write an update."""
        self.tell(self._one(), self._random.choice(OPEN))

    def update_twice(self) -> None:
        """Write two updates before anybody reads the first."""
        chosen = self._one()
        self.tell(chosen, self._random.choice(OPEN))
        self.tell(chosen, self._random.choice((*OPEN, "resolved")))

    def edit_in_place(self) -> None:
        """Change the words of an update, or the incident's name, and leave all else."""
        chosen = self._incidents[self._one()]
        if self._random.random() < 0.3:
            self._incidents[chosen.id] = replace(chosen, name=f"{chosen.name.partition(',')[0]}, renamed")
            return
        edited = self._random.choice(chosen.updates)
        words = self._random.choice(("In other words.", "In clearer words.", "As first written."))
        updates = tuple(replace(one, body=words) if one is edited else one for one in chosen.updates)
        self._incidents[chosen.id] = replace(chosen, updates=updates)

    def change_impact(self) -> None:
        """Raise or lower an impact without a word."""
        self.rate(self._one(), self._random.choice(IMPACTS))

    def resolve(self) -> None:
        """Call one over that is open, if there is any."""
        if chosen := self._one_that(is_closed=False):
            self.tell(chosen, "resolved")

    def reopen(self) -> None:
        """Take one up again that was over, if there is any."""
        if chosen := self._one_that(is_closed=True):
            self.tell(chosen, "identified")

    def withdraw(self) -> None:
        """Take one off the page, or put it back."""
        self._hidden ^= {self._one()}

    def write_postmortem(self) -> None:
        """Write the word that comes after the end, if one is over."""
        if chosen := self._one_that(is_closed=True):
            self.tell(chosen, "postmortem")

    def begin(self, status: str, impact: str) -> str:
        """Open an incident that names some components; returns its id."""
        number = len(self._incidents) + 1
        identity, named = (
            f"incident{number}",
            [one for one in self._components if self._random.random() < 0.5],
        )
        begun = Incident(
            identity, f"Incident {number}", status, impact, self._clock.now(), components=tuple(named)
        )
        self._incidents[identity] = begun
        self.tell(identity, status)
        return identity

    def rate(self, identity: str, impact: str) -> None:
        """Give an incident another impact."""
        self._incidents[identity] = replace(self._incidents[identity], impact=impact)

    def tell(self, identity: str, status: str) -> None:
        """Add an update; its time is the page's, a few seconds before anybody can read it."""
        before = self._incidents[identity]
        self._updates += 1
        written = self._clock.now() - timedelta(seconds=self._random.randrange(20))
        written = max([written, *(one.created_at for one in before.updates)])
        changes = tuple(
            ComponentChange(one.id, one.name, "operational", one.status) for one in before.components
        )
        body = f"Word {self._updates} about {identity}."
        update = Update(f"u{self._updates}", status, body, written, changes)
        self._incidents[identity] = replace(before, status=status, updates=(*before.updates, update))

    def _some(self) -> list[Incident]:
        """Return the newest incidents; the others are left in peace."""
        return list(self._incidents.values())[-3:]

    def _one(self) -> str:
        return self._random.choice(self._some()).id

    def _one_that(self, *, is_closed: bool) -> str | None:
        fitting = [one.id for one in self._some() if one.is_closed is is_closed]
        return self._random.choice(fitting) if fitting else None
