"""The settings panel offers what has an effect in its place, and what can be let go again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.subscription import Channel, Settings, Style
from tests.discord.world import CALLS_ALL, MENTION_EVERYONE, NEWSROOM, World
from tests.factories import component
from tests.fakes.discord.heard import Heard
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.people import MENU, Somebody
from tests.fakes.discord.places import ANNOUNCEMENTS, GUILD, MANAGER, TEXT, THREAD, USUAL


async def opened(talk: World) -> Message:
    """Subscribe and open the panel."""
    await talk.people.types("claudealerts subscribe")
    return (await talk.people.types("claudealerts settings")).message


async def test_a_style_is_offered_only_where_it_can_be(talk: World) -> None:
    inside = Somebody(channel=THREAD)
    await talk.people.types("claudealerts subscribe", who=inside)
    panel = await talk.people.types("claudealerts settings", who=inside)
    assert styles(panel) == ["card", "post"]
    assert styles(await talk.people.chooses(await opened(talk), "panel_style", ["post"])) == [
        "thread",
        "card",
        "post",
    ]
    heard = await talk.people.sends(panel.message, "cs1:panel_style:", ["thread"], kind=MENU, who=inside)
    assert "Messages here cannot have threads" in heard.text


async def test_a_style_that_holds_is_shown_wherever_it_is(talk: World) -> None:
    inside = Channel("discord", GUILD, THREAD)
    await talk.store.subscribe(inside, Settings(style=Style.THREAD), MANAGER, talk.clock.now())
    panel = await talk.people.types("claudealerts settings", who=Somebody(channel=THREAD))
    assert panel.chosen("panel_style") == ["thread"]
    assert "panel_echo" not in panel.actions


def styles(heard: Heard) -> list[str]:
    return [one["value"] for one in heard.component("panel_style")["options"]]


async def test_where_the_end_stays_is_asked_where_it_could_stay_in_a_thread(talk: World) -> None:
    panel = await opened(talk)
    assert "panel_echo" not in str(panel.components)
    heard = await talk.people.sends(panel, "cs1:panel_echo:off")
    assert "The end is said in the channel anyway" in heard.text
    assert (await talk.settings()).echo
    heard = await talk.people.chooses(panel, "panel_style", ["thread"])
    assert heard.component("panel_echo")["label"] == "End in the channel too: on"
    heard = await talk.people.presses(panel, "panel_echo")
    assert "**End in the channel too**: off, the end stays in the thread (was: on" in heard.text
    assert not (await talk.settings()).echo


@pytest.mark.parametrize("word", ["here", "everyone"])
async def test_who_is_called_by_a_word_can_be_let_go(talk: World, word: str) -> None:
    talk.discord.guilds[GUILD].channels[TEXT].permissions = USUAL | MENTION_EVERYONE
    panel = await opened(talk)
    assert "panel_mention_nobody" not in str(panel.components)
    await talk.people.types("claudealerts settings", {"mention": word}, CALLS_ALL)
    heard = await talk.people.types("claudealerts settings")
    assert heard.component("panel_mention")["placeholder"] == f"@{word}"
    assert "/claudealerts settings mention:" in heard.text.replace("\\", "")
    after = await talk.people.presses(heard.message, "panel_mention_nobody")
    assert (await talk.settings()).mention is None
    assert "panel_mention_nobody" not in after.actions


async def test_a_panel_that_is_as_full_as_can_be_is_taken(talk: World) -> None:
    """Discord takes 40 components in a message; the stand-in refuses more, as it does."""
    talk.discord.guilds[GUILD].channels[ANNOUNCEMENTS].permissions = USUAL | MENTION_EVERYONE
    await talk.page_says(parts=[component((f"c{n:02}", f"Part {n:02}"), position=n) for n in range(60)])
    who = replace(NEWSROOM, permissions=CALLS_ALL.permissions)
    options = {"mention": "here", "quiet_hours": "22:00-07:00", "time_zone": "UTC", "style": "thread"}
    await talk.people.types("claudealerts subscribe", who=who)
    await talk.people.types("claudealerts settings", options, who)
    panel = (await talk.people.types("claudealerts settings", who=who)).message
    heard = await talk.people.presses(panel, "panel_critical", who)
    assert {"panel_publish", "panel_echo", "panel_page", "panel_zone", "panel_mention_nobody"} <= {
        *heard.actions
    }
