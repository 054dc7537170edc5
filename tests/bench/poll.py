"""What one poll costs: unchanged beside a bare 304, and a changed full list from bytes to rows."""

from __future__ import annotations

import asyncio
import copy
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from adapters.statuspage.client import StatusPage
from adapters.statuspage.parse import Rejected, parse
from adapters.statuspage.transfer import open_client
from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Settings
from bot.ports import Reading
from bot.watcher import Watcher
from storage.opening import open_store
from storage.store import SqlStore
from tests.bench.figures import Figure, cpu_milliseconds, interleaved
from tests.factories import START, encode, long_incidents_document, minute, update, written
from tests.fakes.clock import SetClock

POLL = timedelta(seconds=10)
UNCHANGED_LIMIT = 4.0
CHANGED_LIMIT_MS = 15.0
LIST_BYTES = 200_000
LIST_ENDS = 15_000
"""The minute after which the list holds nothing yet."""


async def poll(rounds: int) -> list[Figure]:
    """Measure both figures; more *rounds* (5 or so) make them steadier."""
    return [await _unchanged(rounds), await _changed(rounds)]


async def _unchanged(rounds: int) -> Figure:
    """Measure ticks at the real rhythm (so the full lists' turns are in it) beside bare conditional reads."""
    with _page_server() as url, tempfile.TemporaryDirectory() as folder:
        async with _store(folder) as store, open_client() as ours, httpx.AsyncClient(trust_env=False) as bare:
            clock = SetClock(START)
            watcher = Watcher(StatusPage(url, ours), store, clock)
            await watcher.tick()
            etag = (await bare.get(url + Endpoint.SUMMARY)).headers["ETag"]

            async def tick() -> None:
                clock.advance(POLL)
                assert (await watcher.tick()).result == "unchanged"

            async def read() -> None:
                answer = await bare.get(url + Endpoint.SUMMARY, headers={"If-None-Match": etag})
                assert answer.status_code == 304

            subject, floor = await interleaved(tick, read, rounds=rounds, times=60)
    return Figure("an unchanged poll", subject, floor, UNCHANGED_LIMIT, "a bare httpx 304")


async def _changed(rounds: int) -> Figure:
    """Measure a 200 KB list in which one incident has a new update: parsed, compared, written, made due."""
    documents = iter(_changing_lists(rounds * 10 + 6))
    with tempfile.TemporaryDirectory() as folder:
        async with _store(folder) as store:
            clock = SetClock(minute(LIST_ENDS))
            await store.subscribe(Channel("terminal", "local", "bench"), Settings(), "bench", clock.now())
            watcher = Watcher(StatusPage("http://127.0.0.1:9", httpx.AsyncClient()), store, clock)

            async def take() -> None:
                clock.advance(POLL)
                body = next(documents)
                snapshot = parse(Endpoint.INCIDENTS, body, "http://127.0.0.1:9")
                assert not isinstance(snapshot, Rejected)
                await watcher.observe(Endpoint.INCIDENTS, Reading(snapshot, body=body))

            await cpu_milliseconds(take, 6)
            taken = [await cpu_milliseconds(take, 10) for _ in range(rounds)]
    name = f"a changed incidents.json of {LIST_BYTES // 1000} KB, from bytes to rows"
    return Figure(name, statistics.median(taken), None, CHANGED_LIMIT_MS)


def _changing_lists(count: int) -> list[bytes]:
    document: dict[str, Any] = copy.deepcopy(long_incidents_document())
    bodies = []
    for turn in range(count):
        moment = minute(LIST_ENDS + turn)
        words = f"Turn {turn}: we keep watching."
        news = update("monitoring", words, at=moment, identifier=f"turn{turn:08d}")
        first = document["incidents"][0]
        first["incident_updates"] = [news, *first["incident_updates"]][:18]
        first["updated_at"] = document["page"]["updated_at"] = written(moment)
        body = encode(document)
        padding = LIST_BYTES - len(body)
        document["incidents"][-1]["incident_updates"][0]["body"] += "x " * max(0, padding // 2)
        bodies.append(encode(document))
    return bodies


@asynccontextmanager
async def _store(folder: str) -> AsyncIterator[SqlStore]:
    store = await open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def _page_server() -> Iterator[str]:
    """Run the page in a process of its own as long as the block lasts; give its address."""
    command = [sys.executable, "-m", "tests.bench.page_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.communicate("")


def as_document(figures: list[Figure]) -> str:
    """Return figures as JSON."""
    fields = ("name", "value", "floor", "ratio", "limit", "holds")
    return json.dumps([{field: getattr(one, field) for field in fields} for one in figures], indent=2)


def measured(rounds: int) -> list[Figure]:
    """Run the scenario."""
    return asyncio.run(poll(rounds))
