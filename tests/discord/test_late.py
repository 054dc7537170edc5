"""Interactions answered late, twice, or with Discord away: one line in the log, and what was done holds."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.domain.subscription import Subscription
from tests.discord.scene import until
from tests.discord.world import World
from tests.fakes.broken_store import BrokenStore, SlowStore
from tests.fakes.discord.faults import cut, error, http, raw, reset
from tests.fakes.discord.heard import Heard
from tests.fakes.discord.people import DM_CHANNEL, Somebody

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"

AWAY = {
    "unknown interaction": error(404, 10062, "Unknown interaction"),
    "acknowledged already": error(400, 40060, "Interaction has already been acknowledged."),
    "forbidden": error(403, 50013, "Missing Permissions"),
    "banned by Cloudflare": http(429),
    "connection reset": reset(),
    "reset after it was taken": reset(accepted=True),
    "answer cut off": cut(accepted=True),
    "no JSON": raw(b"hello", "text/plain", accepted=True),
    "broken JSON": raw(b"{", accepted=True),
    "a list": raw(b"[]", accepted=True),
}


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what we logged; each is a line, and none has a trace."""
    ours = [one for one in caplog.records if one.name.startswith(("adapters", "bot"))]
    assert all(one.exc_info is None and "\n" not in one.getMessage() for one in ours)
    return [one for one in ours if one.levelno >= logging.INFO]


