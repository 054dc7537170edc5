"""The real program in Discord: asked, subscribed, through an outage, without Discord, and beside Slack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.domain.status import Endpoint
from tests.fakes.discord.faults import hang
from tests.fakes.discord.heard import said_in
from tests.fakes.discord.ledger import Message
from tests.fakes.page import fake_page
from tests.fakes.slack.heard import shown
from tests.program.discord import Running, discord_side, is_silent, running, words, words_of
from tests.program.outage import Outage
from tests.program.process import completed, ended, line_with, start, until
from tests.program.slack import running as running_in_slack

AWAY_SECONDS = float(os.environ.get("DISCORD_AWAY_SECONDS", "0"))
"""How long Discord is away at the least; a person may want to see a minute."""


async def subscribed(world: Running) -> None:
    """Let somebody subscribe the channel with the button below an answer."""
    answer = await world.people.types("claudestatus")
    await world.people.presses(answer.message, "subscribe")


async def chosen(world: Running, action: str, *values: str) -> None:
    """Open the settings panel and choose *values* in one of its menus."""
    panel = await world.people.types("claudealerts settings")
    heard = await world.people.chooses(panel.message, action, values)
    await until(lambda: bool(heard.message.edits) or "Saved" in said_in(heard.message))


async def test_an_outage_is_one_card_with_its_timeline_one_start_and_one_end(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        answer = await world.people.types("claudestatus")
        await subscribed(world)
        world.outage.says("investigating", "We are looking into it.")
        await world.until_channel_holds(1)
        for word in ("A cache is to blame.", "Half of it is empty."):
            world.outage.says("identified", word)
            await until(lambda word=word: word[:-1] in words(world.card()))  # type: ignore[misc]
        world.outage.says("identified", "It is worse than we thought.", impact="major")
        await world.until_channel_holds(2)
        world.outage.says("resolved", "All is well again.")
        await world.until_channel_holds(3)
        await until(lambda: "Resolved" in words(world.card()))
        code, log = await world.stops()

    assert "Example is up" in answer.text
    assert answer.is_private
    card, worse, end = world.side.channel()
    assert card is world.card()
    assert not any(map(is_silent, (card, worse, end)))
    told = [words_of(one) for _, one in card.edits] + [words(card)]
    assert "looking into it" in told[0]
    for word in ("looking into it", "A cache", "Half of it", "worse than", "All is well"):
        assert word in told[-1]
    assert "after" in words(end) or "lasted" in words(end)
    assert world.side.commands.writes == 1
    assert len(world.side.standin.ledger.calls_of("POST /channels/{channel_id}/messages")) == 3
    assert (code, log) == (0, "")
    print(f"answered in {', '.join(f'{1000 * one:.0f} ms' for one in world.side.latencies)}")


async def test_a_restart_registers_nothing_anew_and_answers_old_buttons(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        answer = await world.people.types("claudestatus")
        code, _ = await world.stops()
        variables = {"STATUS_PAGE_URL": world.page.url, "POLL_SECONDS": "0.2", **world.side.variables}
        again = await start(tmp_path, "run", **variables)
        await line_with(again, "is up")
        await world.side.gateway.until_identified(2)
        heard = await world.people.presses(answer.message, "subscribe")
        again.terminate()
        end = await ended(again)

    assert (code, end.code, end.err) == (0, 0, "")
    assert "alerted from now on" in heard.text
    assert world.side.commands.writes == 1


async def test_an_incident_is_a_thread_where_the_panel_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        await subscribed(world)
        await chosen(world, "panel_style", "thread")
        world.outage.says("investigating", "We are looking into it.")
        await world.until_channel_holds(1)
        for number, word in enumerate(("A cache is to blame.", "Half of it is empty."), start=1):
            world.outage.says("identified", word)
            await until(lambda number=number: len(replies(world)) >= number)  # type: ignore[misc]
        world.outage.says("resolved", "All is well again.")
        await until(lambda: archived(world))
        await until(lambda: "Resolved" in words(world.card()))
        code, log = await world.stops()

    first, second, last = replies(world)
    assert [is_silent(one) for one in (first, second)] == [True, True]
    for word, message in zip(("A cache", "Half of it", "All is well"), (first, second, last), strict=True):
        assert word in words(message)
    card, echo = world.side.channel()
    assert card is world.card()
    assert "Resolved" in words(echo)
    assert not is_silent(echo)
    assert (code, log) == (0, "")


def replies(world: Running) -> list[Message]:
    """Return what stands in the card's thread."""
    thread = world.card().thread
    return world.side.channel(thread) if thread else []


