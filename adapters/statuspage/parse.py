"""From the bytes of one of the page's documents to a snapshot, or to the reason why not; it never raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from adapters.statuspage import fields
from adapters.statuspage.fields import Unusable, mapping
from adapters.statuspage.incidents import EntryReader
from bot.domain.status import Endpoint, Incident, Kind, Page, Snapshot

_FULL_LISTS = {
    Endpoint.INCIDENTS: ("incidents", Kind.INCIDENT),
    Endpoint.MAINTENANCES: ("scheduled_maintenances", Kind.MAINTENANCE),
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that says nothing, least of all that all is well. *reason* is for people."""

    reason: str


def parse(endpoint: Endpoint, body: bytes, page_url: str) -> Snapshot | Rejected:
    """Return what *body*, an answer of *endpoint*, says.

    *page_url* is where it was read; it stands in where the document names no address of its own.
    Of a key given twice in one object the last one holds, as everywhere in JSON.
    """
    try:
        return _snapshot(endpoint, _document(body), page_url)
    except Unusable as reason:
        return Rejected(f"{endpoint.value.rpartition('/')[2]} {reason}")


def _document(body: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Unusable("is not UTF-8") from None
    except RecursionError:
        raise Unusable("is nested too deeply") from None
    except ValueError as error:
        raise Unusable(_why_not_json(body, error)) from None
    if not isinstance(document, dict):
        raise Unusable("is JSON, but not an object")
    return document


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity: Python reads them, JSON does not know them


def _why_not_json(body: bytes, error: ValueError) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "is empty"
    if start == b"<":
        return "is not JSON but looks like a web page"
    place = f" (at character {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
    return f"is damaged or not JSON{place}"


def _snapshot(endpoint: Endpoint, document: Mapping[str, object], page_url: str) -> Snapshot:
    page = _page(document.get("page"), page_url)
    if endpoint is Endpoint.SUMMARY:
        return _summary(document, page)
    if endpoint not in _FULL_LISTS:
        raise Unusable("is not one of the page's JSON documents")
    key, kind = _FULL_LISTS[endpoint]
    reader = EntryReader()
    incidents = reader.incidents(_list(document, key), kind)
    return Snapshot(
        endpoint=endpoint,
        page=page,
        incidents=incidents,
        quarantined=tuple(reader.intake.quarantined),
        complete=not reader.intake.incidents_lost,
    )


def _summary(document: Mapping[str, object], page: Page) -> Snapshot:
    reader = EntryReader()
    components = reader.components(_list(document, "components"))
    if not components:
        raise Unusable("names no usable component")  # it would look as if all had been removed
    incidents = _incidents_of_summary(document, reader)
    return Snapshot(
        endpoint=Endpoint.SUMMARY,
        page=page,
        incidents=incidents,
        components=components,
        indicator=fields.word(mapping(document.get("status")).get("indicator")) or None,
        quarantined=tuple(reader.intake.quarantined),
        complete=not reader.intake.incidents_lost,
    )


def _incidents_of_summary(document: Mapping[str, object], reader: EntryReader) -> tuple[Incident, ...]:
    """Return the open incidents, then the maintenances, which not every page lists here."""
    incidents = reader.incidents(_list(document, "incidents"), Kind.INCIDENT)
    maintenances = reader.incidents(document.get("scheduled_maintenances"), Kind.MAINTENANCE)
    told = {incident.id for incident in incidents}
    for repeated in (one for one in maintenances if one.id in told):
        reader.intake.quarantine(f"maintenance repeats the id {repeated.id} of an incident")
    return incidents + tuple(one for one in maintenances if one.id not in told)


def _list(document: Mapping[str, object], key: str) -> list[object]:
    values = document.get(key)
    if not isinstance(values, list):
        raise Unusable(f"has no list of {key.replace('_', ' ')}")
    return values


def _page(value: object, page_url: str) -> Page:
    entry = mapping(value)
    page_id = fields.identifier(entry.get("id"))
    if page_id is None:
        raise Unusable("does not say which page it belongs to")
    url = fields.address(entry.get("url")) or page_url.rstrip("/")
    name = fields.name(entry.get("name")) or url.partition("://")[2]
    return Page(page_id, name, url, fields.moment(entry.get("updated_at")))