@pytest.mark.parametrize("name", AWAY)
async def test_a_change_holds_though_its_answer_is_lost(
    talk: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    talk.discord.checked = False
    talk.discord.fail(CALLBACK, AWAY[name])
    await talk.people.types("claudealerts subscribe")
    assert await talk.subscription()
    assert [one.levelname for one in lines(caplog)] == ["WARNING"]


@pytest.mark.parametrize("name", ["unknown interaction", "reset after it was taken"])
async def test_nothing_is_done_twice_though_its_answer_is_lost(talk: World, name: str) -> None:
    talk.discord.fail(CALLBACK, AWAY[name])
    await talk.people.types("claudealerts subscribe")
    subscription = await talk.subscription()
    assert len(talk.discord.ledger.calls_of(CALLBACK)) == 1
    assert subscription
    assert subscription.version == 1


async def test_an_answer_after_three_seconds_is_one_line(
    talk: World, caplog: pytest.LogCaptureFixture
) -> None:
    opened = talk.interactions.begin(2, Somebody().channel, Somebody().guild)
    data = {"id": "1", "name": "claudestatus", "type": 1, "options": []}
    talk.clock.advance(timedelta(seconds=4))
    await talk.carry(talk.people.payload(opened, data, Somebody()))
    await talk.settle()
    [line] = lines(caplog)
    assert "code=10062" in line.getMessage()
    assert opened.said == []


async def test_what_comes_again_is_done_once(talk: World, caplog: pytest.LogCaptureFixture) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts test")
    before = len(talk.discord.ledger.calls)
    caplog.set_level(logging.INFO, "adapters.discord")
    await talk.people.again()
    assert len(talk.discord.ledger.calls) == before
    [line] = lines(caplog)
    assert "came again" in line.getMessage()


async def test_what_comes_again_to_another_client_is_done_once(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe")
    await talk.people.presses(heard.message, "test")
    tested_at = await talk.store.last_test((await _subscribed(talk)).channel)
    await talk.restart()
    talk.clock.advance(timedelta(seconds=30))
    await talk.people.again()
    assert await talk.store.last_test((await _subscribed(talk)).channel) == tested_at


async def _subscribed(talk: World) -> Subscription:
    found = await talk.subscription()
    assert found
    return found


async def slowly(talk: World, answering: str) -> Heard:
    """Let *answering* be given while the store takes its time; return what came of it."""
    slow = SlowStore(talk.store)
    talk.patience = 0.01
    await talk.restart(slow)
    asking = asyncio.create_task(talk.people.types(answering))
    await until(lambda: talk.discord.ledger.calls_of(CALLBACK))
    slow.go_on()
    return await asking


async def test_an_answer_that_takes_its_time_is_announced_and_comes(talk: World) -> None:
    heard = await slowly(talk, "claudestatus")
    assert heard.open.answer == 5
    assert heard.is_private
    assert "🟢" in heard.text
    assert len(heard.open.said) == 1


async def test_a_panel_that_takes_its_time_comes_in_the_place_of_the_announcement(talk: World) -> None:
    heard = await slowly(talk, "claudealerts settings")
    assert heard.is_private
    assert heard.actions == ["panel_subscribe"]


async def test_an_expired_token_is_one_line(talk: World, caplog: pytest.LogCaptureFixture) -> None:
    talk.discord.fail(ORIGINAL, error(401, 50027, "Invalid Webhook Token"))
    await slowly(talk, "claudealerts subscribe")
    [line] = lines(caplog)
    assert "code=50027" in line.getMessage()
    assert await talk.subscription()


async def test_what_was_not_announced_is_not_answered_later(talk: World) -> None:
    talk.discord.fail(CALLBACK, AWAY["unknown interaction"])
    heard = await slowly(talk, "claudealerts subscribe")
    assert heard.open.said == []
    assert await talk.subscription()
    assert [call.status for call in talk.discord.ledger.calls_of(ORIGINAL)] == []


async def test_a_press_in_the_panel_that_takes_its_time_changes_the_panel(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    panel = (await talk.people.types("claudealerts settings")).message
    slow = SlowStore(talk.store)
    talk.patience = 0.01
    await talk.restart(slow)
    before = len(talk.discord.ledger.calls_of(CALLBACK))
    asking = asyncio.create_task(talk.people.chooses(panel, "panel_impact", ["major"]))
    await until(lambda: len(talk.discord.ledger.calls_of(CALLBACK)) > before)
    slow.go_on()
    heard = await asking
    assert heard.open.answer == 6
    assert heard.message is panel
    assert heard.chosen("panel_impact") == ["major"]


async def test_an_answer_that_cannot_be_shared_is_one_line(
    talk: World, caplog: pytest.LogCaptureFixture
) -> None:
    heard = await talk.people.types("claudestatus")
    talk.discord.fail(FOLLOW_UP, error(401, 50027, "Invalid Webhook Token"))
    await talk.people.presses(heard.message, "share")
    assert len(lines(caplog)) == 1
    assert talk.discord.ledger.messages(Somebody().channel) == []


async def test_discord_away_is_one_line(talk: World, caplog: pytest.LogCaptureFixture) -> None:
    await talk.discord.stop()
    await talk.people.types("claudealerts subscribe")
    await talk.discord.start()
    assert await talk.subscription()
    assert [one.levelname for one in lines(caplog)] == ["WARNING"]


@pytest.mark.parametrize("name", ["unknown interaction", "connection reset"])
async def test_late_suggestions_are_no_trouble(
    talk: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    talk.discord.fail(CALLBACK, AWAY[name])
    assert await talk.people.is_suggested("claudestatus", "component", "c") == []
    assert lines(caplog) == []


async def test_without_memory_everything_is_answered(talk: World, caplog: pytest.LogCaptureFixture) -> None:
    await talk.people.types("claudealerts subscribe")
    panel = (await talk.people.types("claudealerts settings")).message
    await talk.restart(BrokenStore(talk.store))
    caplog.clear()
    said = [
        await talk.people.types("claudestatus"),
        await talk.people.types("claudealerts settings"),
        await talk.people.types("claudealerts settings", {"impact": "major"}),
        await talk.people.asks_beside(Somebody(channel=DM_CHANNEL, guild=None)),
        await talk.people.sends(panel, "cs1:share:"),
        await talk.people.sends(panel, "cs1:subscribe:"),
        await talk.people.chooses(panel, "panel_impact", ["major"]),
    ]
    assert all("I cannot reach my memory" in heard.text and heard.is_private for heard in said)
    assert len(lines(caplog)) == 2 * len(said)
