"""Publishing, where others can follow a channel; and not a word of it where nobody can."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import Changes, ChangeSettings, Subscribe
from bot.domain.subscription import Settings
from tests.commands.world import OWNER, World, told

ANNOUNCES = replace(OWNER, publishes=True)
PICKS = replace(ANNOUNCES, configures_with="/claudealerts", types=False)
ON = "on, the card of a new incident also goes to those who follow this channel"
OFF = "off, cards stay in this channel"
NOBODY = "🔵 Only a channel that others can follow publishes, and this one is none."


async def test_a_channel_that_others_follow_can_publish(world: World) -> None:
    await world.do(Subscribe(Changes(publish=True)), ANNOUNCES)
    assert await world.settings() == Settings(publish=True)
    assert f"  Publish: {ON} · publish=on|off" in await world.lines("settings", ANNOUNCES)
    assert f"  Publish: {ON}" in await world.lines("settings", PICKS)
    reply = await world.do(ChangeSettings(Changes(publish=False)), PICKS)
    assert told(reply.message)[1:] == [f"  Publish: {OFF} (was: {ON})"]
    assert await world.settings() == Settings()


async def test_it_can_be_typed_there(world: World) -> None:
    await world.do("subscribe publish=on", ANNOUNCES)
    assert (await world.settings()).publish
    await world.do("settings publish off", ANNOUNCES)
    assert not (await world.settings()).publish
    assert await world.lines("settings publish=maybe", ANNOUNCES) == [
        "🔵 publish is one of on, off; “maybe” is none of them.",
        "Try /claudestatus settings publish=on",
    ]
    assert (await world.lines("settings publish=", ANNOUNCES))[1] == "Try /claudestatus settings publish=on"


async def test_where_nobody_can_follow_it_changes_nothing(world: World) -> None:
    for said in ("subscribe publish=on", Subscribe(Changes(publish=True, impact="major"))):
        assert (await world.lines(said))[0] == NOBODY
    assert await world.store.subscriptions("console", "home") == []
    await world.do("subscribe")
    before = await world.subscription()
    assert (await world.lines("settings publish=on impact=major"))[0] == NOBODY
    assert await world.subscription() == before


async def test_where_nobody_can_follow_it_is_not_spoken_of(world: World) -> None:
    await world.do("subscribe")
    for said in ("settings", "help", "settings colour=red", "subscribe", "test"):
        assert "publish" not in "\n".join(await world.lines(said)).casefold()


async def test_it_can_be_switched_off_where_nobody_can_follow_any_more(world: World) -> None:
    await world.do("subscribe publish=on", ANNOUNCES)
    await world.do("settings impact=major")
    assert await world.settings() == Settings(publish=True, least_impact="major")
    await world.do("settings publish=off")
    assert not (await world.settings()).publish


async def test_a_test_says_that_it_is_not_published(world: World) -> None:
    await world.do("subscribe publish=on", ANNOUNCES)
    assert "Nobody who follows this channel sees it: a test is not published." in await world.lines("test")
