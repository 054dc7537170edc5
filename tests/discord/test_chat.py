"""What a channel is sent: the card, its replies, its edits, what is loud and whom it calls."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord.chat import DiscordChat
from adapters.discord.payloads import SUPPRESS_NOTIFICATIONS
from bot.domain.delivery import Post, Reference, Verdict, nonce
from bot.domain.message import Button, Line, Message, Tone
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel, Style
from bot.ports import NotYet, Refused
from tests.contracts.chat import card, reply
from tests.discord.scene import CREATE, CROSSPOST, EDIT, HERE, DiscordScene, discord_scene
from tests.fakes.discord.faults import error, hang, limited, reset
from tests.fakes.discord.places import (
    ANNOUNCEMENTS,
    EMBED_LINKS,
    GUILD,
    MENTIONABLE,
    SEND_MESSAGES,
    TEXT,
    THREAD,
    VIEW_CHANNEL,
)

LOUD = (MarkKind.RESOLVED,)
NEWS = Channel("discord", GUILD, ANNOUNCEMENTS)
NOBODY: dict[str, list[str]] = {"parse": []}


@pytest.fixture
async def scene() -> AsyncIterator[DiscordScene]:
    async with discord_scene() as scene:
        yield scene


async def refused(scene: DiscordScene, post: Post, parent: Reference | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, post, "n1", parent)
    return caught.value


async def test_a_card_is_an_embed_with_its_buttons_and_the_nonce_of_its_delivery(scene: DiscordScene) -> None:
    message = Message(Tone.RED, "Down", (Line(("All of it.",)),), buttons=(Button("mute", "Mute", "1"),))
    made = await scene.chat.send(HERE, replace(card(), message=message), "n1", None)
    (shown,) = scene.shown(HERE)
    assert made == Reference(shown.id, shown.id)
    assert (shown.content, len(shown.embeds)) == ("", 1)
    assert "Down" in shown.embeds[0]["title"]
    assert shown.components[0]["components"][0]["custom_id"] == "cs1:mute:1"
    assert (shown.nonce, shown.enforced) == ("n1", True)


def test_the_longest_nonce_has_room_for_that_of_a_copy() -> None:
    """https://docs.discord.com/developers/resources/message#create-message takes 25 characters."""
    assert len(nonce(HERE, "incident", "card", 0)) == 24


async def test_only_a_loud_post_makes_a_sound_and_says_in_its_notification_what_happened(
    scene: DiscordScene,
) -> None:
    await scene.chat.send(HERE, card("Quiet"), "n1", None)
    await scene.chat.send(HERE, card("Loud", loud=True), "n2", None)
    quiet, loud = scene.shown(HERE)
    assert (quiet.flags, quiet.content) == (SUPPRESS_NOTIFICATIONS, "")
    assert loud.flags == 0
    assert "Loud" in loud.content


async def test_a_loud_post_calls_whom_it_mentions_and_an_edit_of_it_nobody(scene: DiscordScene) -> None:
    post = replace(card(loud=True), mention=MENTIONABLE)
    made = await scene.chat.send(HERE, post, "n1", None)
    (shown,) = scene.shown(HERE)
    assert shown.content.startswith(f"<@&{MENTIONABLE}>")
    assert shown.allowed_mentions is not None
    assert shown.allowed_mentions["roles"] in ([MENTIONABLE], [int(MENTIONABLE)])
    await scene.chat.edit(HERE, made, post)
    (edit,) = scene.discord.ledger.calls_of(EDIT)
    assert MENTIONABLE not in str(edit.body)
    assert edit.body["allowed_mentions"] == NOBODY
    assert edit.body["content"] == ""


async def test_nothing_calls_anybody_by_itself(scene: DiscordScene) -> None:
    made = await scene.chat.send(HERE, card(loud=True), "n1", None)
    await scene.chat.send(HERE, reply("Reply"), "n2", made)
    bodies = [call.body for call in scene.discord.ledger.calls_of(CREATE)]
    assert [body["allowed_mentions"] for body in bodies] == [NOBODY] * 2


async def test_an_edit_says_everything_anew(scene: DiscordScene) -> None:
    made = await scene.chat.send(HERE, card("First", loud=True), "n1", None)
    await scene.chat.edit(HERE, made, card("Second"))
    (shown,) = scene.shown(HERE)
    assert (shown.content, shown.components) == ("", [])
    assert "Second" in shown.embeds[0]["title"]


@pytest.mark.parametrize("code", [50035, 200000, 240000])
async def test_words_that_discord_does_not_accept_as_they_were_are_sent_bare(
    scene: DiscordScene, code: int
) -> None:
    scene.discord.fail(CREATE, error(400, code))
    post = replace(card("Raised error rates", loud=True), mention=MENTIONABLE)
    made = await scene.chat.send(HERE, post, "n1", None)
    (shown,) = scene.shown(HERE)
    assert (shown.embeds, shown.components) == ([], [])
    assert "Raised error rates" in shown.content
    assert f"<@&{MENTIONABLE}>" in shown.content
    scene.discord.fail(EDIT, error(400, code))
    await scene.chat.edit(HERE, made, card("Raised error rates"))
    assert f"<@&{MENTIONABLE}>" not in shown.content
    assert "Raised error rates" in shown.content


