"""`status`: the answer in words and as JSON, and its exit code."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from adapters.console import Terminal
from adapters.statuspage.client import open_status_page
from bot.domain.status import Endpoint
from bot.look import status
from tests.factories import (
    CHAT,
    change,
    component,
    components,
    entry,
    feed,
    incident,
    maintenance,
    minute,
    summary,
    update,
)
from tests.fakes.clock import SetClock
from tests.fakes.page import Answer, FakePage, fake_page

OUTAGE = incident(
    name="Chat cannot be reached",
    impact="major",
    updates=[update(at=minute(1), affected=[change(CHAT, new="major_outage")])],
    components=components(chat="major_outage"),
)
DOWN = summary(OUTAGE, parts=components(chat="major_outage"), indicator="major")
NO_IMPACT = incident(name="A word about billing", impact="none", updates=[update(at=minute(1))])
UNDER_WAY = maintenance(updates=[update("in_progress", "We have begun.")])


async def looked(
    page: FakePage, component_name: str | None = None, *, as_json: bool = False
) -> tuple[int, str]:
    """Return the exit code of one look at *page*, and what it printed."""
    out = io.StringIO()
    async with open_status_page(page.url) as source:
        code = await status(
            source,
            SetClock(minute(10)),
            page.url,
            component_name,
            as_json=as_json,
            out=out,
            show=Terminal(out, {}).show,
        )
    return code, out.getvalue()


async def document(page: FakePage, component_name: str | None = None) -> dict[str, Any]:
    _, text = await looked(page, component_name, as_json=True)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize(
    ("shown", "code", "words"),
    [
        pytest.param(summary(), 0, "Example is up", id="all operational"),
        pytest.param(DOWN, 1, "Chat is down", id="down"),
        pytest.param(summary(parts=components(api="degraded_performance")), 1, "degraded", id="degraded"),
        pytest.param(summary(parts=components(api="on_fire")), 1, "on fire", id="a status nobody knows"),
        pytest.param(summary(incident(name="Odd errors")), 1, "Odd errors", id="incident, all operational"),
        pytest.param(summary(NO_IMPACT), 0, "A word about billing", id="incident without impact is named"),
        pytest.param(
            summary(maintenances=[UNDER_WAY], parts=components(chat="under_maintenance")),
            0,
            "under maintenance",
            id="maintenance",
        ),
        pytest.param({"page": {}}, 3, "Cannot say", id="not a summary"),
        pytest.param(summary(parts=[]), 3, "Cannot say", id="no components at all"),
        pytest.param(b"<html>Log in to the hotel's network</html>", 3, "Cannot say", id="a captive portal"),
    ],
)
async def test_the_exit_code_follows_the_answer(shown: object, code: int, words: str) -> None:
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, shown)

        assert (await looked(page))[0] == code
        assert words in (await looked(page))[1]
        assert words in (await document(page))["text"]


async def test_json_tells_components_incidents_their_links_and_when_the_page_was_read() -> None:
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, DOWN)
        told = await document(page)

    assert (told["answer"], told["indicator"], told["reason"]) == ("down", "major", None)
    assert told["read_at"] == "2026-05-04T12:10:00+00:00"
    assert told["components"][0] == {"id": CHAT[0], "name": CHAT[1], "status": "major_outage"}
    (outage,) = told["incidents"]
    assert outage["url"] == "https://status.example.com/incidents/incident0001"
    assert (outage["impact"], outage["components"]) == ("major", [CHAT[0]])
    assert outage["update"]["text"] == "We are looking into raised error rates."


async def test_one_component_is_answered_about_alone() -> None:
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, DOWN)

        assert (await looked(page, "chat"))[0] == 1
        assert (await looked(page, "CODE"))[0] == 0
        assert "Code is up" in (await looked(page, "code"))[1]


async def test_an_unknown_component_ends_with_2_and_names_the_nearest() -> None:
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, DOWN)
        code, text = await looked(page, "caht")

    assert (code, "Chat" in text) == (2, True)


async def test_for_programs_an_unknown_component_is_an_object_too() -> None:
    async with fake_page() as page:
        page.show(Endpoint.SUMMARY, DOWN)
        code, text = await looked(page, "caht", as_json=True)

    assert code == 2
    assert json.loads(text) == {"answer": None, "unknown": "caht", "near": ["Chat"]}


async def test_one_look_that_fails_claims_nothing_about_since_when() -> None:
    async with fake_page() as page:
        code, text = await looked(page)

    assert code == 3
    assert "just now" in text
    assert "since" not in text


async def test_a_group_is_no_component_to_ask_about() -> None:
    async with fake_page() as page:
        page.show(
            Endpoint.SUMMARY,
            summary(parts=[component(("group0000001", "Everything"), group=True), *components()]),
        )

        assert (await looked(page, "everything"))[0] == 2


async def test_the_feed_speaks_where_the_summary_is_refused_and_is_marked() -> None:
    async with fake_page() as page:
        page.fault = None
        page.script(Endpoint.SUMMARY, Answer(403))
        page.show(Endpoint.ATOM, feed(entry(("Investigating", "We look into it."), name="Chat trouble")))
        code, text = await looked(page)

    assert code == 3
    assert "feed" in text
    assert "Chat trouble" in text
