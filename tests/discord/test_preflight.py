"""What stands in the way of alerts is named before anything is saved."""

from __future__ import annotations

import pytest

from bot.domain.subscription import Mention
from tests.discord.world import ALICE, CALLS_ALL, CAROL, MENTION_EVERYONE, NEWSROOM, World
from tests.fakes.discord.people import Somebody
from tests.fakes.discord.places import (
    ANNOUNCEMENT_THREAD,
    ANNOUNCEMENTS,
    CREATE_PUBLIC_THREADS,
    EMBED_LINKS,
    FORBIDDEN,
    FORUM,
    GUILD,
    MANAGER,
    NOT_MENTIONABLE,
    PUBLIC_THREAD,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    TEXT,
    THREAD,
    USUAL,
    VIEW_CHANNEL,
    Place,
)

ADMINISTRATOR, CONNECT = 1 << 3, 1 << 20
VOICE, STAGE, CATEGORY = 2, 13, 4
THREADED = {"style": "thread"}


def lets(talk: World, permissions: int, channel: str = TEXT) -> None:
    talk.discord.guilds[GUILD].channels[channel].permissions = permissions


@pytest.mark.parametrize(
    ("lacking", "name", "options"),
    [
        (VIEW_CHANNEL, "View Channel", {}),
        (SEND_MESSAGES, "Send Messages", {}),
        (EMBED_LINKS, "Embed Links", {}),
        (CREATE_PUBLIC_THREADS, "Create Public Threads", THREADED),
        (SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", THREADED),
    ],
)
async def test_a_permission_that_is_needed_is_named_with_its_cure(
    talk: World, lacking: int, name: str, options: dict[str, str]
) -> None:
    lets(talk, USUAL & ~lacking)
    heard = await talk.people.types("claudealerts subscribe", options)
    assert f"**{name}**" in heard.text
    assert "Edit Channel" in heard.text
    assert await talk.subscription() is None


async def test_all_that_is_missing_is_named_at_once(talk: World) -> None:
    lets(talk, 0)
    heard = await talk.people.types("claudealerts subscribe", THREADED)
    assert "I lack 5 permissions" in heard.text


@pytest.mark.parametrize("style", ["card", "post"])
async def test_what_the_style_does_not_need_may_be_lacking(talk: World, style: str) -> None:
    lets(talk, VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS)
    await talk.people.types("claudealerts subscribe", {"style": style})
    assert await talk.subscription()


async def test_an_administrator_lacks_nothing(talk: World) -> None:
    lets(talk, ADMINISTRATOR)
    await talk.people.types("claudealerts subscribe", THREADED)
    assert await talk.subscription()


async def test_a_thread_needs_the_right_to_speak_in_threads(talk: World) -> None:
    lets(talk, VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS, THREAD)
    heard = await talk.people.types("claudealerts subscribe", who=Somebody(channel=THREAD))
    assert "Send Messages in Threads" in heard.text
    assert "above this thread" in heard.text
    lets(talk, VIEW_CHANNEL | SEND_MESSAGES_IN_THREADS | EMBED_LINKS, THREAD)
    await talk.people.types("claudealerts subscribe", who=Somebody(channel=THREAD))
    assert await talk.subscription(THREAD)


@pytest.mark.parametrize("kind", [PUBLIC_THREAD, ANNOUNCEMENT_THREAD, VOICE, STAGE])
async def test_where_messages_have_no_threads_their_style_is_refused(talk: World, kind: int) -> None:
    place = talk.discord.guilds[GUILD].add(Place("300000000000000376", GUILD, "x", kind, parent=TEXT))
    place.permissions |= CONNECT
    who = Somebody(channel=place.id)
    heard = await talk.people.types("claudealerts subscribe", THREADED, who)
    assert "Messages here cannot have threads" in heard.text
    assert await talk.subscription(place.id) is None
    await talk.people.types("claudealerts subscribe", {"style": "post"}, who)
    assert "style card or post" in (await talk.people.types("claudealerts settings", THREADED, who)).text
    assert (await talk.settings(place.id)).style == "post"


@pytest.mark.parametrize("kind", [VOICE, STAGE])
async def test_the_chat_of_a_voice_channel_holds_alerts_where_the_bot_may_connect(
    talk: World, kind: int
) -> None:
    place = talk.discord.guilds[GUILD].add(Place("300000000000000377", GUILD, "voice", kind))
    heard = await talk.people.types("claudealerts subscribe", who=Somebody(channel=place.id))
    assert "**Connect**" in heard.text
    place.permissions |= CONNECT
    await talk.people.types("claudealerts subscribe", who=Somebody(channel=place.id))
    assert await talk.subscription(place.id)


@pytest.mark.parametrize("channel", [FORUM, "300000000000000378"])
async def test_a_channel_that_holds_no_messages_is_named(talk: World, channel: str) -> None:
    talk.discord.guilds[GUILD].add(Place("300000000000000378", GUILD, "above", CATEGORY))
    heard = await talk.people.types("claudealerts subscribe", who=Somebody(channel=channel))
    assert "Use a text channel, a thread" in heard.text
    assert await talk.subscription(channel) is None


async def test_a_channel_of_a_kind_nobody_knows_yet_is_answered(talk: World) -> None:
    talk.discord.guilds[GUILD].add(Place("300000000000000379", GUILD, "new", 99))
    heard = await talk.people.types("claudealerts subscribe", who=Somebody(channel="300000000000000379"))
    assert "no messages" in heard.text


async def test_where_the_bot_is_no_member_the_invite_is_given(talk: World) -> None:
    who = Somebody(MANAGER, "300000000000000399", "200000000000000299", permissions=1 << 5)
    heard = await talk.people.types("claudealerts subscribe", who=who)
    assert "not in this server" in heard.text
    assert "https://discord.com/oauth2/authorize?" in str(heard.message.components)
    assert await talk.subscription("300000000000000399", "200000000000000299") is None


async def test_the_button_below_an_answer_is_checked_like_the_command(talk: World) -> None:
    heard = await talk.people.types("claudestatus", who=Somebody(channel=FORBIDDEN))
    pressed = await talk.people.presses(heard.message, "subscribe", Somebody(channel=FORBIDDEN))
    assert "Send Messages" in pressed.text
    assert await talk.subscription(FORBIDDEN) is None


async def test_a_style_that_needs_more_is_checked_before_it_is_saved(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    lets(talk, USUAL & ~CREATE_PUBLIC_THREADS)
    heard = await talk.people.types("claudealerts settings", THREADED)
    assert "Create Public Threads" in heard.text
    assert (await talk.settings()).style == "card"


async def test_other_settings_can_be_changed_whatever_is_lacking(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    lets(talk, 0)
    await talk.people.types("claudealerts settings", {"impact": "major"})
    assert (await talk.settings()).least_impact == "major"


async def test_publishing_is_for_announcement_channels(talk: World) -> None:
    for who in (ALICE, NEWSROOM):
        await talk.people.types("claudealerts subscribe", who=who)
        heard = await talk.people.types("claudealerts settings", {"publish": "on"}, who)
        assert ("no announcement channel" in heard.text) == (who is ALICE)
    assert not (await talk.settings()).publish
    assert (await talk.settings(ANNOUNCEMENTS)).publish


@pytest.mark.parametrize("word", ["here", "everyone"])
async def test_everybody_is_called_only_where_the_bot_may(talk: World, word: str) -> None:
    heard = await talk.people.types("claudealerts subscribe", {"mention": word}, CALLS_ALL)
    assert "would call nobody" in heard.text
    lets(talk, USUAL | MENTION_EVERYONE)
    await talk.people.types("claudealerts subscribe", {"mention": word}, CALLS_ALL)
    assert (await talk.settings()).mention == Mention(word)


@pytest.mark.parametrize("target", ["here", "@everyone", GUILD, NOT_MENTIONABLE, "staff"])
async def test_nobody_calls_through_the_bot_whom_they_may_not_call(talk: World, target: str) -> None:
    lets(talk, USUAL | MENTION_EVERYONE)
    heard = await talk.people.types("claudealerts subscribe", {"mention": target})
    assert "You may not mention them yourself" in heard.text
    assert await talk.subscription() is None
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts settings", {"mention": target})
    assert (await talk.settings()).mention is None


@pytest.mark.parametrize("role", [NOT_MENTIONABLE, GUILD])
async def test_nobody_does_so_with_the_panel(talk: World, role: str) -> None:
    lets(talk, USUAL | MENTION_EVERYONE)
    await talk.people.types("claudealerts subscribe")
    panel = (await talk.people.types("claudealerts settings")).message
    heard = await talk.people.chooses(panel, "panel_mention", [role])
    assert "You may not mention them yourself" in heard.text
    assert (await talk.settings()).mention is None
    await talk.people.chooses(panel, "panel_mention", [role], CALLS_ALL)
    assert (await talk.settings()).mention


@pytest.mark.parametrize("permission", [MENTION_EVERYONE | 1 << 5, ADMINISTRATOR])
async def test_who_may_call_them_may_let_the_bot_do_it(talk: World, permission: int) -> None:
    lets(talk, USUAL | MENTION_EVERYONE)
    who = Somebody(permissions=permission)
    await talk.people.types("claudealerts subscribe", {"mention": NOT_MENTIONABLE}, who)
    assert (await talk.settings()).mention == Mention(NOT_MENTIONABLE)


async def test_who_may_not_configure_is_told_that_first(talk: World) -> None:
    lets(talk, 0)
    heard = await talk.people.types("claudealerts subscribe", who=CAROL)
    assert "Manage Server" in heard.text
    assert "I lack" not in heard.text
