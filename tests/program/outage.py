"""One incident of a page, as a test lets it grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.status import Endpoint
from tests.factories import (
    CHAT,
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


@dataclass
class Outage:
    """One incident on the page, as it grows; the page shows it after each word."""

    page: FakePage
    name: str = "Raised error rates in chat"
    impact: str = "minor"
    told: list[Document] = field(default_factory=list)

    def says(self, status: str, body: str, *, impact: str | None = None) -> None:
        """Add an update, published now."""
        self.impact = impact or self.impact
        old, new = ("partial_outage", "operational") if status == "resolved" else ("operational",) * 2
        if not self.told:
            old, new = "operational", "partial_outage"
        affected = [change(CHAT, old, new)] if old != new else None
        identifier = f"update{len(self.told)}"
        at = datetime.now(UTC)
        self.told.append(update(status, body, at=at, identifier=identifier, affected=affected))
        self.show()

    def show(self) -> None:
        """Let the page show it as it is."""
        now = datetime.now(UTC)
        known = [incident(name=self.name, updates=self.told, impact=self.impact)] if self.told else []
        is_open = bool(known) and self.told[-1]["status"] != "resolved"
        parts = components(chat="partial_outage") if is_open else components()
        self.page.show(Endpoint.SUMMARY, summary(*(known if is_open else []), parts=parts, updated_at=now))
        self.page.show(Endpoint.INCIDENTS, incidents_document(*known, updated_at=now))
        self.page.show(Endpoint.MAINTENANCES, maintenances_document(updated_at=now))
