"""Subscribing, settings and the list of subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from bot.domain.delivery import Scope, Verdict
from bot.domain.message import Inline, Line, Listing, Message, Named, NamedKind, Text
from bot.domain.subscription import Channel, Mention, QuietHours, Settings, State, Style
from bot.ports import Refused
from tests.commands.world import GUEST, HERE, OWNER, World, told
from tests.factories import API, CHAT, components, incident, minute, update

THREAD = "thread: a card that is kept up to date, its history in the thread below"
QUIET = "22:00 to 07:00, Europe/Berlin; nothing is loud then"
WHY = "not_in_channel: I am not in this channel. Invite me with /invite @bot."
TOLD = "all components, any impact, with maintenance, as thread"
END = "4 May 2026 14:00 UTC"


def refusal() -> Refused:
    cure = "Invite me with /invite @bot."
    return Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not in this channel.", cure=cure)


async def pause(world: World) -> None:
    """Let the platform refuse what is due."""
    world.chat.script(refusal())
    await world.do("test")
    await world.courier.run_dry()
    assert (await world.subscription()).state is State.PAUSED


async def test_subscribing_says_what_is_told_from_now_on(world: World) -> None:
    reply = await world.do("subscribe chat, api impact=major maintenance=off style=card")
    subscription = await world.subscription()
    assert subscription.settings == Settings(
        components=frozenset({CHAT[0], API[0]}), least_impact="major", maintenance=False, style=Style.CARD
    )
    assert subscription.created_by == "ann"
    assert await world.lines("list") == [
        "🔵 One channel is subscribed here",
        "  general: API and Chat, major impact or worse, without maintenance, as card",
    ]
    assert told(reply.message) == [
        "🔵 This channel is alerted from now on",
        "Told here: API and Chat, major impact or worse, without maintenance, as card.",
    ]


async def test_a_new_subscription_begins_in_the_style_of_its_platform(world: World) -> None:
    await world.do("subscribe", replace(OWNER, default_style=Style.CARD))
    assert (await world.settings()).style is Style.CARD


async def test_what_is_open_is_announced_and_shown_at_once(world: World) -> None:
    world.clock.advance(timedelta(minutes=1))
    over = [update(), update("resolved", "Over.", at=minute(1))]
    await world.page_lists(incident("incident0003", impact="major", updates=over))
    await world.page_says(incident(impact="major"), incident("incident0002", impact="minor"))
    lines = await world.lines("subscribe impact=major")
    assert "One incident is open and will be shown here at once." in lines
    await world.courier.run_dry()
    assert len(world.chat.top(HERE)) == 1


async def test_subscribing_again_applies_what_is_new_and_says_so(world: World) -> None:
    await world.do("subscribe impact=major style=card")
    reply = await world.do("subscribe impact=minor")
    assert told(reply.message)[:2] == [
        "🔵 This channel was subscribed already",
        "  Least impact: minor (was: major)",
    ]
    assert await world.settings() == Settings(least_impact="minor", style=Style.CARD)


async def test_subscribing_again_without_news_changes_nothing(world: World) -> None:
    await world.do("subscribe")
    before = await world.subscription()
    reply = await world.do("subscribe")
    assert told(reply.message)[1] == "The settings stay as they are."
    assert await world.subscription() == before


async def test_subscribing_again_ends_a_pause(world: World) -> None:
    await world.do("subscribe")
    await pause(world)
    lines = await world.lines("subscribe")
    assert lines[1].startswith("It was paused and is tried again now.")
    assert "Invite me with /invite @bot." in lines[1]
    assert (await world.subscription()).state is State.ACTIVE


async def test_after_an_end_everything_begins_anew(world: World) -> None:
    await world.do("subscribe impact=critical")
    reply = await world.do("unsubscribe")
    assert told(reply.message)[0] == "🔵 This channel is alerted no more"
    await world.do("subscribe")
    assert await world.settings() == Settings()


async def test_a_mute_outlives_an_end_and_is_mentioned(world: World) -> None:
    for text in ("subscribe", "mute 2h", "unsubscribe"):
        await world.do(text)
    assert "Muted until 4 May 2026 14:00 UTC." in await world.lines("subscribe")


async def test_without_a_subscription_every_command_says_how_to_begin(world: World) -> None:
    for text in ("settings", "settings impact=major", "mute 2h", "unmute", "test", "why"):
        assert await world.lines(text) == [
            "🔵 This channel gets no alerts",
            "Begin with /claudestatus subscribe.",
        ]
    assert await world.lines("unsubscribe") == ["🔵 This channel gets no alerts", "There is nothing to end."]
    assert await world.store.subscription(HERE) is None


async def test_the_settings_are_shown_in_words_with_how_to_change_them(world: World) -> None:
    await world.do(
        "subscribe api mention=here mention-from=major quiet=22:00-7:00 zone=Europe/Berlin critical=off"
        " reminder=2h echo=off maintenance=off impact=minor"
    )
    assert await world.lines("settings") == [
        "🔵 Alerts in this channel",
        "  Components: API · components=claude.ai,api|all",
        "  Least impact: minor · impact=none|minor|major|critical",
        "  Maintenance: off, scheduled work is not told · maintenance=on|off",
        f"  Style: {THREAD} · style=thread|card|post",
        "  Mention: here, from major impact on · mention=…|nobody mention-from=major",
        f"  Quiet hours: {QUIET} · quiet=22:00-07:00|off critical=on",
        "  End in the channel too: off, the end stays in the thread · echo=on|off",
        "  Reminder: every 2 h while an incident is open · reminder=2h|off",
        "Subscribed since 4 May 2026 12:00 UTC.",
        "Change them like this: /claudestatus settings impact=major",
    ]


async def test_who_may_not_change_settings_sees_them_without_the_syntax(world: World) -> None:
    await world.do("subscribe")
    lines = await world.lines("settings", GUEST)
    assert "  Mention: nobody" in lines
    assert not any("=" in line for line in lines)
    assert lines[-1] == "The settings are changed by the members of this channel."


async def test_the_settings_say_whom_this_platform_can_mention(world: World) -> None:
    await world.do("subscribe")
    lines = await world.lines("settings", replace(OWNER, mentions="a user group, here or channel"))
    assert "  mention= takes a user group, here or channel" in lines


async def test_the_settings_say_what_stands_in_the_way(world: World) -> None:
    await world.do("subscribe")
    await pause(world)
    await world.do("mute 90m")
    assert (await world.lines("settings"))[1:4] == [
        "Paused: not_in_channel: I am not in this channel. Invite me with /invite @bot.",
        "It is tried again by itself now and then; to try at once: /claudestatus subscribe",
        "Muted until 4 May 2026 13:30 UTC.",
    ]


async def test_a_component_that_left_the_page_is_shown_as_such(world: World) -> None:
    await world.do("subscribe chat")
    world.clock.advance(timedelta(minutes=1))
    await world.page_says(parts=components()[1:])
    assert (await world.lines("settings"))[1].startswith(
        f"  Components: {CHAT[0]} (no longer on the status page) · "
    )


async def test_a_renamed_component_is_shown_by_its_present_name(world: World) -> None:
    await world.do("subscribe chat")
    world.clock.advance(timedelta(minutes=1))
    parts = components()
    await world.page_says(parts=[{**parts[0], "name": "Conversations"}, *parts[1:]])
    assert (await world.lines("settings"))[1].startswith("  Components: Conversations · ")


async def test_a_change_is_confirmed_with_what_held_before(world: World) -> None:
    await world.do("subscribe")
    reply = await world.do("settings quiet=22-7 zone=europe/berlin mention=@here")
    assert told(reply.message) == [
        "🔵 The alert settings of this channel were changed",
        "  Mention: here, when an incident starts or worsens (was: nobody)",
        "  Quiet hours: 22:00 to 07:00, Europe/Berlin; only critical incidents are loud then (was: off)",
    ]
    assert await world.settings() == Settings(
        mention=Mention("here"), quiet_hours=QuietHours(time(22), time(7), "Europe/Berlin")
    )


async def test_a_change_too_small_for_words_is_confirmed_all_the_same(world: World) -> None:
    await world.do("subscribe reminder=45m")
    reply = await world.do("settings reminder=45.5m")
    assert told(reply.message) == ["🔵 The alert settings of this channel were changed"]
    assert reply.message.blocks == ()
    assert (await world.settings()).reminder == timedelta(minutes=45, seconds=30)


async def test_a_change_that_does_not_fit_changes_nothing(world: World) -> None:
    await world.do("subscribe")
    before = await world.subscription()
    assert await world.lines("settings impact=major components=chad") == [
        "🔵 “chad” is not the name of one component; near it: Chat and Code.",
        "Try /claudestatus settings components=Chat",
    ]
    assert await world.lines("settings quiet=22-7") == [
        "🔵 Quiet hours need the time zone they are meant in.",
        "Try /claudestatus settings quiet=22:00-07:00 zone=Europe/Berlin",
    ]
    assert await world.subscription() == before


async def test_an_unknown_component_starts_no_subscription(world: World) -> None:
    assert (await world.lines("subscribe cofe"))[1] == "Try /claudestatus subscribe components=Code"
    assert await world.store.subscription(HERE) is None


async def test_nobody_is_told_to_type_settings_where_they_are_not_typed(world: World) -> None:
    await world.do("subscribe")
    picking = replace(OWNER, configures_with="/claudealerts", types=False)
    assert (await world.lines("settings quiet=22-7", picking))[1] == (
        "Try Quiet hours: 22:00-07:00, Time zone: Europe/Berlin"
    )
    assert not any("=" in line for line in await world.lines("settings", picking))
    assert (await world.lines("mute", picking))[1] == "Try /claudealerts mute for:2h"


async def test_settings_that_hold_already_are_no_change(world: World) -> None:
    await world.do("subscribe impact=major")
    before = await world.subscription()
    reply = await world.do("settings impact=major")
    assert told(reply.message)[0] == "🔵 The settings were so already"
    assert await world.subscription() == before


async def test_the_list_holds_one_workspace_with_pauses_and_mutes(world: World) -> None:
    await world.do("subscribe")
    await pause(world)
    await world.do("mute 2h")
    for channel in (Channel("console", "home", "alerts"), Channel("console", "work", "general")):
        await world.do("subscribe impact=critical", replace(OWNER, channel=channel))
    assert await world.lines("list") == [
        "🔵 2 channels are subscribed here",
        "  alerts: all components, critical impact or worse, with maintenance, as thread",
        f"  general: {TOLD} · paused: {WHY} · muted until {END}",
    ]


async def test_what_only_the_platform_can_name_is_left_to_the_platform(world: World) -> None:
    """A channel and a group are ids; the words that call everybody are words."""
    await world.do("subscribe mention=S0ONCALL")
    assert Named(NamedKind.GROUP, "S0ONCALL") in inlines((await world.do("settings")).message)
    assert Named(NamedKind.GROUP, "S0ONCALL") in inlines((await world.do("test")).message)
    assert Named(NamedKind.CHANNEL, HERE.id) in inlines((await world.do("list")).message)
    changed = await world.do("settings mention=channel")
    assert "channel" in inlines(changed.message)
    assert Named(NamedKind.GROUP, "S0ONCALL") in inlines(changed.message)


def inlines(message: Message) -> list[Inline]:
    """Return all that stands in the lines of *message*."""
    texts: list[Text] = []
    for block in message.blocks:
        texts += (
            block.lines if isinstance(block, Listing) else [block.text] if isinstance(block, Line) else []
        )
    return [one for text in texts for one in text]


async def test_a_list_of_nothing_says_so(world: World) -> None:
    assert await world.lines("list") == ["🔵 No channel of this workspace is subscribed"]
