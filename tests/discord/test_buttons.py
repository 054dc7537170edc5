"""Buttons below messages: they work whoever made the message, and whenever."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.discord.embeds import render
from bot.domain.message import Button, Message, Tone
from tests.discord.world import CAROL, World
from tests.factories import incident
from tests.fakes.discord.ledger import Message as Posted
from tests.fakes.discord.people import MENU


def card(talk: World, *buttons: Button) -> Posted:
    """Let a message with *buttons* stand in the channel, as the courier makes it."""
    rows = render(Message(Tone.RED, "Chat is slow", buttons=tuple(buttons))).rows
    return talk.posted(rows)


async def key_of_open_incident(talk: World) -> str:
    await talk.people.types("claudealerts subscribe")
    await talk.page_says(incident(name="Chat is slow"))
    return next(iter((await talk.store.known()).records))


async def test_alert_this_channel_subscribes(talk: World) -> None:
    heard = await talk.people.types("claudestatus")
    pressed = await talk.people.presses(heard.message, "subscribe")
    assert "alerted from now on" in pressed.text
    assert await talk.subscription()


async def test_mute_this_incident_mutes_it(talk: World) -> None:
    key = await key_of_open_incident(talk)
    post = card(talk, Button("mute_incident", "Mute this incident", key))
    pressed = await talk.people.presses(post, "mute_incident")
    assert pressed.is_private
    assert "Muted here: Chat is slow" in pressed.text
    [subscription] = await talk.store.subscriptions("discord", "200000000000000200")
    assert (await talk.store.deliveries(subscription.channel, [key]))[key].muted


async def test_a_card_stays_as_it_is_when_its_buttons_are_pressed(talk: World) -> None:
    key = await key_of_open_incident(talk)
    post = card(talk, Button("mute_incident", "Mute this incident", key), Button("settings", "Settings"))
    await talk.people.presses(post, "mute_incident")
    await talk.people.presses(post, "settings")
    assert (post.edits, post.content) == ([], "a card")


async def test_the_buttons_of_an_answer_work_one_after_the_other(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe")
    assert "on its way" in (await talk.people.presses(heard.message, "test")).text
    assert "panel_impact" in (await talk.people.presses(heard.message, "settings")).actions


async def test_buttons_menus_and_forms_of_before_a_restart_still_work(talk: World) -> None:
    key = await key_of_open_incident(talk)
    answer = await talk.people.types("claudestatus")
    post = card(talk, Button("mute_incident", "Mute this incident", key))
    panel = (await talk.people.types("claudealerts settings")).message
    form = (await talk.people.chooses(panel, "panel_hours", ["22:00-07:00"])).open.form
    assert form
    await talk.restart()
    assert not (await talk.people.presses(answer.message, "share")).is_private
    assert "Muted here" in (await talk.people.presses(post, "mute_incident")).text
    await talk.people.chooses(panel, "panel_impact", ["major"])
    await talk.people.submits(form, {"zone": "UTC"}, source=panel)
    settings = await talk.settings()
    assert settings.least_impact == "major"
    assert settings.quiet_hours


@pytest.mark.parametrize(
    ("custom_id", "values"),
    [
        ("cs1:subscribed:", None),
        ("cs1::", None),
        ("cs1:mute_everything:all", None),
        ("cs0:share:", None),
        ("share", None),
        ("cs1", None),
        ("x" * 100, None),
        ("other:menu", ["a"]),
        ("cs1:panel:", ["a"]),
    ],
)
async def test_what_is_none_of_ours_any_more_is_answered(
    talk: World, custom_id: str, values: Sequence[str] | None
) -> None:
    heard = await talk.people.sends(card(talk), custom_id, values, kind=MENU if values is not None else 2)
    assert heard.is_private
    assert "out of date" in heard.text


@pytest.mark.parametrize("value", ["", "x" * 80, "../..", "notice-1", "💥", "a:b:c", "\n", "%s", "<@&1>"])
async def test_the_value_of_a_button_may_be_anything(talk: World, value: str) -> None:
    await talk.people.types("claudealerts subscribe")
    for action in ("mute_incident", "share", "subscribe", "settings", "test"):
        heard = await talk.people.sends(card(talk), f"cs1:{action}:{value}")
        assert heard.text.strip() or heard.actions
        assert "<@&1>" not in heard.text


async def test_a_form_that_is_none_of_ours_any_more_is_answered(talk: World) -> None:
    form = {"custom_id": "cs1:settings_form:", "components": []}
    assert "out of date" in (await talk.people.submits(form, {})).text


async def test_a_refusal_is_for_the_person_alone(talk: World) -> None:
    heard = await talk.people.sends(card(talk), "cs1:subscribe:", who=CAROL)
    assert heard.is_private
    assert "This is for people with Manage Server" in heard.text


async def test_nothing_is_kept_of_what_was_answered(talk: World) -> None:
    """A bot that runs for months would otherwise hold every view it ever sent."""
    for _ in range(3):
        await talk.people.types("claudestatus")
        await talk.people.types("claudealerts settings")
    assert talk.client.persistent_views == []
    assert talk.client._connection._view_store._synced_message_views == {}
