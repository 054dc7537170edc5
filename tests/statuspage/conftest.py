"""A page to read, and the adapter that reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.statuspage.client import StatusPage, open_status_page
from tests.fakes.page import FakePage, fake_page
from tests.statuspage.deadlines import AMPLE, SHORT


@pytest.fixture
async def page() -> AsyncIterator[FakePage]:
    async with fake_page() as page:
        yield page


@pytest.fixture
async def source(page: FakePage) -> AsyncIterator[StatusPage]:
    async with open_status_page(page.url, AMPLE) as source:
        yield source


@pytest.fixture
async def hasty(page: FakePage) -> AsyncIterator[StatusPage]:
    async with open_status_page(page.url, SHORT) as source:
        yield source