async def test_words_that_discord_does_not_accept_even_bare_are_dropped(scene: DiscordScene) -> None:
    scene.discord.fail(CREATE, error(400, 50035), times=2)
    assert (await refused(scene, card())).verdict is Verdict.DROP


@pytest.mark.parametrize(
    ("kept", "named"),
    [(0, "View Channel"), (VIEW_CHANNEL, "Send Messages"), (VIEW_CHANNEL | SEND_MESSAGES, "Embed Links")],
)
async def test_a_permission_taken_away_after_it_was_checked_pauses_and_is_named(
    scene: DiscordScene, kept: int, named: str
) -> None:
    channel = await scene.subscribe(HERE)
    await scene.world.news()
    scene.discord.guilds[GUILD].channels[TEXT].permissions = kept
    courier = scene.courier()
    await courier.run_dry()
    assert named in str((await scene.world.subscription(channel)).pause_reason)
    asked = len(scene.discord.ledger.calls)
    scene.world.clock.advance(timedelta(minutes=4))
    await scene.world.rewritten("More is known.")
    await courier.run_dry()
    assert len(scene.discord.ledger.calls) == asked

    scene.discord.guilds[GUILD].channels[TEXT].permissions = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS
    scene.world.clock.advance(timedelta(hours=3))
    await scene.go_on(courier)
    assert len(scene.shown(channel)) == 1


async def test_a_message_people_deleted_comes_back_with_the_next_update(scene: DiscordScene) -> None:
    channel = await scene.subscribe(style=Style.CARD)
    await scene.world.news("First words.")
    courier = scene.courier()
    await courier.run_dry()
    (first,) = scene.shown(channel)
    scene.discord.delete(channel.id, first.id)
    await courier.run_dry()
    assert not scene.shown(channel)
    scene.world.clock.advance(timedelta(hours=1))
    await scene.world.news("Second words.", status="identified")
    await scene.go_on(courier)
    (again,) = scene.shown(channel)
    assert again.id != first.id
    assert "Second words." in str(again.embeds)


@pytest.mark.parametrize("later", [1, 119, 121, 3600])
async def test_a_card_whose_answer_was_lost_is_there_twice_only_once_its_nonce_is_forgotten(
    scene: DiscordScene, later: int
) -> None:
    channel = await scene.subscribe()
    await scene.world.news()
    scene.discord.fail(CREATE, reset(accepted=True))
    courier = scene.courier()
    await courier.run_dry()
    assert (await scene.world.delivery(channel)).unknown
    scene.world.clock.advance(timedelta(seconds=later))
    await scene.go_on(courier)
    assert len(scene.shown(channel)) == (1 if later < 120 else 2)
    delivery = await scene.world.delivery(channel)
    assert delivery.receipts[-1].reference.id == scene.shown(channel)[-1].id
    assert delivery.receipts[-1].possible_duplicate


async def test_a_nonce_whose_message_people_deleted_is_not_sent_for_ever(scene: DiscordScene) -> None:
    channel = await scene.subscribe()
    await scene.world.news()
    scene.discord.fail(CREATE, reset(accepted=True))
    courier = scene.courier()
    await courier.run_dry()
    scene.discord.delete(channel.id, scene.shown(channel)[0].id)
    for _ in range(5):
        await scene.go_on(courier)
    assert len(scene.discord.ledger.calls_of(CREATE)) <= 3
    assert (await scene.world.subscription(channel)).pause_reason is None


# --- the copy in the channel ---------------------------------------------------------------------------


def echoed(title: str = "Resolved: all") -> Post:
    return replace(reply(title), loud=LOUD, echo=True)


async def test_a_reply_with_an_echo_is_silent_below_its_card_and_loud_in_the_channel(
    scene: DiscordScene,
) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    made = await scene.chat.send(HERE, echoed(), "n" * 24, parent)
    shown, copy = scene.shown(HERE)
    (below,) = scene.below(shown)
    assert made == Reference(below.id, parent.id)
    assert (below.flags, copy.flags) == (SUPPRESS_NOTIFICATIONS, 0)
    assert (below.nonce, copy.nonce) == ("n" * 24, "n" * 24 + "e")


async def test_a_copy_that_is_refused_for_good_is_no_failure_of_the_reply(scene: DiscordScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.discord.fail(CREATE, error(403, 50013), match=lambda path, _body: TEXT in path)
    await scene.chat.send(HERE, echoed(), "n2", parent)
    (shown,) = scene.shown(HERE)
    assert len(scene.below(shown)) == 1


@pytest.mark.parametrize("minutes", [0, 10])
@pytest.mark.parametrize("fault", [limited(3), reset(), reset(accepted=True)], ids=["429", "reset", "lost"])
async def test_a_copy_that_failed_is_made_once_the_reply_is_repeated_and_the_reply_stays_one(
    scene: DiscordScene, fault: object, minutes: int
) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.discord.fail(CREATE, fault, match=lambda path, _body: TEXT in path)  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, echoed(), "n2", parent)
    assert caught.value.unknown
    scene.world.clock.advance(timedelta(minutes=minutes, seconds=5))
    await scene.chat.send(HERE, echoed(), "n2", parent)
    shown, *copies = scene.shown(HERE)
    assert len(scene.below(shown)) == 1
    assert len(copies) == (2 if minutes and fault == reset(accepted=True) else 1)


