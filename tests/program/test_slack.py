"""The real program in Slack, over both ways in: asked, subscribed, through an outage and without Slack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.domain.status import Endpoint
from tests.fakes.page import fake_page
from tests.fakes.slack.heard import shown
from tests.fakes.slack.standin import slack_stand_in
from tests.program.outage import Outage
from tests.program.process import completed, until
from tests.program.slack import WAYS, Running, running

AWAY_SECONDS = float(os.environ.get("SLACK_AWAY_SECONDS", "0"))
"""How long Slack is away at the least; a person may want to see a minute."""


async def subscribed(world: Running) -> None:
    """Let somebody subscribe the channel, and wait for the notice of it."""
    heard = await world.people.types("subscribe")
    assert "alerted from now on" in heard.words
    await world.until_channel_holds(1)


async def set_in_the_form(world: Running, **fields: object) -> None:
    """Open the settings with the card's button and hand them in with *fields* changed."""
    views = world.slack.ledger.views
    before = len(views)
    await world.people.presses("settings", message=world.card())
    await until(lambda: len(views) > before)
    heard = await world.people.submits(views[-1].view, fields)
    assert heard.ack.status == 200


@pytest.mark.parametrize("way", WAYS)
async def test_an_outage_is_one_card_its_thread_one_start_and_one_end(tmp_path: Path, way: str) -> None:
    async with running(way, tmp_path) as world:
        answer = await world.people.types("")
        await subscribed(world)
        world.outage.says("investigating", "We are looking into it.")
        await world.until_channel_holds(2)
        world.outage.says("identified", "A cache is to blame.")
        await world.until_replies(1)
        await set_in_the_form(world, mention="here")
        await world.until_channel_holds(3)
        world.outage.says("identified", "It is worse than we thought.", impact="major")
        await world.until_replies(2)
        world.outage.says("resolved", "All is well again.")
        await world.until_replies(3)
        await until(lambda: "Resolved" in shown(world.card().blocks))
        code, log = await world.stops()

    assert "Example is up" in answer.words
    assert answer.is_private
    notice, card, changed, end = world.channel()
    assert "on in this channel" in notice.text
    assert card is world.card()
    assert "U0ALICE" in shown(changed.blocks)
    assert (end.thread_ts, end.broadcast) == (card.ts, True)
    assert [one.broadcast for one in world.replies()] == [False, False, True]
    assert ["<!here>" in one.text for one in (card, *world.replies())] == [False, False, True, False]
    words = [shown(one.blocks) for one in world.replies()]
    for word, text in zip(("A cache", "worse than", "All is well"), words, strict=True):
        assert word in text
    assert len(card.edits) >= 3
    assert world.slack.ledger.counts()["chat.postMessage"] == 6
    assert (code, log) == (0, "")
    print(f"{way}: acknowledged in {', '.join(f'{1000 * one:.0f} ms' for one in world.latencies)}")


async def test_slack_away_in_the_middle_loses_nothing_repeats_nothing_and_takes_one_edit(
    tmp_path: Path,
) -> None:
    async with running("socket", tmp_path) as world:
        await subscribed(world)
        world.outage.says("investigating", "We are looking into it.")
        await world.until_channel_holds(2)
        edits = len(world.card().edits)
        await world.slack.stop()
        for word in ("A cache is to blame.", "It is being emptied.", "Half of it is empty."):
            world.outage.says("identified", word)
            polls = len(world.page.asked(Endpoint.INCIDENTS))
            await until(lambda polls=polls: len(world.page.asked(Endpoint.INCIDENTS)) > polls)  # type: ignore[misc]
        await away(world)
        await world.slack.start()
        await world.until_replies(1)
        await until(lambda: "Half of it" in shown(world.card().blocks))
        heard = await world.people.types("")
        world.outage.says("resolved", "All is well again.")
        await world.until_replies(2)
        await until(lambda: "Resolved" in shown(world.card().blocks))
        code, _ = await world.stops()

    caught_up, end = world.replies()
    assert all(word in shown(caught_up.blocks) for word in ("A cache", "being emptied", "Half of it"))
    assert (caught_up.broadcast, end.broadcast) == (False, True)
    assert len(world.card().edits) == edits + 2
    assert len(world.channel()) == 3
    assert "Raised error rates" in heard.words
    assert code == 0


async def away(world: Running) -> None:
    """Wait as long as Slack is to be away, by the polls of the program."""
    for _ in range(round(AWAY_SECONDS)):
        seen = len(world.page.asked(Endpoint.SUMMARY))
        await until(lambda seen=seen: len(world.page.asked(Endpoint.SUMMARY)) >= seen + 5)  # type: ignore[misc]


async def test_slack_down_at_boot_delays_slack_alone(tmp_path: Path) -> None:
    """The page is read and questions are answered; only rights, which Slack knows, cannot be looked up."""
    async with running("http", tmp_path, SLACK_API_URL="http://127.0.0.1:9") as world:
        answer = await world.people.types("")
        heard = await world.people.types("subscribe")
        code, _ = await world.stops()

    assert "Example is up" in answer.words
    assert "Slack did not tell who you are" in heard.words
    assert code == 0


async def test_a_port_in_use_is_said_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    async with running("http", tmp_path / "first") as world:
        port = world.port
        end = await completed(tmp_path / "second", "run", STATUS_PAGE_URL=world.page.url, PORT=str(port))

    assert (end.code, end.out) == (2, "")
    assert f"Port {port} is in use" in end.err


async def test_check_says_what_is_wrong_with_slack_each_with_its_cure(tmp_path: Path) -> None:
    async with fake_page() as page, slack_stand_in() as slack:
        outage = Outage(page)
        outage.show()
        common = {"STATUS_PAGE_URL": page.url, "SLACK_API_URL": slack.base_url}
        good = await completed(
            tmp_path, "check", **common, SLACK_BOT_TOKEN="xoxb-test", SLACK_APP_TOKEN="xapp-test"
        )
        slack.home.scopes = frozenset({"commands", "chat:write"})
        bad = await completed(
            tmp_path, "check", **common, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong"
        )
        lacking = await completed(
            tmp_path, "check", **common, SLACK_BOT_TOKEN="xoxb-test", SLACK_APP_TOKEN="xapp-test"
        )

    assert (good.code, bad.code, lacking.code) == (0, 1, 1)
    assert wrong(good.out) == []
    assert [line.split(":")[0] for line in wrong(bad.out)] == ["✗ Slack bot token", "✗ Slack app token"]
    (scope,) = wrong(lacking.out)
    assert "app_mentions:read" in scope
    assert "OAuth & Permissions" in scope


async def test_check_names_a_channel_that_could_not_be_told_with_its_cure(tmp_path: Path) -> None:
    async with running("socket", tmp_path) as world:
        await subscribed(world)
        world.slack.home.channels["C0STATUS"].refuses = "not_in_channel"
        world.outage.says("investigating", "We are looking into it.")
        calls = world.slack.ledger.calls
        await until(lambda: any(call.answer and call.answer.get("error") for call in calls))
        code, _ = await world.stops()
        end = await completed(
            tmp_path,
            "check",
            STATUS_PAGE_URL=world.page.url,
            SLACK_API_URL=world.slack.base_url,
            SLACK_BOT_TOKEN="xoxb-test",
            SLACK_APP_TOKEN="xapp-test",
        )

    assert (code, end.code) == (0, 1)
    (line,) = wrong(end.out)
    assert line.startswith("✗ Slack channel C0STATUS: is paused. not_in_channel: ")
    assert "Invite me with `/invite @claudestatus`" in line


def wrong(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("✗")]