def archived(world: Running) -> bool:
    place = world.side.standin.place(world.card().thread or "")
    return place is not None and place.archived


async def test_discord_away_delays_slack_by_nothing_and_catches_up_with_one_edit(tmp_path: Path) -> None:
    async with discord_side() as side, running_in_slack("socket", tmp_path, **side.variables) as world:
        await side.gateway.until_identified(1)
        await world.people.types("subscribe")
        answer = await side.people.types("claudestatus")
        await side.people.presses(answer.message, "subscribe")
        world.outage.says("investigating", "We are looking into it.")
        await world.until_channel_holds(2)
        await until(lambda: len(side.channel()) == 1)
        (card,) = side.channel()
        edits = len(card.edits)
        await side.standin.stop()
        for number, word in enumerate(("A cache is to blame.", "Half of it is empty."), start=1):
            world.outage.says("identified", word)
            await world.until_replies(number)
        for _ in range(round(AWAY_SECONDS)):
            seen = len(world.page.asked(Endpoint.SUMMARY))
            await until(lambda seen=seen: len(world.page.asked(Endpoint.SUMMARY)) >= seen + 5)  # type: ignore[misc]
        await side.standin.start()
        await until(lambda: "Half of it" in words(card))
        caught_up = len(card.edits)
        world.outage.says("resolved", "All is well again.")
        await world.until_replies(3)
        await until(lambda: "Resolved" in words(card) and len(side.channel()) == 2)
        await until(lambda: "Resolved" in shown(world.card().blocks))
        code, _ = await world.stops()

    assert caught_up == edits + 1
    for word in ("looking into it", "A cache", "Half of it", "All is well"):
        assert word in words(card)
    assert len(side.channel()) == 2
    assert [len(world.replies()), code] == [3, 0]


@pytest.mark.parametrize("why", ["down", "token"])
async def test_discord_that_lets_nobody_in_stops_discord_alone(tmp_path: Path, why: str) -> None:
    async with discord_side() as side:
        variables = dict(side.variables)
        if why == "down":
            variables["DISCORD_API_URL"] = "http://127.0.0.1:9/api/v10"
        else:
            side.standin.tokens = {"another"}
        async with running_in_slack("socket", tmp_path, **variables) as world:
            await world.people.types("subscribe")
            world.outage.says("investigating", "We are looking into it.")
            await world.until_channel_holds(2)
            code, log = await world.stops()

    told = [line for line in log.splitlines() if "iscord" in line]
    assert len(told) == 1, log
    assert ("DISCORD_BOT_TOKEN" in told[0]) == (why == "token")
    assert "Traceback" not in log
    assert code == 0


async def test_check_says_how_discord_stands_each_with_its_cure(tmp_path: Path) -> None:
    async with fake_page() as page, discord_side() as side:
        Outage(page).show()
        common = {"STATUS_PAGE_URL": page.url, **side.variables}
        good = await completed(tmp_path, "check", **common)
        side.standin.tokens = {"another"}
        refused = await completed(tmp_path, "check", **common)
        await side.standin.stop()
        away = await completed(tmp_path, "check", **common)

    assert good.code == 0
    assert "✓ Discord bot token: opens the application" in good.out
    assert "permissions=309237664768" in good.out
    assert refused.code == away.code == 1
    assert "Discord refuses it: set DISCORD_BOT_TOKEN" in refused.out
    assert "Discord cannot be reached" in away.out
    for one in (good, refused, away):
        assert "Traceback" not in one.out + one.err


async def test_a_stop_while_discord_hangs_is_quick_and_clean(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        await subscribed(world)
        world.side.standin.fail("POST /channels/{channel_id}/messages", hang(), times=None)
        world.outage.says("investigating", "We are looking into it.")
        await world.side.standin.struck()
        code, log = await world.stops()

    assert code == 0
    assert "Traceback" not in log
