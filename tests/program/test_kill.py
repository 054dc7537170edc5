"""kill -9 at any moment, and a restart: nothing is lost and nothing repeated in the terminal's ledger."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fakes.page import FakePage, fake_page
from tests.program.process import killed, start, until
from tests.program.timeline import Timeline

KILLS = 6
LONGEST_LIFE_SECONDS = 2.5
"""A start takes about one second, so kills fall into starting, polling, sending and writing."""


def lines_of(ledger: Path) -> list[dict[str, Any]]:
    """Return the whole lines of *ledger*; a torn last one is not there yet."""
    if not ledger.exists():
        return []
    text = ledger.read_text()
    return [json.loads(line) for line in text.split("\n")[:-1]]


def agrees(lines: list[dict[str, Any]], timeline: Timeline) -> bool:
    """Return whether every update was told and every card says that it is over."""
    told = {one for line in lines for one in line["updates"]}
    cards = {line["reference"]: line["text"] for line in lines if line["kind"] == "card"}
    return timeline.update_ids() <= told and all("Resolved" in text for text in cards.values())


async def play(page: FakePage, timeline: Timeline, seconds: Random) -> None:
    """Let the timeline go on, to its end."""
    for _ in timeline.moments():
        timeline.show_on(page)
        await asyncio.sleep(seconds.uniform(0.05, 0.6))


@pytest.mark.parametrize("seed", [1, 2])
async def test_kill_nine_at_any_moment_loses_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    seconds = Random(seed)
    timeline = Timeline(seed, incidents=4)
    ledger = tmp_path / "ledger.jsonl"
    async with fake_page() as page:
        timeline.show_on(page)
        variables = {"STATUS_PAGE_URL": page.url, "POLL_SECONDS": "0.1"}
        arguments = ("run", "--ledger", str(ledger))
        # The first life sees the page without incidents, so that all of them are news.
        first = await start(tmp_path, *arguments, **variables)
        await until(lambda: bool(page.requests))
        playing = asyncio.create_task(play(page, timeline, seconds))
        process = first
        for _ in range(KILLS):
            await asyncio.sleep(seconds.uniform(0.2, LONGEST_LIFE_SECONDS))
            await killed(process)
            process = await start(tmp_path, *arguments, **variables)
        await playing
        await until(lambda: agrees(lines_of(ledger), timeline))
        await killed(process)

    check(lines_of(ledger), timeline)


def check(lines: list[dict[str, Any]], timeline: Timeline) -> None:
    """Look at nothing but the ledger: each message sent once, each update in one message, in order."""
    sends = [line for line in lines if line["op"] == "send"]
    assert [nonce for nonce, count in Counter(line["nonce"] for line in sends).items() if count > 1] == []
    shows: dict[str, tuple[str, ...]] = {line["reference"]: tuple(line["updates"]) for line in lines}
    where = Counter(one for updates in shows.values() for one in updates)
    assert where == Counter(timeline.update_ids())
    for story in timeline.stories:
        ids = [told["id"] for told in story.updates]
        shown = [one for line in sends for one in shows[line["reference"]] if one in ids]
        assert shown == ids
    for line in lines:
        if "Resolved" in line["text"] and line["op"] == "send":
            assert any(one.endswith("u3") for one in line["updates"])
