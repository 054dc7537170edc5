"""Server A never sees or changes anything of server B."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.discord.world import ALICE, ELSEWHERE, World
from tests.factories import incident
from tests.fakes.discord.people import MENU, Somebody
from tests.fakes.discord.places import GUILD, OTHER_GUILD, OTHER_TEXT, TEXT

HERS = {"impact": "critical", "mention": "on-call"}


async def both_subscribe(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", HERS, ALICE)
    await talk.people.types("claudealerts subscribe", {}, ELSEWHERE)


async def test_the_list_holds_only_this_server(talk: World) -> None:
    await both_subscribe(talk)
    here, there = [await talk.people.types("claudealerts list", who=who) for who in (ALICE, ELSEWHERE)]
    assert (f"<#{TEXT}>" in here.text, f"<#{OTHER_TEXT}>" in here.text) == (True, False)
    assert (f"<#{TEXT}>" in there.text, f"<#{OTHER_TEXT}>" in there.text) == (False, True)


@pytest.mark.parametrize("name", ["settings", "why", "help", "list", "test", "privacy"])
async def test_nothing_of_the_other_server_is_said(talk: World, name: str) -> None:
    await both_subscribe(talk)
    heard = await talk.people.types(f"claudealerts {name}", who=ELSEWHERE)
    for theirs in (GUILD, TEXT, "on-call"):
        assert theirs not in heard.text
        assert theirs not in str(heard.message.components)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unsubscribe", {}),
        ("mute", {"for": "2h"}),
        ("settings", {"impact": "minor"}),
        ("subscribe", {"style": "post"}),
    ],
)
async def test_nothing_of_the_other_server_is_changed(
    talk: World, name: str, options: dict[str, str]
) -> None:
    await both_subscribe(talk)
    before = await talk.subscription(TEXT, GUILD)
    await talk.people.types(f"claudealerts {name}", options, ELSEWHERE)
    assert await talk.subscription(TEXT, GUILD) == before


async def test_the_id_of_a_channel_means_nothing_in_another_server(talk: World) -> None:
    """Discord's ids are unique, and a forged one is still looked up where the interaction came from."""
    await both_subscribe(talk)
    before = await talk.subscription(TEXT, GUILD)
    mixed = Somebody(channel=TEXT, guild=OTHER_GUILD)
    heard = await talk.people.types("claudealerts settings", {"impact": "minor"}, mixed)
    assert "gets no alerts" in heard.text
    assert await talk.subscription(TEXT, GUILD) == before


async def test_an_incident_is_muted_in_the_server_where_the_button_was_pressed(talk: World) -> None:
    for who in (ALICE, ELSEWHERE):
        await talk.people.types("claudealerts subscribe", who=who)
    await talk.page_says(incident())
    key = next(iter((await talk.store.known()).records))
    await talk.people.sends(talk.posted(channel=OTHER_TEXT), f"cs1:mute_incident:{key}", who=ELSEWHERE)
    muted = []
    for channel, guild in ((TEXT, GUILD), (OTHER_TEXT, OTHER_GUILD)):
        subscription = await talk.subscription(channel, guild)
        assert subscription
        muted.append((await talk.store.deliveries(subscription.channel, [key]))[key].muted is not None)
    assert muted == [False, True]


async def test_a_panel_changes_the_channel_it_is_pressed_in(talk: World) -> None:
    await both_subscribe(talk)
    panel = (await talk.people.types("claudealerts settings", who=ALICE)).message
    before = await talk.subscription(TEXT, GUILD)
    await talk.people.chooses(panel, "panel_impact", ["minor"], ELSEWHERE)
    assert await talk.subscription(TEXT, GUILD) == before
    assert (await talk.settings(OTHER_TEXT, OTHER_GUILD)).least_impact == "minor"


PANEL: dict[str, list[str]] = {
    "panel_impact:": ["critical"],
    "panel_style:": ["post"],
    "panel_hours:UTC": ["20:00-08:00"],
    "panel_zone:22:00-07:00": ["UTC"],
    "panel_components:0": [],
    "panel_mention_from:": ["major"],
}
"""Menus of the panel, with what is chosen in them."""

PRESSED = (
    *("subscribe:", "test:", "settings:", "share:", "mute_incident:x", "erase:9999999999", "erase:"),
    *("panel_subscribe:", "panel_maintenance:off", "panel_echo:off", "panel_reminder:on"),
    *("panel_critical:off", "panel_publish:on", "panel_mention_nobody:", "panel_page:0"),
)

COMMANDS: dict[str, dict[str, str]] = {
    "claudestatus": {"view": "uptime"},
    "claudealerts help": {},
    "claudealerts why": {},
    "claudealerts list": {},
    "claudealerts settings": {"impact": "major"},
    "claudealerts mute": {"for": "2h"},
    "claudealerts unmute": {},
    "claudealerts test": {},
    "claudealerts unsubscribe": {},
    "claudealerts subscribe": {"style": "post"},
}


async def test_whatever_is_typed_pressed_or_chosen_the_other_server_is_neither_seen_nor_changed(
    talk: World,
) -> None:
    """Every command, button and menu, by somebody who manages their own server; deleting as the last."""
    await both_subscribe(talk)
    before = await talk.store.kept("discord", GUILD)
    old = talk.posted(channel=OTHER_TEXT)
    heard = []
    for name, options in COMMANDS.items():
        talk.clock.advance(timedelta(seconds=10))
        heard.append(await talk.people.types(name, options, ELSEWHERE))
    for custom_id, values in PANEL.items():
        heard.append(await talk.people.sends(old, f"cs1:{custom_id}", values, kind=MENU, who=ELSEWHERE))
    for custom_id in PRESSED:
        talk.clock.advance(timedelta(seconds=10))
        heard.append(await talk.people.sends(old, f"cs1:{custom_id}", who=ELSEWHERE))
    heard.append(await talk.people.asks_beside(ELSEWHERE))
    talk.clock.advance(timedelta(seconds=10))
    about = ("show", "export", "delete")
    heard += [await talk.people.types("claudealerts privacy", {"do": one}, ELSEWHERE) for one in about]
    (document,) = heard[-2].open.files.values()
    heard.append(await talk.people.presses(heard[-1].message, "erase", ELSEWHERE))
    assert "Everything about this server was deleted" in heard[-1].text
    assert await talk.store.kept("discord", GUILD) == before
    for one in heard:
        for theirs in (GUILD, TEXT, "on-call"):
            assert theirs not in f"{one.text} {one.message.components} {document.decode()}"


async def test_one_server_that_hammers_keeps_the_other_not_waiting(talk: World) -> None:
    for number in range(61):
        await talk.people.types("claudestatus", who=replace(ELSEWHERE, user=f"4000000000000009{number:02}"))
    refused = await talk.people.types("claudestatus", who=ELSEWHERE)
    assert "Many people here ask me at the moment" in refused.text
    assert "Many people" not in (await talk.people.types("claudestatus", who=ALICE)).text
