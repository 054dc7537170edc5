"""What the people of a channel do: subscribe, choose settings, mute, leave, delete messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from random import Random

from bot.domain.notice import Notice, NoticeKind
from bot.domain.record import Record, Tier
from bot.domain.status import Incident
from bot.domain.subscription import Channel, Mention, Mute, QuietHours, Settings, Style
from tests.properties.upstream import COMPONENTS
from tests.properties.world import World

ACTOR = "somebody"


async def act(world: World, channel: Channel) -> str:
    """Let the people of *channel* do one random thing; returns its name."""
    acts: list[Callable[[World, Channel], Awaitable[None]]] = [
        change_settings,
        change_settings,
        mute,
        unmute,
        mute_an_incident,
        leave_or_come_back,
        delete_a_message,
        delete_a_message,
    ]
    chosen = world.random.choice(acts)
    await chosen(world, channel)
    await world.look_at(channel)
    return chosen.__name__


async def subscribe(world: World, channel: Channel) -> None:
    """Subscribe with random settings."""
    settings, told = some_settings(world.random), _notice(world, NoticeKind.SUBSCRIBED)
    await world.store.subscribe(channel, settings, ACTOR, world.clock.now(), notice=told)
    world.announce(channel, told)
    await world.look_at(channel)


async def change_settings(world: World, channel: Channel) -> None:
    """Choose all settings anew."""
    settings, now = some_settings(world.random), world.clock.now()
    told = _notice(world, NoticeKind.CHANGED)
    if await world.store.change_settings(channel, settings, ACTOR, now, notice=told):
        world.announce(channel, told)


async def mute(world: World, channel: Channel) -> None:
    """Mute the channel for some minutes or hours."""
    now = world.clock.now()
    length = timedelta(minutes=world.random.choice((2, 20, 90)))
    told = _notice(world, NoticeKind.MUTED)
    if await world.store.mute(channel, Mute(now, now + length), now, notice=told):
        world.announce(channel, told)


async def unmute(world: World, channel: Channel) -> None:
    """End the mute, if there is one."""
    await world.store.mute(channel, None, world.clock.now())


async def mute_an_incident(world: World, channel: Channel) -> None:
    """Mute some incident, if the channel is told of it."""
    if records := await world.records():
        await world.store.mute_incident(channel, world.random.choice(records).key, world.clock.now())


async def leave_or_come_back(world: World, channel: Channel) -> None:
    """Unsubscribe, or subscribe anew."""
    told = _notice(world, NoticeKind.UNSUBSCRIBED)
    if await world.store.unsubscribe(channel, ACTOR, world.clock.now(), notice=told):
        world.announce(channel, told)
    else:
        await subscribe(world, channel)


async def delete_a_message(world: World, channel: Channel) -> None:
    """Delete one of the bot's messages."""
    world.platforms[channel.platform].delete_one(channel)


def _notice(world: World, kind: NoticeKind) -> Record | None:
    """Return what may tell the channel of a change; not every platform announces them."""
    if world.random.random() < 0.5:
        return None
    key, now = f"notice{world.random.getrandbits(64)}", world.clock.now()
    incident = Incident(key, "", "notice", "none", now, resolved_at=now)
    return Record(key, Tier.NOTICE, None, incident, now, "none", notice=Notice(kind, ACTOR))


def some_settings(random: Random) -> Settings:
    """Return random settings; half of all channels keep to the defaults."""
    style = random.choice(tuple(Style))
    if random.random() < 0.5:
        return Settings(style=style)
    return Settings(
        components=frozenset({random.choice(COMPONENTS).id}) if random.random() < 0.3 else frozenset(),
        least_impact=random.choice(("none", "none", "minor", "critical")),
        style=style,
        mention=random.choice((None, Mention("team"), Mention("team", "major"))),
        quiet_hours=random.choice((None, QuietHours(time(12), time(14), "Europe/Paris"))),
        echo=random.random() < 0.5,
        reminder=random.choice((None, timedelta(minutes=30), timedelta(hours=2))),
    )


async def end_reminders(world: World, channel: Channel) -> None:
    """Choose to hear nothing while nothing happens."""
    one = world.subscriptions[channel]
    if one.settings.reminder is not None:
        silent = replace(one.settings, reminder=None)
        await world.store.change_settings(channel, silent, ACTOR, world.clock.now())
