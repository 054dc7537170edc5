"""The operator's switch is called, and never disturbs what called it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.statuspage.heartbeat import Heartbeat
from adapters.statuspage.transfer import open_client
from tests.fakes.page import Answer, FakePage, Fault, Raw, Reset, Silence
from tests.statuspage.deadlines import SHORT


@pytest.fixture
async def heartbeat(page: FakePage) -> AsyncIterator[Heartbeat]:
    async with open_client() as client:
        yield Heartbeat(f"{page.url}/ping/secret?from=claudestatus", client)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_a_beat_that_is_heard_is_true(page: FakePage, heartbeat: Heartbeat, status: int) -> None:
    page.fault = Answer(status, body=b"" if status == 204 else b"OK")
    assert await heartbeat.beat()
    assert [request.path for request in page.requests] == ["/ping/secret?from=claudestatus"]


@pytest.mark.parametrize(
    "fault", [Answer(302, (("Location", "/"),)), Answer(404), Answer(500), Reset(), Raw(b"huh?")]
)
async def test_a_beat_that_is_not_heard_is_false_and_no_more(
    page: FakePage, heartbeat: Heartbeat, fault: Fault
) -> None:
    page.fault = fault
    assert not await heartbeat.beat()
    assert len(page.requests) == 1


async def test_a_beat_into_nowhere_is_false(page: FakePage) -> None:
    page.fault = Silence()
    async with open_client() as client:
        assert not await Heartbeat(page.url, client, SHORT).beat()
        assert not await Heartbeat("http://127.0.0.1:1/", client, SHORT).beat()
        assert not await Heartbeat("nonsense", client, SHORT).beat()
