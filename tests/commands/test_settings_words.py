"""What is said about settings is true for each style, and of use to who reads it."""

from __future__ import annotations

import pytest

from tests.commands.world import GUEST, World, told


@pytest.mark.parametrize("style", ["card", "post"])
async def test_where_the_end_is_said_is_told_truly_for_each_style(world: World, style: str) -> None:
    await world.do(f"subscribe style={style}")
    void = f"of no effect with style {style}: the end is said in the channel itself"
    assert f"  End in the channel too: on, {void} · echo=on|off" in await world.lines("settings")
    assert await world.lines("settings echo=off") == [
        "🔵 The alert settings of this channel were changed",
        f"  End in the channel too: off, {void} (was: on, {void})",
    ]
    changed = await world.lines("settings style=thread")
    assert "Style" in changed[1]
    assert len(changed) == 2
    assert any("off, the end stays in the thread" in line for line in await world.lines("settings"))


async def test_who_may_not_begin_is_told_who_may(world: World) -> None:
    reply = await world.do("settings", GUEST)
    assert told(reply.message) == [
        "🔵 This channel gets no alerts",
        f"They are turned on by {GUEST.who_configures}.",
    ]
    assert reply.message.buttons == ()
