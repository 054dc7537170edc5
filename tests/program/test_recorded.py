"""One incident of the real page's history, lived through again by the real program in Slack and Discord."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import dev
from bot.domain.status import Endpoint
from tests.factories import Document, incidents_document, maintenances_document, written
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.people import Somebody
from tests.fakes.discord.places import ANNOUNCEMENTS
from tests.fakes.page import FakePage
from tests.fakes.slack.heard import shown
from tests.program.discord import DiscordSide, discord_side, is_silent
from tests.program.discord import words_of as written_in
from tests.program.process import until
from tests.program.slack import Running, running
from tests.replay.archive import EXCERPT

RECORDED = dev.ROOT.parent / "shared" / "statuspage"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded history (../shared/statuspage) is not on this machine"
)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FASTER = 1000
"""What took hours takes seconds: what happened before a channel subscribed is no news there."""

NEWSROOM = Somebody(channel=ANNOUNCEMENTS)

BATCHES = (1, 3, 4, 6)
"""How many of its updates the page shows at each step: the first alone, then two, one and two more."""


def recorded() -> Document:
    """Return the newest incident of six updates that say six things, from its beginning to its end."""
    lines = gzip.decompress((RECORDED / "incidents.jsonl.gz").read_bytes()).splitlines()
    for line in reversed(lines):
        found: Document = json.loads(line)
        told = found["incident_updates"]
        if len(told) == BATCHES[-1] == len({words(one) for one in told}) and is_whole(found):
            return found
    raise AssertionError("the recorded history holds no such incident")


def is_whole(incident: Document) -> bool:
    statuses = [one["status"] for one in incident["incident_updates"]]
    return (statuses[0], statuses[-1]) == ("resolved", "investigating")


def words(update: Document) -> str:
    """Return how an update begins, as every excerpt of it does."""
    return " ".join(update["body"].split())[:EXCERPT].strip()


def squeezed(value: Any, begun: datetime, now: datetime) -> Any:
    """Return *value* with every moment in it moved: what was *begun* then begins *now*, and goes faster."""
    if isinstance(value, dict):
        return {key: squeezed(one, begun, now) for key, one in value.items()}
    if isinstance(value, list):
        return [squeezed(one, begun, now) for one in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return written(now + (datetime.fromisoformat(value) - begun) / FASTER)
    return value


def at_step(incident: Document, count: int) -> Document:
    """Return *incident* as it was when its first *count* updates were there."""
    told = incident["incident_updates"][-count:]
    newest = told[0]
    return {
        **incident,
        "incident_updates": told,
        "status": newest["status"],
        "updated_at": newest["created_at"],
        "resolved_at": newest["created_at"] if newest["status"] == "resolved" else None,
    }


def show(page: FakePage, incident: Document | None) -> None:
    """Let *page* show what the real one did on a good day, and *incident*."""
    now = datetime.now(UTC)
    summary = json.loads((RECORDED / "summary-operational.json").read_bytes())
    summary["page"]["updated_at"] = written(now)
    known = [incident] if incident else []
    summary["incidents"] = [one for one in known if one["status"] != "resolved"]
    page.show(Endpoint.SUMMARY, summary)
    page.show(Endpoint.INCIDENTS, {**incidents_document(*known), "page": summary["page"]})
    page.show(Endpoint.MAINTENANCES, {**maintenances_document(), "page": summary["page"]})


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


def said(embeds: list[Any]) -> str:
    """Return the words of embeds as people read them: what was escaped is there, the escape is not."""
    return re.sub(r"\\([^\w\s])", r"\1", written_in(embeds)).replace("\n> ", "\n")


def told_in(incident: Document, texts: list[str]) -> list[int]:
    """Return which of *texts* tells each update, oldest first. Each must be in one and no other."""
    texts = [" ".join(text.split()) for text in texts]
    told = incident["incident_updates"][::-1]
    places = [[at for at, text in enumerate(texts) if words(one) in text] for one in told]
    assert [len(one) for one in places] == [1] * len(told), places
    return [one[0] for one in places]
