"""`/claudestatus`: what is answered, to whom, and where."""

from __future__ import annotations

import time

from tests.discord.world import ALICE, BOB, CAROL, World
from tests.factories import API, CHAT, components, incident
from tests.fakes.discord.people import DM_CHANNEL, Somebody
from tests.fakes.discord.places import GUILD, MANAGER, MEMBER, OTHER_GUILD, TEXT, THREAD

AT_HOME = Somebody(MEMBER, DM_CHANNEL, None)
"""In the direct messages between a person and the bot."""

BROUGHT = Somebody(MANAGER, "300000000000000399", "200000000000000299", brought=True)
"""Where the bot is no member, and a person uses the app that they installed for themselves."""


async def test_the_answer_is_for_the_person_alone(talk: World) -> None:
    heard = await talk.people.types("claudestatus")
    assert heard.is_private
    assert "🟢" in heard.text


async def test_an_ephemeral_answer_is_in_no_history(talk: World) -> None:
    await talk.people.types("claudestatus")
    assert talk.discord.ledger.messages(TEXT) == []


async def test_an_outage_is_named(talk: World) -> None:
    await talk.page_says(incident(impact="major"), parts=components(chat="major_outage"))
    assert "Raised error rates in chat" in (await talk.people.types("claudestatus")).text


async def test_one_component_can_be_asked_for(talk: World) -> None:
    await talk.page_says(parts=components(api="major_outage"))
    chat = await talk.people.types("claudestatus", {"component": CHAT[0]})
    api = await talk.people.types("claudestatus", {"component": API[0]})
    assert "🟢" in chat.text.splitlines()[1]
    assert "🟢" not in api.text.splitlines()[1]


async def test_what_is_no_component_is_said_with_what_is(talk: World) -> None:
    heard = await talk.people.types("claudestatus", {"component": "@everyone **x**"})
    assert "neither a component" in heard.text
    assert "@everyone" not in heard.text
    assert "**x**" not in heard.text


async def test_the_views_of_the_past_are_shown(talk: World) -> None:
    history = await talk.people.types("claudestatus", {"view": "history"})
    uptime = await talk.people.types("claudestatus", {"view": "uptime"})
    assert "incident" in history.text.casefold()
    assert history.text != uptime.text


async def test_a_direct_message_gets_the_same_answer(talk: World) -> None:
    here, there = (
        await talk.people.types("claudestatus"),
        await talk.people.types("claudestatus", who=AT_HOME),
    )
    assert there.is_private
    assert there.message.embeds[0]["title"] == here.message.embeds[0]["title"]


async def test_nothing_can_be_alerted_in_a_direct_message(talk: World) -> None:
    assert "subscribe" not in (await talk.people.types("claudestatus", who=AT_HOME)).actions


async def test_the_answer_comes_where_the_bot_is_no_member(talk: World) -> None:
    assert "🟢" in (await talk.people.types("claudestatus", who=BROUGHT)).text


async def test_the_command_beside_a_message_answers_about_the_page(talk: World) -> None:
    heard = await talk.people.asks_beside(CAROL, "is @everyone down?")
    assert heard.is_private
    assert "🟢" in heard.text
    assert "@everyone" not in heard.text


async def test_the_command_beside_a_message_works_in_direct_messages(talk: World) -> None:
    assert "🟢" in (await talk.people.asks_beside(AT_HOME)).text


async def test_who_may_configure_is_offered_alerts(talk: World) -> None:
    for who in (ALICE, BOB):
        assert "subscribe" in (await talk.people.types("claudestatus", who=who)).actions
    assert "subscribe" not in (await talk.people.types("claudestatus", who=CAROL)).actions


async def test_alerts_are_offered_only_where_there_are_none(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    assert "subscribe" not in (await talk.people.types("claudestatus")).actions
    assert "subscribe" in (await talk.people.types("claudestatus", who=Somebody(channel=THREAD))).actions


async def test_an_answer_calls_nobody(talk: World) -> None:
    heard = await talk.people.types("claudestatus")
    assert heard.message.allowed_mentions == {"parse": []}


async def test_an_answer_takes_less_than_a_tenth_of_a_second(talk: World) -> None:
    await talk.people.types("claudestatus")
    began = time.perf_counter()
    for _ in range(5):
        await talk.people.types("claudestatus")
    assert (time.perf_counter() - began) / 5 < 0.1


async def test_before_the_first_read_the_answer_is_not_green(unread_talk: World) -> None:
    heard = await unread_talk.people.types("claudestatus")
    assert "⚪" in heard.text


async def test_a_command_that_discord_still_lists_is_answered(talk: World) -> None:
    heard = await talk.people.types("claudehistory")
    assert heard.is_private
    assert "out of date" in heard.text


async def test_a_subcommand_that_discord_still_lists_is_answered(talk: World) -> None:
    assert "out of date" in (await talk.people.types("claudealerts pin")).text


async def test_share_says_it_to_everybody_once(talk: World) -> None:
    heard = await talk.people.types("claudestatus", who=CAROL)
    shared = await talk.people.presses(heard.message, "share", CAROL)
    [public] = talk.discord.ledger.messages(TEXT)
    assert not shared.is_private
    assert public.embeds[0]["title"] == heard.message.embeds[0]["title"]
    assert f"Shared by <@{MEMBER}>" in shared.text
    assert public.allowed_mentions == {"parse": []}
    assert "share" not in str(public.components)
    assert heard.message.components == []


async def test_what_is_shared_is_the_present(talk: World) -> None:
    heard = await talk.people.types("claudestatus")
    await talk.page_says(parts=components(chat="major_outage"))
    assert "🟢" not in (await talk.people.presses(heard.message, "share")).text.splitlines()[1]


async def test_the_answer_about_one_component_is_shared_as_such(talk: World) -> None:
    heard = await talk.people.types("claudestatus", {"component": CHAT[0]})
    shared = await talk.people.presses(heard.message, "share")
    assert shared.message.embeds[0]["title"] == heard.message.embeds[0]["title"]


async def test_share_with_a_value_that_is_no_component_is_about_the_page(talk: World) -> None:
    heard = await talk.people.types("claudestatus")
    shared = await talk.people.sends(heard.message, "cs1:share:@everyone")
    assert "@everyone" not in shared.text
    assert shared.message.embeds[0]["title"] == heard.message.embeds[0]["title"]


async def test_share_below_a_message_that_everybody_sees_leaves_it_as_it_is(talk: World) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "cs1:share:"}]}
    card = talk.posted([row])
    shared = await talk.people.presses(card, "share", CAROL)
    assert card.components == [row]
    assert shared.message is not card


async def test_the_channel_of_a_command_is_where_it_was_given(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", who=Somebody(channel=THREAD))
    assert await talk.subscription(THREAD, GUILD)
    assert await talk.subscription(TEXT, GUILD) is None
    assert await talk.subscription(THREAD, OTHER_GUILD) is None
