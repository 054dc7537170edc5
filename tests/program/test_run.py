"""`run`, `status`, `check`, `migrate` as a person meets them: what is printed, and the exit codes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from bot.domain.status import Endpoint
from tests.factories import (
    components,
    incident,
    incidents_document,
    maintenances_document,
    minute,
    summary,
    update,
)
from tests.fakes.page import FakePage, Silence, fake_page
from tests.program.process import completed, ended, line_with, start, start_into, until


def show(page: FakePage, *incidents: dict[str, object], at: float = 0, **statuses: str) -> None:
    """Let *page* show these open incidents and component states everywhere."""
    page.show(Endpoint.SUMMARY, summary(*incidents, parts=components(**statuses), updated_at=minute(at)))
    page.show(Endpoint.INCIDENTS, incidents_document(*incidents, updated_at=minute(at)))
    page.show(Endpoint.MAINTENANCES, maintenances_document(updated_at=minute(at)))


async def test_run_says_what_it_watches_and_where_it_stores_answers_and_stops_with_0(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        process = await start(tmp_path, "run", STATUS_PAGE_URL=page.url, POLL_SECONDS="0.2")
        watching = await line_with(process, "Watching")
        storing = await line_with(process, "Storing")
        answer = await line_with(process, "is up")
        process.send_signal(signal.SIGINT)
        end = await ended(process)

    assert (page.url in watching, "data/claudestatus.db" in storing) == (True, True)
    assert "Example is up" in answer
    assert (end.code, end.err) == (0, "")
    assert (tmp_path / "data" / "claudestatus.db").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_run_stops_with_0_also_while_the_page_hangs(tmp_path: Path, number: signal.Signals) -> None:
    async with fake_page() as page:
        page.fault = Silence()
        process = await start(tmp_path, "run", STATUS_PAGE_URL=page.url)
        await until(lambda: bool(page.requests))
        process.send_signal(number)
        end = await ended(process)

    assert (end.code, end.err) == (0, "")


async def test_run_that_cannot_read_the_page_says_so_with_the_reason_and_the_next_try(tmp_path: Path) -> None:
    process = await start(tmp_path, "run", STATUS_PAGE_URL="http://127.0.0.1:9")
    headline = await line_with(process, "⚪")
    reason = await line_with(process, "Could not read the status page")
    next_try = await line_with(process, "Next try")
    process.send_signal(signal.SIGTERM)
    end = await ended(process)

    assert "Cannot say whether" in headline
    assert "refused" in reason
    assert "in 10 s" in next_try
    assert end.code == 0


async def test_a_new_incident_is_told_within_one_poll(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        process = await start(tmp_path, "run", STATUS_PAGE_URL=page.url, POLL_SECONDS="0.5")
        await line_with(process, "is up")
        before = len(page.asked(Endpoint.SUMMARY))
        show(page, incident(name="Chat is slow", updates=[update(at=minute(1))]), at=1)
        await line_with(process, "Chat is slow")
        polls = len(page.asked(Endpoint.SUMMARY)) - before
        process.send_signal(signal.SIGTERM)
        await ended(process)

    # One may have been under way when the page changed, one may have begun while we were reading.
    assert polls <= 3


async def test_run_ends_with_0_when_nobody_reads_its_output_any_more(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        reading, writing = os.pipe()
        process = await start_into(writing, tmp_path, "run", STATUS_PAGE_URL=page.url, POLL_SECONDS="0.2")
        os.close(writing)
        await until(lambda: bool(page.requests))
        os.close(reading)  # as `run | head` does
        show(page, incident(name="Chat is slow", updates=[update(at=minute(1))]), at=1)
        end = await ended(process)

    assert end.code == 0


async def test_a_second_run_on_the_same_file_refuses_with_a_clear_line(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        first = await start(tmp_path, "run", STATUS_PAGE_URL=page.url, POLL_SECONDS="0.2")
        await line_with(first, "is up")
        second = await completed(tmp_path, "run", STATUS_PAGE_URL=page.url)
        first.send_signal(signal.SIGTERM)
        end = await ended(first)

    assert (second.code, second.out, end.code) == (2, "", 0)
    assert second.err.count("\n") == 1
    assert "claudestatus.db" in second.err


async def test_bad_settings_are_all_reported_at_once_each_with_its_cure(tmp_path: Path) -> None:
    end = await completed(
        tmp_path,
        "run",
        STATUS_PAGE_URL="http://status.example.com",
        POLL_SECONDS="fast",
        PORT="0",
        LOG_FORMAT="xml",
    )

    assert end.code == 2
    assert end.out == ""
    lines = end.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["STATUS_PAGE_URL", "POLL_SECONDS", "PORT", "LOG_FORMAT"]
    assert all("; " in line for line in lines)


async def test_an_unknown_role_is_refused_with_those_there_are(tmp_path: Path) -> None:
    end = await completed(tmp_path, "run", "--roles", "watch,dance")

    assert end.code == 2
    assert "dance" in end.err
    assert "watch, deliver, slack, discord, web" in end.err


async def test_status_ends_with_0_1_or_3_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        up = await completed(tmp_path, "status", STATUS_PAGE_URL=page.url)
        show(page, chat="major_outage")
        down = await completed(tmp_path, "status", "--json", STATUS_PAGE_URL=page.url)
        page.show(Endpoint.SUMMARY, {"page": {}})
        unknown = await completed(tmp_path, "status", STATUS_PAGE_URL=page.url)

    assert (up.code, down.code, unknown.code) == (0, 1, 3)
    assert "Example is up" in up.out
    assert json.loads(down.out)["answer"] == "down"
    assert "Cannot say" in unknown.out
    assert list(tmp_path.iterdir()) == []


async def test_check_prints_a_line_for_each_thing_with_its_cure(tmp_path: Path) -> None:
    async with fake_page() as page:
        show(page)
        good = await completed(tmp_path, "check", STATUS_PAGE_URL=page.url)
    bad = await completed(tmp_path, "check", STATUS_PAGE_URL="http://127.0.0.1:9")

    assert good.code == 0
    assert all(line.startswith("✓") for line in good.out.splitlines())
    assert bad.code == 1
    assert [line.split(":")[0] for line in bad.out.splitlines() if line.startswith("✗")] == ["✗ page"]


async def test_migrate_brings_the_database_up_to_date_and_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    first = await completed(tmp_path, "migrate", DATABASE_URL=url)
    second = await completed(tmp_path, "migrate", DATABASE_URL=url)

    assert (first.code, second.code) == (0, 0)
    assert "was brought up to date" in first.out
    assert "is up to date" in second.out
    with sqlite3.connect(tmp_path / "bot.db") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert "delivery" in tables


async def test_help_names_every_command(tmp_path: Path) -> None:
    end = await completed(tmp_path, "--help")

    assert end.code == 0
    assert all(word in end.out for word in ("run", "status", "replay", "check", "migrate"))
