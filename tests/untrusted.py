"""Untrusted words wherever a page can put them, and all that is then said: for every platform's tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from adapters.statuspage.parse import parse as parse_page
from bot.domain.answer import answer
from bot.domain.card import card
from bot.domain.health import Health
from bot.domain.history import history
from bot.domain.message import Message
from bot.domain.record import Known
from bot.domain.reply import reply
from bot.domain.status import Endpoint, Snapshot
from bot.domain.transitions import absorb
from tests import factories
from tests.domain.builders import at, change, component, incident, started, summary, update
from tests.factories import PAGE_URL

CHUNK = 50
"""How many texts one test takes, so that hundreds of them do not cost a test's own time each."""


def chunks(texts: Sequence[str]) -> pytest.MarkDecorator:
    """Return what gives a test all of *texts*, some at a time."""
    parts = [texts[first : first + CHUNK] for first in range(0, len(texts), CHUNK)]
    return pytest.mark.parametrize("texts", parts, ids=range(len(parts)))


def shortened(text: str) -> str:
    """Return *text* as the message of an assert, where 40,000 characters would help nobody."""
    return f"{text[:200]!r} ({len(text)} characters)"


def known_of(text: str) -> Known:
    """Return what is known after the page wrote *text* wherever it can."""
    part = factories.component(("chatexample1", text), text)
    hurt = factories.change(("chatexample1", text), "operational", "major_outage")
    told = [
        factories.update("investigating", text, identifier="u1", affected=[hurt]),
        factories.update(text, text, identifier="u2", affected=[hurt], at=factories.minute(1)),
    ]
    document = factories.incident(name=text, updates=told, impact=text, status="investigating")
    document = factories.summary(document, parts=[part, factories.component(factories.API)], indicator=text)
    snapshot = parse_page(Endpoint.SUMMARY, factories.encode(document), PAGE_URL)
    assert isinstance(snapshot, Snapshot), snapshot
    return absorb(Known(), snapshot, at(2)).known


def told_of(text: str) -> Iterator[tuple[Message, bool]]:
    """Yield all that is said after the page wrote *text* wherever it can, and whether it is said small."""
    sendable = text.encode("utf-8", "replace").decode()
    known = known_of(sendable)
    (record,) = known.records.values()
    assert known.page is not None
    shows = [one.id for one in record.incident.updates]
    says = [mark.id for mark in record.marks]
    said = [
        card(record, PAGE_URL, shows),
        card(record, PAGE_URL, shows, followed=False),
        reply(record, PAGE_URL, shows, says),
        reply(record, PAGE_URL, (), says),
        answer(known, Health(read_at=at(2)), at(3), PAGE_URL).message,
        answer(known, Health(read_at=at(2), reason=sendable, failures=3), at(3), PAGE_URL).message,
        history([record], known.page, at(3)),
    ]
    for index, message in enumerate(said):
        yield message, index in (2, 3)


def stored_unclean(text: str) -> tuple[Message, ...]:
    """Return what is said of *text* that no parser has seen."""
    told = (update(0, text, change("chat"), body=text), update(1, text, body=text))
    reader = started()
    reader.read(summary(1, incident("a", *told, name=text, impact=text, status=text), indicator=text))
    known = reader.known
    state = replace(known.components["chat"], component=component("chat", text, name=text))
    known = replace(known, components={"chat": state})
    record = reader["a"]
    return (
        card(record, PAGE_URL, ["u0", "u1"]),
        reply(record, PAGE_URL, ["u0", "u1"], [mark.id for mark in record.marks]),
        answer(known, Health(read_at=at(1)), at(2), PAGE_URL).message,
    )
