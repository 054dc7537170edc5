"""A page's outage as a list of moments: what the page shows at each, and what must have been told by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.domain.status import Endpoint
from tests.factories import (
    API,
    CHAT,
    CODE,
    Document,
    change,
    components,
    incident,
    incidents_document,
    maintenances_document,
    summary,
    update,
)
from tests.fakes.page import FakePage

KEYS = {CHAT: "chat", API: "api", CODE: "code"}
COURSE = ("investigating", "identified", "monitoring", "resolved")


@dataclass(slots=True)
class Story:
    """One incident as it grows."""

    identifier: str
    component: tuple[str, str]
    updates: list[Document] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.updates[-1]["status"] != "resolved")

    def document(self) -> Document:
        name = f"Trouble {int(self.identifier[-4:]):02}"
        return incident(self.identifier, name, updates=self.updates, impact="major")


class Timeline:
    """Grows incidents one update at a time, by a seeded generator; several may be open at once."""

    def __init__(self, seed: int, incidents: int) -> None:
        self._random = Random(seed)
        self._lacking = incidents
        self._moment = datetime.now(UTC)
        self.stories: list[Story] = []

    def moments(self) -> Iterator[None]:
        """Let one more thing happen at each step, until every incident is over."""
        while self._lacking or any(story.is_open for story in self.stories):
            growing = [story for story in self.stories if story.is_open]
            if self._lacking and (not growing or self._random.random() < 0.3):
                self._lacking -= 1
                number = len(self.stories)
                self.stories.append(Story(f"incident{number:04}", self._random.choice(list(KEYS))))
                growing = [self.stories[-1]]
            self._tell(self._random.choice(growing))
            yield

    def _tell(self, story: Story) -> None:
        self._moment = max(datetime.now(UTC), self._moment + timedelta(milliseconds=1))
        step = len(story.updates)
        status = COURSE[step]
        old, new = ("operational", "partial_outage") if step == 0 else ("partial_outage", "partial_outage")
        if status == "resolved":
            new = "operational"
        told = update(
            status,
            f"Step {step} of {story.identifier}.",
            at=self._moment,
            identifier=f"{story.identifier}u{step}",
            affected=[change(story.component, old, new)],
        )
        story.updates.append(told)

    def show_on(self, page: FakePage) -> None:
        """Let *page* show the present moment."""
        going_on = [story for story in self.stories if story.is_open]
        statuses: dict[str, Any] = {KEYS[story.component]: "partial_outage" for story in going_on}
        newest_first = sorted(self.stories, key=lambda story: story.updates[-1]["created_at"], reverse=True)
        now = self._moment
        shown = [story.document() for story in going_on]
        page.show(Endpoint.SUMMARY, summary(*shown, parts=components(**statuses), updated_at=now))
        full = [story.document() for story in newest_first]
        page.show(Endpoint.INCIDENTS, incidents_document(*full, updated_at=now))
        page.show(Endpoint.MAINTENANCES, maintenances_document(updated_at=now))

    def update_ids(self) -> set[str]:
        """Return the id of every update told so far."""
        return {told["id"] for story in self.stories for told in story.updates}
