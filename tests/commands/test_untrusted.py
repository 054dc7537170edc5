"""What comes from outside: any text, and any value that a tampered form can build."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import time, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands import command as commands
from bot.commands.caller import Reply
from bot.commands.changes import OFF, Changes, Hours
from bot.domain.message import plain_lines
from tests.commands.typed import TYPED
from tests.commands.world import HERE, OWNER, World
from tests.fakes.clock import SetClock
from tests.stores import empty_store

WORDS = st.text(max_size=30) | st.sampled_from(["chat", "major", "UTC", "here"])
LENGTHS = st.timedeltas() | st.just(timedelta(hours=1))
CHANGES = st.builds(
    Changes,
    components=st.none() | st.lists(WORDS, max_size=3).map(tuple),
    impact=st.none() | WORDS,
    mention=st.none() | st.just(OFF) | WORDS,
    mention_from=st.none() | WORDS,
    quiet=st.none() | st.just(OFF) | st.builds(Hours, st.times(), st.just(time(7))),
    zone=st.none() | WORDS,
    critical=st.none() | st.booleans(),
    reminder=st.none() | st.just(OFF) | LENGTHS,
)
BUILT = st.one_of(
    st.builds(commands.Ask, WORDS),
    st.builds(commands.Subscribe, CHANGES),
    st.builds(commands.ChangeSettings, CHANGES),
    st.builds(commands.Mute, LENGTHS),
    st.builds(commands.MuteIncident, WORDS),
    st.sampled_from([commands.ShowSettings(), commands.Test(), commands.Why(), commands.ListSubscriptions()]),
)


@given(st.lists(TYPED | BUILT, min_size=5, max_size=40))
@settings(max_examples=20)
@example([commands.Ask(" "), commands.Ask("\ud800"), "\ud800\x00"])
def test_whatever_is_said_is_answered_in_words_that_can_be_sent(
    said: Sequence[str | commands.Command],
) -> None:
    asyncio.run(_say_all(said))


async def _say_all(said: Sequence[str | commands.Command]) -> None:
    async with empty_store() as store:
        world = World(store, SetClock())
        await world.page_says()
        await world.do("subscribe")
        for one in said:
            await _speaks(world.do(one, replace(OWNER, announces=True)))
            world.clock.advance(timedelta(seconds=1))
        await world.courier.run_dry()
        for shown in world.chat.everything(HERE):
            "\n".join(plain_lines(shown.post.message)).encode()


async def _speaks(answering: Coroutine[object, object, Reply]) -> None:
    reply = await answering
    lines = plain_lines(reply.message)
    assert lines[0].strip()
    "\n".join(lines).encode()
