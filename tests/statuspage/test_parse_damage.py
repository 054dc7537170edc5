"""Damaged documents: `parse` never raises, and never takes damage for good news."""

from __future__ import annotations

import json
import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.statuspage.parse import Rejected, parse
from bot.domain.status import Endpoint, Snapshot
from tests.factories import PAGE_URL, encode, long_incidents_document, summary
from tests.statuspage.documents import MUTATIONS, accepted, documents, mutated, paths, read

JSON_ENDPOINTS = (Endpoint.SUMMARY, Endpoint.INCIDENTS, Endpoint.MAINTENANCES)

PATHOLOGY = {
    "nothing": b"",
    "white space": b" \n\t ",
    "null": b"null",
    "an array": b"[]",
    "an empty object": b"{}",
    "a number": b"5",
    "a string": b'"all good"',
    "a web page": b"<!DOCTYPE html><html><body>Sign in to the network</body></html>",
    "XML": b'<?xml version="1.0"?><page/>',
    "not a number": b'{"page": {"id": "p"}, "incidents": [NaN]}',
    "infinity": b'{"page": {"id": "p"}, "incidents": [-Infinity]}',
    "a number of 5,000 digits": b'{"page": {"id": "p"}, "incidents": [' + b"9" * 5_000 + b"]}",
    "100,000 arrays in each other": b"[" * 100_000,
    "100,000 objects in each other": b'{"page":' * 100_000,
    "closed deep arrays": b'{"page": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "UTF-16": '{"page": {"id": "p"}, "incidents": []}'.encode("utf-16"),
    "UTF-32": '{"page": {"id": "p"}, "incidents": []}'.encode("utf-32"),
    "Latin-1": '{"page": {"id": "p", "name": "é"}, "incidents": []}'.encode("latin-1"),
    "a raw surrogate": b'{"page": {"id": "p", "name": "\xed\xa0\x80"}, "incidents": []}',
    "two documents": b'{"page": {"id": "p"}, "incidents": []}{}',
    "a comma too many": b'{"page": {"id": "p"}, "incidents": [],}',
    "a raw line break in a string": b'{"page": {"id": "p\n"}, "incidents": []}',
    "a NUL": b'{"page": {"id": "p"}, "incidents": []}\x00',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS)
@pytest.mark.parametrize("body", PATHOLOGY.values(), ids=PATHOLOGY.keys())
def test_what_is_no_document_of_the_page_is_rejected(endpoint: Endpoint, body: bytes) -> None:
    assert isinstance(read(endpoint, body), Rejected)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "incidents.json is empty"),
        (b"<html>", "incidents.json is not JSON but looks like a web page"),
        (b"{]", "incidents.json is damaged or not JSON (at character 1)"),
        (b"[" * 100_000, "incidents.json is nested too deeply"),
        (b"\xff\xfe", "incidents.json is not UTF-8"),
        (b"[]", "incidents.json is JSON, but not an object"),
        (b"{}", "incidents.json does not say which page it belongs to"),
        (b'{"page": {"id": "p"}}', "incidents.json has no list of incidents"),
    ],
)
def test_a_rejection_says_why(body: bytes, reason: str) -> None:
    assert read(Endpoint.INCIDENTS, body) == Rejected(reason)


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS)
def test_a_document_cut_anywhere_is_rejected(endpoint: Endpoint) -> None:
    body = encode(documents()[endpoint])
    for length in range(len(body)):
        assert isinstance(parse(endpoint, body[:length], PAGE_URL), Rejected)


def test_a_long_document_cut_at_any_kilobyte_is_rejected() -> None:
    body = encode(long_incidents_document())
    assert len(body) > 100_000
    for length in range(0, len(body), 1024):
        assert isinstance(parse(Endpoint.INCIDENTS, body[:length], PAGE_URL), Rejected)


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS)
def test_any_field_may_hold_anything(endpoint: Endpoint) -> None:
    """Only what a document cannot be understood without is grounds to reject it."""
    document = documents()[endpoint]
    vital = {("page",), ("page", "id"), ("components",), ("incidents",), ("scheduled_maintenances",)}
    for path, mutation in product(paths(document), MUTATIONS):
        found = read(endpoint, mutated(document, path, mutation))
        assert isinstance(found, Snapshot) or path in vital, (path, mutation)


def test_a_broken_incident_harms_no_other_and_is_not_taken_for_gone() -> None:
    document = documents()[Endpoint.INCIDENTS]
    sound = accepted(Endpoint.INCIDENTS, document).incidents[1]
    for path, mutation in product(paths(document["incidents"][0]), MUTATIONS):
        found = accepted(Endpoint.INCIDENTS, mutated(document, ("incidents", 0, *path), mutation))
        assert found.incidents[-1] == sound, (path, mutation)
        assert found.complete is (len(found.incidents) == 2), (path, mutation)
        assert found.complete or found.quarantined


@settings(max_examples=200)
@given(st.data(), st.sampled_from(JSON_ENDPOINTS))
def test_many_fields_may_hold_anything_at_once(data: st.DataObject, endpoint: Endpoint) -> None:
    document = documents()[endpoint]
    ways = sorted(paths(document), key=repr)
    changes = st.lists(st.tuples(st.sampled_from(ways), st.sampled_from(MUTATIONS)), max_size=20)
    for path, mutation in data.draw(changes):
        document = mutated(document, path, mutation)
    read(endpoint, document)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


@given(_JSON, st.sampled_from(JSON_ENDPOINTS))
def test_any_json_below_the_page_is_read_or_rejected(value: object, endpoint: Endpoint) -> None:
    read(endpoint, json.dumps({**summary(), "incidents": value, "scheduled_maintenances": value}).encode())
    read(endpoint, json.dumps(value).encode())


@given(st.binary(max_size=300), st.sampled_from(tuple(Endpoint)))
def test_any_bytes_are_read_or_rejected(body: bytes, endpoint: Endpoint) -> None:
    read(endpoint, body)


@settings(max_examples=300)
@given(st.data(), st.sampled_from(JSON_ENDPOINTS))
def test_any_flipped_bytes_are_read_or_rejected(data: st.DataObject, endpoint: Endpoint) -> None:
    body = bytearray(encode(documents()[endpoint]))
    places = st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255))
    for place, byte in data.draw(st.lists(places, min_size=1, max_size=5)):
        body[place] = byte
    read(endpoint, bytes(body))


def test_five_megabytes_of_rubbish_are_done_with_quickly() -> None:
    entries = ",".join('{"id":1,"incident_updates":[{},{}],"components":[[]]}' for _ in range(90_000))
    started = time.process_time()
    snapshot = accepted(Endpoint.INCIDENTS, f'{{"page":{{"id":"p"}},"incidents":[{entries}]}}'.encode())
    assert time.process_time() - started < 5
    assert snapshot.incidents == ()
    assert not snapshot.complete
    assert len(snapshot.quarantined) <= 101
