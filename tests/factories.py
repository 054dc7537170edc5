"""Documents of a status page, in the shape of Statuspage's API and in our own words.

Every function returns what the page would write, as dictionaries; keyword arguments that are no
parameter go into the document as they are, and `without` takes fields away. `encode` makes bytes.
Shape: https://developer.statuspage.io/ (the public `/api/v2` endpoints of a page).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

Document = dict[str, Any]

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""The moment from which `minute` counts."""

PAGE_ID = "pageexample1"
PAGE_URL = "https://status.example.com"

CHAT = ("chatexample1", "Chat")
API = ("apiexample12", "API (api.example.com)")
CODE = ("codeexample1", "Code")


def minute(number: float) -> datetime:
    """Return the moment *number* minutes after `START`."""
    return START + timedelta(minutes=number)


def written(moment: datetime | None) -> str | None:
    """Return *moment* as the page writes it: milliseconds and a zone."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without(document: Document, *names: str) -> Document:
    """Return *document* without the fields *names*."""
    return {name: value for name, value in document.items() if name not in names}


def encode(document: object) -> bytes:
    """Return *document* as the bytes of a response."""
    return json.dumps(document, ensure_ascii=False).encode()


def component(
    identity: tuple[str, str] = CHAT, status: str = "operational", *, position: int = 1, **fields: Any
) -> Document:
    """Return a component; *identity* is its id and its name."""
    return {
        "id": identity[0],
        "name": identity[1],
        "status": status,
        "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": written(START),
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": "2024-01-01",
        "group_id": None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
        **fields,
    }


def change(
    identity: tuple[str, str] = CHAT, old: str = "operational", new: str = "partial_outage"
) -> Document:
    """Return one entry of an update's `affected_components`."""
    return {"code": identity[0], "name": identity[1], "old_status": old, "new_status": new}


def update(
    status: str = "investigating",
    body: str = "We are looking into raised error rates.",
    *,
    at: datetime = START,
    identifier: str = "",
    affected: Iterable[Document] | None = None,
    **fields: Any,
) -> Document:
    """Return an update; its id is made from *at* unless *identifier* is given."""
    return {
        "id": identifier or f"update{at:%d%H%M%S}",
        "status": status,
        "body": body,
        "incident_id": "incident0001",
        "created_at": written(at),
        "updated_at": written(at),
        "display_at": written(at),
        "affected_components": None if affected is None else list(affected),
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
        **fields,
    }


def incident(
    identifier: str = "incident0001",
    name: str = "Raised error rates in chat",
    *,
    updates: Iterable[Document] | None = None,
    impact: str = "minor",
    components: Iterable[Document] = (),
    **fields: Any,
) -> Document:
    """Return an incident. *updates* are given oldest first; status and times are taken from them."""
    told = [update()] if updates is None else list(updates)
    newest = told[-1] if told else update()
    over = newest["status"] in {"resolved", "postmortem", "completed"}
    return {
        "id": identifier,
        "name": name,
        "status": newest["status"],
        "created_at": (told or [newest])[0]["created_at"],
        "updated_at": newest["created_at"],
        "monitoring_at": None,
        "resolved_at": newest["created_at"] if over else None,
        "impact": impact,
        "shortlink": f"https://short.example.com/{identifier}",
        "started_at": (told or [newest])[0]["created_at"],
        "page_id": PAGE_ID,
        "incident_updates": told[::-1],
        "components": list(components),
        "reminder_intervals": None,
        **fields,
    }


def maintenance(
    identifier: str = "maintenance1",
    name: str = "Storage upgrade",
    *,
    updates: Iterable[Document] | None = None,
    begins: datetime = START + timedelta(hours=6),
    ends: datetime = START + timedelta(hours=8),
    **fields: Any,
) -> Document:
    """Return a scheduled maintenance from *begins* to *ends*."""
    told = [update("scheduled", "We will upgrade our storage.")] if updates is None else updates
    schedule = {"scheduled_for": written(begins), "scheduled_until": written(ends)}
    return incident(identifier, name, updates=told, impact="maintenance", **{**schedule, **fields})


