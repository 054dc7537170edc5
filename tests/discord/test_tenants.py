"""Server A never sees or changes anything of server B."""

from __future__ import annotations

import pytest

from tests.discord.world import ALICE, ELSEWHERE, World
from tests.factories import incident
from tests.fakes.discord.people import Somebody
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


@pytest.mark.parametrize("name", ["settings", "why", "help", "list", "test"])
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
