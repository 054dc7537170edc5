"""The status page as the watcher sees it: a `StatusSource` on httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx

from adapters.statuspage.feed import read_feed
from adapters.statuspage.headers import entity_tag, given_at, is_stale, retry_after
from adapters.statuspage.parse import Rejected, parse
from adapters.statuspage.transfer import DEADLINE, Answer, fetch, open_client
from bot.domain.status import Endpoint
from bot.ports import Headline, Reading, Unreadable, Validator

_ASKS_TO_WAIT = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class StatusPage:
    """One status page. *url* is its address, *deadline* how long one read of it may take in all."""

    def __init__(self, url: str, client: httpx.AsyncClient, deadline: timedelta = DEADLINE) -> None:
        self._url = url.rstrip("/")
        self._client = client
        self._deadline = deadline

    async def read(self, endpoint: Endpoint, validator: Validator | None = None) -> Reading:
        """Return one reading of *endpoint*. Raises `Unreadable`, and nothing else."""
        known = entity_tag(validator.etag) if validator else None
        answer = await self._get(endpoint, {"If-None-Match": known} if known else {})
        etag = entity_tag(answer.headers.get("ETag"))
        stale, given = is_stale(answer.headers), given_at(answer.headers)
        if known and answer.status == HTTPStatus.NOT_MODIFIED:
            return Reading(None, Validator(etag or known), stale, given_at=given)
        _require_document(answer)
        snapshot = parse(endpoint, answer.body, self._url)
        if isinstance(snapshot, Rejected):
            raise Unreadable(snapshot.reason)
        return Reading(snapshot, Validator(etag) if etag else None, stale, answer.body, given)

    async def headlines(self) -> tuple[Headline, ...]:
        """Return the page's feed, newest first. Raises `Unreadable`, and nothing else."""
        answer = await self._get(Endpoint.ATOM, {})
        _require_document(answer)
        found = read_feed(answer.body)
        if isinstance(found, Rejected):
            raise Unreadable(found.reason)
        return found

    async def _get(self, endpoint: Endpoint, headers: dict[str, str]) -> Answer:
        return await fetch(self._client, self._url + endpoint.value, headers, self._deadline)


def _require_document(answer: Answer) -> None:
    """Raise `Unreadable` unless the page gave a document."""
    if answer.status == HTTPStatus.OK:
        return
    reason = f"the page answered {answer.status_in_words}"
    if answer.status == HTTPStatus.NOT_MODIFIED:
        raise Unreadable(f"{reason} to a question that allowed no such answer")
    if 300 <= answer.status < 400:
        raise Unreadable(
            f"{reason}: it wants us to look elsewhere, and redirects are not followed", refused=True
        )
    wait = retry_after(answer.headers, datetime.now(UTC)) if answer.status in _ASKS_TO_WAIT else None
    raise Unreadable(reason, retry_after=wait, refused=400 <= answer.status < 600)


@asynccontextmanager
async def open_status_page(url: str, deadline: timedelta = DEADLINE) -> AsyncIterator[StatusPage]:
    """Open *url* with a client of its own."""
    async with open_client() as client:
        yield StatusPage(url, client, deadline)
