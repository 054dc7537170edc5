"""`/claudealerts`: what can be typed, and what comes of it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.domain.subscription import Mention, QuietHours, Style
from tests.discord.world import ALICE, BOB, CALLS_ALL, CAROL, ELSEWHERE, MENTION_EVERYONE, NEWSROOM, World
from tests.factories import API, CHAT, incident
from tests.fakes.discord.places import GUILD, MENTIONABLE, NOT_MENTIONABLE, OTHER_GUILD, TEXT


async def test_a_channel_subscribes_with_a_card_as_its_style(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe")
    assert heard.is_private
    assert "alerted from now on" in heard.text
    assert (await talk.settings()).style is Style.CARD


async def test_a_subscription_takes_settings_with_it(talk: World) -> None:
    options = {"components": "Chat, api", "impact": "major", "style": "post", "mention": "here"}
    talk.discord.guilds[GUILD].channels[TEXT].permissions |= MENTION_EVERYONE
    await talk.people.types("claudealerts subscribe", options, CALLS_ALL)
    settings = await talk.settings()
    assert settings.components == {CHAT[0], API[0]}
    assert (settings.least_impact, settings.style, settings.mention) == ("major", Style.POST, Mention("here"))


async def test_subscribing_again_says_so(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    assert "already" in (await talk.people.types("claudealerts subscribe")).text


async def test_unsubscribing_ends_it(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    assert "alerted no more" in (await talk.people.types("claudealerts unsubscribe")).text
    assert await talk.subscription() is None


async def test_every_setting_can_be_given_with_the_command(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", who=NEWSROOM)
    options = {
        "components": "api",
        "impact": "minor",
        "style": "thread",
        "mention": MENTIONABLE,
        "mention_from": "major",
        "maintenance": "off",
        "quiet_hours": "22:00-07:00",
        "time_zone": "europe/berlin",
        "critical": "off",
        "echo": "off",
        "reminder": "90m",
        "publish": "on",
    }
    heard = await talk.people.types("claudealerts settings", options, NEWSROOM)
    settings = await talk.settings(NEWSROOM.channel)
    assert heard.is_private
    assert settings.components == {API[0]}
    assert settings.mention == Mention(MENTIONABLE, "major")
    assert settings.quiet_hours == QuietHours(time(22), time(7), "Europe/Berlin", critical_breaks=False)
    assert (settings.least_impact, settings.style) == ("minor", Style.THREAD)
    assert (settings.maintenance, settings.echo, settings.publish) == (False, False, True)
    assert settings.reminder == timedelta(minutes=90)


async def test_what_was_saved_is_said(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    heard = await talk.people.types("claudealerts settings", {"impact": "major"})
    assert "**Least impact**: major (was: none" in heard.text


async def test_all_takes_every_component_again(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", {"components": "api"})
    await talk.people.types("claudealerts settings", {"components": "all"})
    assert (await talk.settings()).components == frozenset()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"components": "chatt, api"}, "Chat"),
        ({"quiet_hours": "late"}, "22:00-07:00"),
        ({"quiet_hours": "22:00-07:00"}, "time zone"),
        ({"time_zone": "Berlin"}, "Europe/Berlin"),
        ({"time_zone": "Europe/Berlin"}, "Time zone belongs to quiet hours"),
        ({"critical": "off"}, "Loud in quiet hours when critical belongs to"),
        ({"echo": "off"}, "The end is said in the channel anyway"),
        ({"echo": "on", "style": "post"}, "where the style is thread"),
        ({"reminder": "2"}, "2h"),
        ({"reminder": "1m"}, "30 min"),
        ({"mention": "nobody we know"}, "is no role of this server"),
        ({"mention": "900000000000000900"}, "is no role of this server"),
        ({"time_zone": 'UTC" impact="critical'}, "time zone"),
        ({"components": 'api" impact="critical'}, "component"),
    ],
)
async def test_what_does_not_fit_is_said_with_its_cure_and_changes_nothing(
    talk: World, options: dict[str, str], words: str
) -> None:
    await talk.people.types("claudealerts subscribe")
    before = await talk.settings()
    heard = await talk.people.types("claudealerts settings", options)
    assert words in heard.text.replace("\\", "")
    assert await talk.settings() == before


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f"<@&{MENTIONABLE}>", MENTIONABLE),
        ("on-call", MENTIONABLE),
        ("@ON-CALL", MENTIONABLE),
        (MENTIONABLE, MENTIONABLE),
    ],
)
async def test_a_role_is_found_by_id_mention_or_name(talk: World, text: str, target: str) -> None:
    await talk.people.types("claudealerts subscribe", {"mention": text})
    assert (await talk.settings()).mention == Mention(target)


async def test_the_role_that_everybody_has_is_the_word_everyone(talk: World) -> None:
    talk.discord.guilds[GUILD].channels[TEXT].permissions |= MENTION_EVERYONE
    await talk.people.types("claudealerts subscribe", {"mention": GUILD}, CALLS_ALL)
    assert (await talk.settings()).mention == Mention("everyone")


async def test_a_role_of_another_server_is_none_of_ours(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe", {"mention": MENTIONABLE}, ELSEWHERE)
    assert "is no role of this server" in heard.text
    assert await talk.subscription(ELSEWHERE.channel, OTHER_GUILD) is None


async def test_nobody_is_mentioned_any_more(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", {"mention": MENTIONABLE})
    await talk.people.types("claudealerts settings", {"mention": "nobody"})
    assert (await talk.settings()).mention is None


async def test_a_mute_takes_the_length_that_is_typed(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    heard = await talk.people.types("claudealerts mute", {"for": "1h 30m"})
    subscription = await talk.subscription()
    assert "are muted" in heard.text
    assert subscription
    assert subscription.mute
    assert subscription.mute.until == talk.clock.now() + timedelta(minutes=90)


async def test_unmute_ends_it(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts mute", {"for": "2h"})
    assert "no longer muted" in (await talk.people.types("claudealerts unmute")).text


@pytest.mark.parametrize("text", ["soon", "99 weeks", "2"])
async def test_a_mute_that_cannot_be_is_no_mute(talk: World, text: str) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts mute", {"for": text})
    subscription = await talk.subscription()
    assert subscription
    assert subscription.mute is None


async def test_a_mute_without_a_length_is_asked_for_one(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    assert "always has an end" in (await talk.people.types("claudealerts mute")).text


async def test_one_incident_can_be_muted(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.page_says(incident(name="Chat is slow"))
    [(_, key)] = await talk.people.is_suggested("claudealerts mute", "incident", "")
    assert (
        "Muted here: Chat is slow" in (await talk.people.types("claudealerts mute", {"incident": key})).text
    )


async def test_a_length_and_an_incident_are_two_mutes(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    heard = await talk.people.types("claudealerts mute", {"for": "2h", "incident": "x"})
    assert "either a length or an incident" in heard.text


async def test_test_and_why_and_help_answer(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    assert "on its way" in (await talk.people.types("claudealerts test")).text
    assert (await talk.people.types("claudealerts why")).is_private
    assert "claudestatus" in (await talk.people.types("claudealerts help")).text


async def test_the_list_holds_the_channels_of_this_server(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts subscribe", who=NEWSROOM)
    heard = await talk.people.types("claudealerts list")
    assert f"<#{TEXT}>" in heard.text
    assert f"<#{NEWSROOM.channel}>" in heard.text


async def test_no_word_of_slack_is_said_here(talk: World) -> None:
    said = [
        await talk.people.types(f"claudealerts {name}")
        for name in (
            "subscribe",
            "settings",
            "test",
            "why",
            "list",
            "help",
            "mute",
            "unsubscribe",
            "settings",
        )
    ]
    for heard in said:
        assert "workspace" not in heard.text.casefold()
        assert "settings impact=" not in heard.text


async def test_a_role_that_nobody_may_mention_is_said(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe", {"mention": NOT_MENTIONABLE}, CALLS_ALL)
    assert "cannot be mentioned" in heard.text
    assert "Allow anyone to" in heard.text
    assert await talk.subscription() is None


async def test_the_end_is_left_to_the_thread_where_there_is_one(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts settings", {"echo": "off", "style": "thread"})
    assert ((await talk.settings()).style, (await talk.settings()).echo) == (Style.THREAD, False)
    await talk.people.types("claudealerts settings", {"style": "card"})
    heard = await talk.people.types("claudealerts settings", {"echo": "on"})
    assert "The end is said in the channel anyway" in heard.text
    assert not (await talk.settings()).echo


async def test_who_may_change_nothing_is_told_who_may(talk: World) -> None:
    heard = await talk.people.types("claudealerts settings", who=CAROL)
    assert heard.actions == []
    assert "turned on by people with Manage Server or Manage Channels." in heard.text
    assert "Begin with" not in heard.text


async def test_the_help_says_why_commands_may_not_be_seen(talk: World) -> None:
    for who in (ALICE, BOB, CAROL):
        heard = await talk.people.types("claudealerts help", who=who)
        assert ("Server Settings → Integrations" in heard.text) is (who is not ALICE)
