"""The status page rings, the program polls at once, and its numbers tell of it."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession

from tests.fakes.page import fake_page
from tests.program.outage import Outage
from tests.program.process import ended, killed, line_with, start
from tests.program.slack import free_port

SECRET = "a-secret-that-nobody-can-guess"


async def test_a_ring_is_answered_by_a_poll_and_the_numbers_tell_of_it(tmp_path: Path) -> None:
    async with fake_page() as page, ClientSession() as session:
        outage = Outage(page)
        outage.show()
        at = f"http://127.0.0.1:{(port := free_port())}"
        settings = {"STATUS_PAGE_URL": page.url, "POLL_SECONDS": "300", "PORT": str(port)}
        process = await start(tmp_path, "run", STATUS_WEBHOOK_SECRET=SECRET, **settings)
        try:
            await line_with(process, "is up")
            outage.says("investigating", "We look into it.")
            async with session.post(f"{at}/statuspage/{SECRET}", json={}) as rung:
                assert rung.status == 204
            await line_with(process, outage.name)
            async with session.get(f"{at}/metrics") as answer:
                numbers = await answer.text()
            process.terminate()
            end = await ended(process)
        finally:
            await killed(process)

    assert (end.code, end.err) == (0, "")
    assert 'claudestatus_polls_total{result="read"} 2.0' in numbers
    assert 'claudestatus_steps_total{outcome="ok",platform="terminal",step="send"}' in numbers
    assert "claudestatus_seen_lag_seconds_count 1.0" in numbers
    assert "claudestatus_database_up 1.0" in numbers
