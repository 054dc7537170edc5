"""Threads below cards: started once, found again, put to rest, and whatever people do to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord.chat import DiscordChat
from adapters.discord.strikes import WITHIN
from adapters.discord.threads import MOST_DENIED
from bot.domain.delivery import Reference, Verdict
from bot.domain.subscription import State
from bot.ports import Refused
from tests.contracts.chat import card, reply
from tests.discord.scene import CREATE, EDIT, HERE, MODIFY, START, DiscordScene, discord_scene
from tests.fakes.discord.faults import error, reset
from tests.fakes.discord.places import (
    ANNOUNCEMENT_THREAD,
    CREATE_PUBLIC_THREADS,
    GUILD,
    GUILD_ANNOUNCEMENT,
    SEND_MESSAGES_IN_THREADS,
    TEXT,
    USUAL,
    Place,
)

GUILD_VOICE = 2
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""


@pytest.fixture
async def scene() -> AsyncIterator[DiscordScene]:
    async with discord_scene() as scene:
        yield scene


@pytest.fixture
async def parent(scene: DiscordScene) -> Reference:
    return await scene.chat.send(HERE, card("Raised error rates"), "card", None)


def thread(scene: DiscordScene, parent: Reference) -> Place:
    """Return the thread of a card."""
    found = scene.discord.place(parent.id)
    assert found is not None
    return found


async def refused(scene: DiscordScene, parent: Reference, title: str = "Identified: all") -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, reply(title), title, parent)
    return caught.value


async def test_a_thread_begins_with_the_first_reply_and_bears_the_incidents_name(
    scene: DiscordScene, parent: Reference
) -> None:
    assert scene.discord.place(parent.id) is None
    made = await scene.chat.send(HERE, reply("Identified: Raised error rates"), "r1", parent)
    await scene.chat.send(HERE, reply("Monitoring: Raised error rates"), "r2", parent)
    assert thread(scene, parent).name == "Raised error rates"
    assert made.thread == parent.id
    assert len(scene.discord.ledger.messages(parent.id)) == 2
    assert len(scene.discord.ledger.calls_of(START)) == 1


@pytest.mark.parametrize("title", ["Identified: " + "long " * 60, "No colon", "Identified: ", "\ud800\n\0"])
async def test_any_title_gives_a_name(scene: DiscordScene, parent: Reference, title: str) -> None:
    await scene.chat.send(HERE, reply(title), "r1", parent)
    assert 0 < len(thread(scene, parent).name) <= 100


async def test_a_name_that_moderation_blocks_is_replaced_by_a_plain_one(
    scene: DiscordScene, parent: Reference
) -> None:
    scene.discord.fail(START, error(400, 200001))
    await scene.chat.send(HERE, reply("Identified: all"), "r1", parent)
    assert thread(scene, parent).name == "Updates"


async def test_a_bot_that_remembers_nothing_finds_the_thread_again(
    scene: DiscordScene, parent: Reference
) -> None:
    await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    scene.restart()
    await scene.chat.send(HERE, reply("Second: all"), "r2", parent)
    assert len(scene.discord.ledger.messages(parent.id)) == 2


async def test_of_two_who_start_it_at_once_both_reply_in_the_same_thread(
    scene: DiscordScene, parent: Reference
) -> None:
    chats = [DiscordChat(scene.rest, scene.world.clock) for _ in range(2)]
    sending = (chat.send(HERE, reply("First: all"), "same", parent) for chat in chats)
    one, other = await asyncio.gather(*sending)
    assert one == other
    assert len(scene.discord.ledger.messages(parent.id)) == 1
    assert sorted(call.status or 0 for call in scene.discord.ledger.calls_of(START)) == [201, 400]


async def test_a_thread_whose_start_got_no_answer_is_started_once(
    scene: DiscordScene, parent: Reference
) -> None:
    scene.discord.fail(START, reset(accepted=True))
    assert (await refused(scene, parent)).unknown
    await scene.chat.send(HERE, reply("Identified: all"), "r1", parent)
    assert len(scene.discord.ledger.messages(parent.id)) == 1


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_thread_people_deleted_is_started_once_more_where_discord_lets_us(
    scene: DiscordScene, parent: Reference, *, restarted: bool
) -> None:
    await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    scene.discord.delete_place(parent.id, forgotten=True)
    if restarted:
        scene.restart()
    await scene.chat.send(HERE, reply("Second: all"), "r2", parent)
    assert "Second" in str(scene.discord.ledger.messages(parent.id)[-1].embeds)


@pytest.mark.parametrize("restarted", [False, True])
async def test_where_it_does_not_replies_stand_in_the_channel_from_then_on(
    scene: DiscordScene, *, restarted: bool
) -> None:
    channel = await scene.subscribe()
    await scene.world.news()
    await scene.go_on(courier := scene.courier())
    await scene.world.news(status="identified")
    await scene.go_on(courier)
    (shown,) = scene.shown(channel)
    assert len(scene.below(shown)) == 1
    scene.discord.delete_place(shown.id)
    if restarted:
        scene.restart()
        courier = scene.courier()
    for status in ("monitoring", "resolved"):
        await scene.world.news(status=status)
        await scene.go_on(courier)
    assert len(scene.shown(channel)) == 3
    assert (await scene.world.subscription(channel)).state is State.ACTIVE


async def test_a_reply_wakes_an_archived_thread(scene: DiscordScene, parent: Reference) -> None:
    await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    thread(scene, parent).archived = True
    await scene.chat.send(HERE, reply("Second: all"), "r2", parent)
    assert not thread(scene, parent).archived


async def test_the_last_reply_puts_the_thread_to_rest(scene: DiscordScene, parent: Reference) -> None:
    await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    assert not thread(scene, parent).archived
    await scene.chat.send(HERE, replace(reply("Resolved: all"), closes=True), "r2", parent)
    assert thread(scene, parent).archived


async def test_a_thread_that_cannot_be_put_to_rest_is_no_failure(
    scene: DiscordScene, parent: Reference
) -> None:
    scene.discord.fail(MODIFY, error(403, 50013))
    await scene.chat.send(HERE, replace(reply("Resolved: all"), closes=True), "r1", parent)
    assert not thread(scene, parent).archived
    assert len(scene.discord.ledger.messages(parent.id)) == 1


async def test_an_edit_wakes_the_thread_and_leaves_it_at_rest(scene: DiscordScene, parent: Reference) -> None:
    made = await scene.chat.send(HERE, replace(reply("Resolved: all"), closes=True), "r1", parent)
    await scene.chat.edit(HERE, made, reply("Rewritten: all"))
    assert thread(scene, parent).archived
    assert "Rewritten" in str(scene.discord.ledger.messages(parent.id)[0].embeds)
    assert [call.status for call in scene.discord.ledger.calls_of(EDIT)] == [400, 200]


async def test_a_reply_that_becomes_the_last_one_by_an_edit_puts_the_thread_to_rest(
    scene: DiscordScene, parent: Reference
) -> None:
    made = await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    await scene.chat.edit(HERE, made, reply("Second: all"))
    assert not thread(scene, parent).archived
    await scene.chat.edit(HERE, made, replace(reply("Resolved: all"), closes=True))
    assert thread(scene, parent).archived


async def test_the_card_of_an_archived_thread_needs_no_waking(scene: DiscordScene, parent: Reference) -> None:
    await scene.chat.send(HERE, replace(reply("Resolved: all"), closes=True), "r1", parent)
    await scene.chat.edit(HERE, parent, card("Rewritten"))
    assert [call.status for call in scene.discord.ledger.calls_of(EDIT)] == [200]


async def test_nothing_is_changed_in_a_locked_thread(scene: DiscordScene, parent: Reference) -> None:
    made = await scene.chat.send(HERE, replace(reply("Resolved: all"), closes=True), "r1", parent)
    thread(scene, parent).locked = True
    assert (await refused(scene, parent, "Reopened: all")).verdict is Verdict.RESEND
    with pytest.raises(Refused) as caught:
        await scene.chat.edit(HERE, made, reply("Rewritten: all"))
    assert caught.value.verdict is Verdict.RESEND


async def test_a_reply_whose_thread_people_deleted_is_not_edited_any_more(
    scene: DiscordScene, parent: Reference
) -> None:
    made = await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    scene.discord.delete_place(parent.id)
    with pytest.raises(Refused) as caught:
        await scene.chat.edit(HERE, made, reply("Second: all"))
    assert caught.value.verdict is Verdict.RESEND


async def test_the_thread_of_a_deleted_card_lives_on(scene: DiscordScene, parent: Reference) -> None:
    await scene.chat.send(HERE, reply("First: all"), "r1", parent)
    scene.discord.delete(TEXT, parent.id)
    await scene.chat.send(HERE, reply("Second: all"), "r2", parent)
    assert len(scene.discord.ledger.messages(parent.id)) == 2


@pytest.mark.parametrize("code", [160006, 160007, 30033, 10008, 50024, 50008])
async def test_where_there_can_be_no_thread_the_reply_is_to_stand_elsewhere(
    scene: DiscordScene, parent: Reference, code: int
) -> None:
    scene.discord.fail(START, error(400, code))
    got = await refused(scene, parent)
    assert (got.verdict, got.code) == (Verdict.RESEND, str(code))
    assert not scene.discord.ledger.messages(parent.id)


async def test_in_a_channel_without_threads_replies_stand_in_the_channel(scene: DiscordScene) -> None:
    channel = await scene.subscribe(scene.place(GUILD_VOICE))
    courier = scene.courier()
    for status in ("investigating", "identified", "resolved"):
        await scene.world.news(status=status)
        await scene.go_on(courier)
    assert len(scene.shown(channel)) == 3
    assert len(scene.discord.ledger.calls_of(START)) == 1


async def test_in_an_announcement_channel_the_thread_is_of_its_kind(scene: DiscordScene) -> None:
    channel = scene.place(GUILD_ANNOUNCEMENT)
    parent = await scene.chat.send(channel, card(), "card", None)
    await scene.chat.send(channel, reply("First: all"), "r1", parent)
    assert thread(scene, parent).type == ANNOUNCEMENT_THREAD


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        (CREATE_PUBLIC_THREADS, "Create Public Threads"),
        (SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
    ],
)
@pytest.mark.parametrize("begun", [False, True])
async def test_without_a_permission_for_threads_replies_stand_in_the_channel_and_it_is_named(
    scene: DiscordScene, lost: int, named: str, caplog: pytest.LogCaptureFixture, *, begun: bool
) -> None:
    channel = await scene.subscribe(HERE)
    courier = scene.courier()
    for status in ("investigating", "identified")[: 1 + begun]:
        await scene.world.news(status=status)
        await scene.go_on(courier)
    scene.discord.guilds[GUILD].channels[TEXT].permissions = USUAL & ~lost
    with caplog.at_level(logging.WARNING):
        for status in ("monitoring", "resolved"):
            await scene.world.news(status=status)
            await scene.go_on(courier)
    thread_goes_on = begun and lost == CREATE_PUBLIC_THREADS
    shown, *others = scene.shown(channel)
    assert "Resolved" in str(shown.embeds)
    assert len(others) == (1 if thread_goes_on else 2)
    assert len(scene.below(shown)) == (3 if thread_goes_on else begun)
    assert caplog.text.count(f"missing={named}") == (0 if thread_goes_on else 1)
    assert (await scene.world.subscription(channel)).state is State.ACTIVE


@pytest.mark.parametrize("begun", [False, True])
async def test_a_channel_that_closes_altogether_is_paused_also_where_a_reply_finds_out(
    scene: DiscordScene, *, begun: bool
) -> None:
    channel = await scene.subscribe(HERE)
    courier = scene.courier()
    for status in ("investigating", "identified")[: 1 + begun]:
        await scene.world.news(status=status)
        await scene.go_on(courier)
    scene.discord.guilds[GUILD].channels[TEXT].permissions = 0
    await scene.world.news(status="monitoring")
    await courier.run_dry()
    assert "View Channel" in str((await scene.world.subscription(channel)).pause_reason)


async def test_a_server_that_denies_many_threads_is_not_asked_for_more_for_a_while(
    scene: DiscordScene,
) -> None:
    channels = [await scene.subscribe() for _ in range(MOST_DENIED + 5)]
    courier = scene.courier(in_flight=1)
    await scene.world.news()
    await courier.run_dry()
    for channel in channels:
        scene.discord.guilds[GUILD].channels[channel.id].permissions = USUAL & ~CREATE_PUBLIC_THREADS
    await scene.world.news(status="identified")
    await courier.run_dry()
    for _ in range(10):
        scene.world.clock.advance(timedelta(seconds=1))
        await courier.run_dry()
    assert [len(scene.shown(channel)) for channel in channels] == [2] * len(channels)
    assert len(scene.discord.ledger.calls_of(START)) == MOST_DENIED

    fresh = await scene.subscribe()
    made = await scene.chat.send(fresh, card(), "fresh", None)
    scene.world.clock.advance(WITHIN)
    assert (await scene.chat.send(fresh, reply("Identified: all"), "r1", made)).thread == made.id


async def test_a_whole_incident_is_one_card_with_its_thread_at_rest(scene: DiscordScene) -> None:
    channel = await scene.subscribe()
    courier = scene.courier()
    for status in ("investigating", "identified", "monitoring", "resolved"):
        await scene.world.news(f"We are {status}.", status=status)
        await scene.go_on(courier)
    card_shown, *copies = scene.shown(channel)
    assert len(copies) == 1  # of the end, loud
    assert "resolved" in str(scene.below(card_shown)[-1].embeds).lower()
    assert len(scene.below(card_shown)) == 3
    place = scene.discord.place(card_shown.id)
    assert place is not None
    assert place.archived
    assert not [call for call in scene.discord.ledger.calls_of(CREATE) if call.status != 200]
