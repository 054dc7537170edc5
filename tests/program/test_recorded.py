"""One incident of the real page's history, lived through again by the real program in Slack and Discord."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.domain.status import Endpoint
from tests.factories import Document
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.people import Somebody
from tests.fakes.discord.places import ANNOUNCEMENTS
from tests.fakes.slack.heard import shown
from tests.program.discord import DiscordSide, discord_side, is_silent
from tests.program.process import until
from tests.program.recorded import BATCHES, at_step, needs_recording, recorded, said, show, squeezed, told_in
from tests.program.slack import Running, running

pytestmark = needs_recording

NEWSROOM = Somebody(channel=ANNOUNCEMENTS)


async def live(world: Running, incident: Document) -> None:
    """Let the page tell of *incident* step by step, each when the one before was told."""
    for step, count in enumerate(BATCHES):
        show(world.page, at_step(incident, count))
        if step == 0:
            await until(lambda: any(world.outage.name in one.text for one in world.channel()))
        await world.until_replies(step)
    await until(lambda: "Resolved" in shown(world.card().blocks))
    polls = len(world.page.asked(Endpoint.SUMMARY))
    await until(lambda: len(world.page.asked(Endpoint.SUMMARY)) > polls + 2)  # nothing more is said


async def test_a_recorded_outage_is_told_once_in_each_idiom_with_equal_content(tmp_path: Path) -> None:
    incident = recorded()
    begun = datetime.fromisoformat(incident["created_at"])
    async with (
        discord_side() as side,
        running("socket", tmp_path, lambda page: show(page, None), **side.variables) as world,
    ):
        world.outage.name = incident["name"]
        await side.gateway.until_identified(1)
        await world.people.types("subscribe")
        await world.until_channel_holds(1)
        await world.people.types("settings mention=here")
        await world.until_channel_holds(2)
        await side.people.types("claudealerts subscribe")
        await side.people.types("claudealerts subscribe", who=NEWSROOM)
        panel = await side.people.types("claudealerts settings", who=NEWSROOM)
        await side.people.chooses(panel.message, "panel_style", ["thread"], NEWSROOM)
        incident = squeezed(incident, begun, datetime.now(UTC))
        await live(world, incident)
        await until(lambda: len(side.channel(ANNOUNCEMENTS)) == 2 and len(side.channel()) == 2)
        await until(lambda: all("Resolved" in said(channel[0].embeds) for channel in channels(side)))
        code, log = await world.stops()

    judge_slack(world, incident)
    judge_discord(side, incident)
    assert (code, log) == (0, "")


def judge_slack(world: Running, incident: Document) -> None:
    """One thread, told once, with one start that calls people and one end that the channel hears."""
    card, replies = world.card(), world.replies()
    _, _, start, end = world.channel()
    assert start is card
    assert (end.thread_ts, end.broadcast, end is replies[-1]) == (card.ts, True, True)
    in_slack = [card.edits[0], *((one.text, one.blocks) for one in replies)]
    assert ["<!here>" in text for text, _ in in_slack] == [True, False, False, False]
    assert world.slack.ledger.counts()["chat.postMessage"] == 2 + 1 + len(replies)
    assert told_in(incident, [shown(blocks) for _, blocks in in_slack]) == [0, 1, 1, 2, 3, 3]


def judge_discord(side: DiscordSide, incident: Document) -> None:
    """One card that tells everything, and one thread with the content of Slack's; start and end notify."""
    whole, (first, echo) = channels(side)
    thread = side.channel(str(first.thread))
    in_discord = [said(first.edits[0][1]), *(said(one.embeds) for one in thread)]
    assert told_in(incident, in_discord) == [0, 1, 1, 2, 3, 3]
    assert [is_silent(one) for one in (first, *thread, echo)] == [False, True, True, True, False]
    assert [is_silent(one) for one in whole] == [False, False]
    assert told_in(incident, [said(whole[0].embeds)]) == [0] * 6
    assert "Resolved" in whole[1].content


def channels(side: DiscordSide) -> tuple[list[Message], list[Message]]:
    """Return what stands in the channel of the style card, and in that of the style thread."""
    return side.channel(), side.channel(ANNOUNCEMENTS)