# --- publishing ----------------------------------------------------------------------------------------


async def test_a_card_is_published_once_and_a_silent_setting_publishes_nothing(scene: DiscordScene) -> None:
    await scene.chat.send(NEWS, replace(card("Published"), publish=True), "n1", None)
    await scene.chat.send(NEWS, card("Kept"), "n2", None)
    assert [message.published for message in scene.shown(NEWS)] == [True, False]
    await scene.chat.send(NEWS, replace(card("Published"), publish=True), "n1", None)
    assert len(scene.shown(NEWS)) == 2
    assert [call.status for call in scene.discord.ledger.calls_of(CROSSPOST)] == [200, 400]


@pytest.mark.parametrize("fault", [error(403, 50013), limited(600), reset(), error(400, 50024)])
async def test_a_card_that_cannot_be_published_stands_all_the_same(
    scene: DiscordScene, fault: object, caplog: pytest.LogCaptureFixture
) -> None:
    scene.discord.fail(CROSSPOST, fault)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        made = await scene.chat.send(NEWS, replace(card(), publish=True), "n1", None)
    assert [message.id for message in scene.shown(NEWS)] == [made.id]
    assert "card not published" in caplog.text


# --- pace ----------------------------------------------------------------------------------------------


async def test_the_sixth_message_in_a_channel_waits_for_its_turn_without_being_sent(
    scene: DiscordScene,
) -> None:
    scene.discord.bucketed = True
    for number in range(5):
        await scene.chat.send(HERE, card(f"Card {number}"), f"n{number}", None)
    for expected in (5, 2):
        with pytest.raises(NotYet) as caught:
            await scene.chat.send(HERE, card("Sixth"), "n5", None)
        assert caught.value.wait == timedelta(seconds=expected)
        scene.world.clock.advance(timedelta(seconds=3))
    assert len(scene.discord.ledger.calls_of(CREATE)) == 5
    await scene.chat.send(HERE, card("Sixth"), "n5", None)
    assert len(scene.shown(HERE)) == 6
    assert not [call for call in scene.discord.ledger.calls if call.status == 429]


async def test_a_message_older_than_an_hour_is_edited_once_a_minute(scene: DiscordScene) -> None:
    made = await scene.chat.send(HERE, card(), "n1", None)
    for number in range(5):
        await scene.chat.edit(HERE, made, card(f"Words {number}"))
    scene.world.clock.advance(timedelta(minutes=61))
    await scene.chat.edit(HERE, made, card("Old words"))
    scene.world.clock.advance(timedelta(seconds=20))
    with pytest.raises(NotYet) as caught:
        await scene.chat.edit(HERE, made, card("Older words"))
    assert caught.value.wait == timedelta(seconds=40)
    scene.world.clock.advance(timedelta(seconds=40))
    await scene.chat.edit(HERE, made, card("Older words"))


async def test_what_the_headers_say_is_kept_to_where_another_process_used_the_bucket_up(
    scene: DiscordScene,
) -> None:
    scene.discord.bucketed = True
    made = await scene.chat.send(HERE, card(), "n1", None)
    other = DiscordChat(scene.rest, scene.world.clock)
    for number in range(4):
        await other.send(HERE, card(f"Other {number}"), f"o{number}", None)
    with pytest.raises(NotYet):
        await scene.chat.send(HERE, card("Sixth"), "n2", None)
    await scene.chat.edit(HERE, made, card("Another bucket"))
    assert not [call for call in scene.discord.ledger.calls if call.status == 429]


async def test_a_subscribed_thread_is_a_channel_without_threads(scene: DiscordScene) -> None:
    channel = Channel("discord", GUILD, THREAD)
    assert (await scene.chat.send(channel, card(), "n1", None)).thread is None


async def test_a_subscribed_thread_that_is_locked_pauses_and_says_so(scene: DiscordScene) -> None:
    channel = await scene.subscribe(Channel("discord", GUILD, THREAD))
    scene.discord.guilds[GUILD].channels[THREAD].locked = True
    await scene.world.news()
    await scene.courier().run_dry()
    assert "locked" in str((await scene.world.subscription(channel)).pause_reason)


async def test_a_chat_that_hangs_holds_up_nobody_but_itself() -> None:
    async with discord_scene() as scene:
        discord = await scene.subscribe()
        curb = await scene.world.subscribe()
        scene.discord.fail("*", hang(), times=None)
        await scene.world.news()
        await scene.courier().tick()
        await scene.discord.struck()
        await scene.world.written()
        assert scene.world.curb.top(curb)
        assert not scene.shown(discord)
        scene.discord.heal()
        await scene.world.written()
