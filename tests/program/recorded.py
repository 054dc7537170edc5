"""One incident of the real page's history, to be lived through again, and which messages tell of it."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

import dev
from bot.domain.status import Endpoint
from tests.factories import Document, incidents_document, maintenances_document, written
from tests.fakes.page import FakePage
from tests.program.discord import words_of as written_in
from tests.replay.archive import EXCERPT

RECORDED = dev.ROOT.parent / "shared" / "statuspage"

needs_recording = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded history (../shared/statuspage) is not on this machine"
)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FASTER = 1000
"""What took hours takes seconds: what happened before a channel subscribed is no news there."""

BATCHES = (1, 3, 4, 6)
"""How many of its updates the page shows at each step: the first alone, then two, one and two more."""


def recorded() -> Document:
    """Return the newest incident of six updates that say six things, from its beginning to its end."""
    lines = gzip.decompress((RECORDED / "incidents.jsonl.gz").read_bytes()).splitlines()
    for line in reversed(lines):
        found: Document = json.loads(line)
        told = found["incident_updates"]
        if len(told) == BATCHES[-1] == len({words(one) for one in told}) and is_whole(found):
            return found
    raise AssertionError("the recorded history holds no such incident")


def is_whole(incident: Document) -> bool:
    statuses = [one["status"] for one in incident["incident_updates"]]
    return (statuses[0], statuses[-1]) == ("resolved", "investigating")


def words(update: Document) -> str:
    """Return how an update begins, as every excerpt of it does."""
    return " ".join(update["body"].split())[:EXCERPT].strip()


def squeezed(value: Any, begun: datetime, now: datetime) -> Any:
    """Return *value* with every moment in it moved: what was *begun* then begins *now*, and goes faster."""
    if isinstance(value, dict):
        return {key: squeezed(one, begun, now) for key, one in value.items()}
    if isinstance(value, list):
        return [squeezed(one, begun, now) for one in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return written(now + (datetime.fromisoformat(value) - begun) / FASTER)
    return value


def at_step(incident: Document, count: int) -> Document:
    """Return *incident* as it was when its first *count* updates were there."""
    told = incident["incident_updates"][-count:]
    newest = told[0]
    return {
        **incident,
        "incident_updates": told,
        "status": newest["status"],
        "updated_at": newest["created_at"],
        "resolved_at": newest["created_at"] if newest["status"] == "resolved" else None,
    }


def show(page: FakePage, incident: Document | None) -> None:
    """Let *page* show what the real one did on a good day, and *incident*."""
    now = datetime.now(UTC)
    summary = json.loads((RECORDED / "summary-operational.json").read_bytes())
    summary["page"]["updated_at"] = written(now)
    known = [incident] if incident else []
    summary["incidents"] = [one for one in known if one["status"] != "resolved"]
    page.show(Endpoint.SUMMARY, summary)
    page.show(Endpoint.INCIDENTS, {**incidents_document(*known), "page": summary["page"]})
    page.show(Endpoint.MAINTENANCES, {**maintenances_document(), "page": summary["page"]})


def said(embeds: list[Any]) -> str:
    """Return the words of embeds as people read them: what was escaped is there, the escape is not."""
    return re.sub(r"\\([^\w\s])", r"\1", written_in(embeds)).replace("\n> ", "\n")


def told_in(incident: Document, texts: list[str]) -> list[int]:
    """Return which of *texts* tells each update, oldest first. Each must be in one and no other."""
    texts = [" ".join(text.split()) for text in texts]
    told = incident["incident_updates"][::-1]
    places = [[at for at, text in enumerate(texts) if words(one) in text] for one in told]
    assert [len(one) for one in places] == [1] * len(told), places
    return [one[0] for one in places]
