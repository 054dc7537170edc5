"""*Share to channel*: for those who may write there, once, and not one upon the other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.discord.sharing import SPELL
from tests.discord.world import ALICE, CAROL, NEWSROOM, World
from tests.fakes.discord.heard import Heard
from tests.fakes.discord.people import DM_CHANNEL, Somebody
from tests.fakes.discord.places import (
    ANNOUNCEMENTS,
    MEMBER,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    TEXT,
    THREAD,
    VIEW_CHANNEL,
)

SHARE = "cs1:share:"
ADMINISTRATOR = 1 << 3


async def asked(talk: World, who: Somebody = CAROL) -> Heard:
    return await talk.people.types("claudestatus", who=who)


def public(talk: World, channel: str = TEXT) -> int:
    """Return how many messages everybody sees there."""
    return len(talk.discord.ledger.messages(channel))


async def test_five_quick_presses_make_one_message(talk: World) -> None:
    answer = (await asked(talk)).message
    talk.clock.advance(SPELL)
    heard = await asyncio.gather(*(talk.people.sends(answer, SHARE, who=CAROL) for _ in range(5)))
    assert public(talk) == 1
    assert sum(not one.is_private for one in heard) == 1
    assert sum("in this channel just now" in one.text for one in heard if one.is_private) == 4


async def test_an_answer_is_shared_once(talk: World) -> None:
    answer = (await asked(talk)).message
    await talk.people.sends(answer, SHARE, who=CAROL)
    talk.clock.advance(SPELL)
    again = await talk.people.sends(answer, SHARE, who=CAROL)
    assert again.is_private
    assert "was shared already" in again.text
    assert public(talk) == 1


async def test_a_channel_is_shared_one_answer_in_a_while_whoever_presses(talk: World) -> None:
    await talk.people.presses((await asked(talk)).message, "share", CAROL)
    talk.clock.advance(SPELL - timedelta(seconds=3))
    hers = await asked(talk, ALICE)
    refused = await talk.people.presses(hers.message, "share", ALICE)
    assert "Try again in 3 s" in refused.text
    assert public(talk) == 1
    talk.clock.advance(timedelta(seconds=3))
    assert not (await talk.people.presses(hers.message, "share", ALICE)).is_private
    assert public(talk) == 2


async def test_other_channels_do_not_wait_for_it(talk: World) -> None:
    await talk.people.presses((await asked(talk)).message, "share", CAROL)
    await talk.people.presses((await asked(talk, NEWSROOM)).message, "share", NEWSROOM)
    assert (public(talk), public(talk, ANNOUNCEMENTS)) == (1, 1)


@pytest.mark.parametrize(
    ("channel", "permissions", "lacking"),
    [
        (TEXT, VIEW_CHANNEL, "Send Messages"),
        (TEXT, VIEW_CHANNEL | SEND_MESSAGES_IN_THREADS, "Send Messages"),
        (THREAD, VIEW_CHANNEL | SEND_MESSAGES, "Send Messages in Threads"),
    ],
)
async def test_nobody_speaks_through_the_bot_where_they_may_not(
    talk: World, channel: str, permissions: int, lacking: str
) -> None:
    who = Somebody(MEMBER, channel, permissions=permissions)
    answer = await asked(talk, who)
    heard = await talk.people.presses(answer.message, "share", who)
    assert heard.is_private
    assert f"you lack **{lacking}**" in heard.text
    assert public(talk, channel) == 0


@pytest.mark.parametrize(
    "who",
    [
        Somebody(MEMBER, THREAD, permissions=VIEW_CHANNEL | SEND_MESSAGES_IN_THREADS),
        Somebody(MEMBER, permissions=ADMINISTRATOR),
        Somebody(MEMBER, DM_CHANNEL, None),
    ],
    ids=["in a thread", "administrator", "direct messages"],
)
async def test_who_may_write_may_share(talk: World, who: Somebody) -> None:
    answer = await asked(talk, who)
    assert not (await talk.people.presses(answer.message, "share", who)).is_private


async def test_a_refused_press_costs_nobody_their_turn(talk: World) -> None:
    mute = Somebody(MEMBER, permissions=VIEW_CHANNEL)
    answer = (await asked(talk, mute)).message
    await talk.people.presses(answer, "share", mute)
    assert not (await talk.people.presses(answer, "share", CAROL)).is_private