def page(updated_at: datetime = START, **fields: Any) -> Document:
    """Return the `page` object that every document carries."""
    return {
        "id": PAGE_ID,
        "name": "Example",
        "url": PAGE_URL,
        "time_zone": "Etc/UTC",
        "updated_at": written(updated_at),
        **fields,
    }


def components(**statuses: str) -> list[Document]:
    """Return the page's three components, operational but for the *statuses* of `chat`, `api`, `code`."""
    identities = {"chat": CHAT, "api": API, "code": CODE}
    return [
        component(identity, statuses.get(key, "operational"), position=position)
        for position, (key, identity) in enumerate(identities.items(), 1)
    ]


def summary(
    *incidents: Document,
    parts: Iterable[Document] | None = None,
    maintenances: Iterable[Document] = (),
    indicator: str = "none",
    updated_at: datetime = START,
    **fields: Any,
) -> Document:
    """Return a `summary.json` with the open *incidents*; *parts* are its components."""
    return {
        "page": page(updated_at),
        "components": components() if parts is None else list(parts),
        "incidents": list(incidents),
        "scheduled_maintenances": list(maintenances),
        "status": {"indicator": indicator, "description": "What the page says of itself"},
        **fields,
    }


def incidents_document(*incidents: Document, updated_at: datetime = START, **fields: Any) -> Document:
    """Return an `incidents.json`; the page lists the incident with the newest update first."""
    return {"page": page(updated_at), "incidents": list(incidents), **fields}


def maintenances_document(*maintenances: Document, updated_at: datetime = START, **fields: Any) -> Document:
    """Return a `scheduled-maintenances.json`."""
    return {"page": page(updated_at), "scheduled_maintenances": list(maintenances), **fields}


def long_incidents_document(count: int = 50) -> Document:
    """Return an `incidents.json` of the usual size: *count* closed incidents of three updates each."""
    return incidents_document(*(_closed_incident(number) for number in reversed(range(count))))


def _closed_incident(number: int) -> Document:
    begun = number * 300
    affected = [change(CHAT), change(API, new="degraded_performance"), change(CODE)]
    recovered = [change(identity, "partial_outage", "operational") for identity in (CHAT, API, CODE)]
    words = "Requests fail more often than they should, and we are working on it. " * 3
    told = [
        update("investigating", words, at=minute(begun), identifier=f"u{number}a", affected=affected),
        update("identified", words, at=minute(begun + 20), identifier=f"u{number}b", affected=affected),
        update("resolved", words, at=minute(begun + 60), identifier=f"u{number}c", affected=recovered),
    ]
    return incident(
        f"incident{number:04}", f"Raised error rates, no. {number}", updates=told, components=components()
    )


def feed(*entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """Return a `history.atom` of the *entries*, each made by `entry`."""
    opening = f'<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom"><id>tag:{PAGE_ID}</id>'
    return f"{head}\n{opening}<title>Example - Incident History</title>{''.join(entries)}</feed>".encode()


def entry(
    *told: tuple[str, str],
    identifier: str = "incident0001",
    name: str = "Raised error rates in chat",
    at: datetime = START,
) -> str:
    """Return one entry of the feed; *told* are pairs of a status word and its text, newest first."""
    paragraphs = "".join(
        f"<p> <small>May <var data-var='date'> 4</var>, 12:00 UTC</small><br> "
        f"<strong>{word}</strong> - {text} </p>"
        for word, text in told
    )
    content = paragraphs.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f"<entry><id>tag:status.example.com,2005:Incident/31000001</id><published>{written(at)}</published>"
        f'<updated>{written(at)}</updated><link rel="alternate" type="text/html" '
        f'href="{PAGE_URL}/incidents/{identifier}"/><title>{name}</title>'
        f'<content type="html">{content}</content></entry>'
    )
