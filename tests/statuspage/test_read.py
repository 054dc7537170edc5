"""Reading the page as the watcher does, over a real connection."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.statuspage.client import StatusPage, open_status_page
from bot.domain.status import Endpoint
from bot.ports import StatusSource, Unreadable, Validator
from tests.factories import (
    PAGE_URL,
    incident,
    incidents_document,
    maintenance,
    maintenances_document,
    minute,
    summary,
)
from tests.fakes.page import Answer, FakePage, Silence
from tests.statuspage.documents import accepted

SUMMARY = Endpoint.SUMMARY


async def failure(source: StatusSource, endpoint: Endpoint = SUMMARY) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        await source.read(endpoint, None)
    return caught.value


@pytest.mark.parametrize(
    ("endpoint", "document"),
    [
        (Endpoint.SUMMARY, summary(incident())),
        (Endpoint.INCIDENTS, incidents_document(incident())),
        (Endpoint.MAINTENANCES, maintenances_document(maintenance())),
    ],
)
async def test_each_document_is_read(
    page: FakePage, source: StatusPage, endpoint: Endpoint, document: object
) -> None:
    page.show(endpoint, document)
    reading = await source.read(endpoint, None)
    assert reading.snapshot == accepted(endpoint, document)
    assert accepted(endpoint, reading.body) == reading.snapshot
    assert not reading.stale


async def test_an_unchanged_document_is_answered_without_a_body(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    first = await source.read(SUMMARY, None)
    assert first.validator
    assert first.validator.etag.startswith('W/"')
    second = await source.read(SUMMARY, first.validator)
    assert (second.snapshot, second.validator, second.body) == (None, first.validator, b"")
    assert [request.status for request in page.requests] == [200, 304]


async def test_a_changed_document_is_read_anew(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    first = await source.read(SUMMARY, None)
    page.show(SUMMARY, summary(incident(), updated_at=minute(1)))
    second = await source.read(SUMMARY, first.validator)
    assert second.snapshot
    assert len(second.snapshot.incidents) == 1
    assert second.validator != first.validator


async def test_unchanged_is_no_answer_to_a_first_question(page: FakePage, source: StatusPage) -> None:
    page.fault = Answer(304, (("ETag", '"a"'),))
    assert "304 Not Modified" in (await failure(source)).reason
    with pytest.raises(Unreadable):
        await source.read(SUMMARY, Validator("*"))  # not sent, because it fits everything
    assert all("if-none-match" not in request.headers for request in page.requests)


async def test_an_unchanged_answer_may_come_with_another_entity_tag(
    page: FakePage, source: StatusPage
) -> None:
    page.script(SUMMARY, Answer(304, (("ETag", '"new"'),)), Answer(304))
    assert (await source.read(SUMMARY, Validator('"old"'))).validator == Validator('"new"')
    assert (await source.read(SUMMARY, Validator('"old"'))).validator == Validator('"old"')


async def test_an_answer_without_a_fit_entity_tag_has_no_validator(
    page: FakePage, source: StatusPage
) -> None:
    page.script(SUMMARY, Answer(200, (("ETag", "*"),), body=b'{"page": {"id": "p"}}'))
    page.show(SUMMARY, summary())
    await failure(source)
    page.script(Endpoint.INCIDENTS, Answer(body=b'{"page": {"id": "p"}, "incidents": []}'))
    assert (await source.read(Endpoint.INCIDENTS, None)).validator is None


async def test_an_answer_older_than_the_cache_may_give_is_marked_stale(
    page: FakePage, source: StatusPage
) -> None:
    page.show(SUMMARY, summary())
    page.age = 11
    first = await source.read(SUMMARY, None)
    second = await source.read(SUMMARY, first.validator)
    assert (first.stale, second.stale) == (True, True)
    page.age = None
    assert not (await source.read(SUMMARY, None)).stale


async def test_the_page_learns_who_reads_it_and_that_gzip_will_do(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    await source.read(SUMMARY, None)
    (request,) = page.requests
    assert request.headers["user-agent"].startswith("claudestatus/")
    assert "(+https://" in request.headers["user-agent"]
    assert request.headers["accept-encoding"] == "gzip"
    assert "cookie" not in request.headers


async def test_cookies_are_not_kept(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    page.script(SUMMARY, Answer(503, (("Set-Cookie", "visitor=1; Path=/"),)))
    await failure(source)
    await source.read(SUMMARY, None)
    assert "cookie" not in page.requests[1].headers


async def test_one_connection_serves_all_reads(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, summary())
    page.show(Endpoint.INCIDENTS, incidents_document())
    first = await source.read(SUMMARY, None)
    await source.read(SUMMARY, first.validator)
    await source.read(Endpoint.INCIDENTS, None)
    assert page.connections == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 502, 503, 504, 599])
async def test_an_error_is_a_refusal(page: FakePage, source: StatusPage, status: int) -> None:
    """Even with a good document in it."""
    page.fault = Answer(status, body=b'{"page": {"id": "p"}, "components": [], "incidents": []}')
    refusal = await failure(source)
    assert refusal.refused
    assert str(status) in refusal.reason
    assert refusal.retry_after is None


async def test_an_error_is_named_in_words(page: FakePage, source: StatusPage) -> None:
    page.fault = Answer(503)
    assert (await failure(source)).reason == "the page answered 503 Service Unavailable"


@pytest.mark.parametrize("status", [429, 503])
async def test_the_page_may_ask_to_be_left_alone(page: FakePage, source: StatusPage, status: int) -> None:
    page.fault = Answer(status, (("Retry-After", "90"),))
    assert (await failure(source)).retry_after == timedelta(seconds=90)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(page: FakePage, source: StatusPage, status: int) -> None:
    page.show("/elsewhere", summary())
    page.fault = Answer(status, (("Location", f"{page.url}/elsewhere"),))
    refusal = await failure(source)
    assert refusal.refused
    assert "redirects are not followed" in refusal.reason
    assert len(page.requests) == 1


@pytest.mark.parametrize("status", [201, 204, 206, 999])
async def test_any_other_status_is_no_document(page: FakePage, source: StatusPage, status: int) -> None:
    page.fault = Answer(status)
    refusal = await failure(source)
    assert str(status) in refusal.reason
    assert not refusal.refused


async def test_what_is_no_document_is_unreadable_with_the_reason(page: FakePage, source: StatusPage) -> None:
    page.show(SUMMARY, b"<html>Please sign in</html>")
    refusal = await failure(source)
    assert refusal.reason == "summary.json is not JSON but looks like a web page"
    assert not refusal.refused


@pytest.mark.parametrize("kind", [None, "text/html", "text/plain; charset=latin-1", "nonsense"])
async def test_what_an_answer_calls_itself_does_not_matter(
    page: FakePage, source: StatusPage, kind: str | None
) -> None:
    headers = (("Content-Type", kind),) if kind else ()
    page.fault = Answer(200, headers, b'{"page": {"id": "p"}, "incidents": []}')
    reading = await source.read(Endpoint.INCIDENTS, None)
    assert reading.snapshot


async def test_a_page_that_names_no_address_has_the_one_it_was_read_at(page: FakePage) -> None:
    page.fault = Answer(200, (), b'{"page": {"id": "p"}, "incidents": []}')
    async with open_status_page(page.url + "/") as source:
        snapshot = (await source.read(Endpoint.INCIDENTS, None)).snapshot
    assert snapshot
    assert snapshot.page.url == page.url
    assert page.requests[0].path == Endpoint.INCIDENTS
    page.fault = None
    page.show(SUMMARY, summary())
    async with open_status_page(page.url) as source:
        snapshot = (await source.read(SUMMARY, None)).snapshot
    assert snapshot
    assert snapshot.page.url == PAGE_URL


async def test_a_read_that_is_cancelled_ends_as_cancelled(page: FakePage, source: StatusPage) -> None:
    page.fault = Silence()
    reading = asyncio.create_task(source.read(SUMMARY, None))
    await page.was_asked.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_a_page_that_was_closed_is_unreadable(page: FakePage) -> None:
    async with open_status_page(page.url) as source:
        pass
    await failure(source)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "nonsense", "http://[::1", "http://a\x00b", "http://" + "x" * 70]
)
async def test_an_address_that_is_none_is_unreadable(url: str) -> None:
    async with open_status_page(url) as source:
        assert url not in (await failure(source)).reason
