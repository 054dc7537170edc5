"""The settings panel: each change is saved as it is made, and said."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.commands import Changes, ChangeSettings
from bot.commands.caller import Caller
from bot.commands.desk import Desk
from bot.domain.subscription import Channel, Mention, QuietHours, Style
from tests.discord.world import ALICE, BOB, CALLS_ALL, CAROL, NEWSROOM, World
from tests.factories import API, CHAT, CODE, PAGE_URL, component
from tests.fakes.discord.component_rules import walk
from tests.fakes.discord.heard import Heard, component_of
from tests.fakes.discord.ledger import Message
from tests.fakes.discord.people import MENU, ROLE_MENU
from tests.fakes.discord.places import (
    CREATE_PUBLIC_THREADS,
    GUILD,
    MANAGER,
    MENTIONABLE,
    NOT_MENTIONABLE,
    TEXT,
    USUAL,
)

V2 = 1 << 15


async def opened(talk: World) -> Message:
    """Subscribe and open the panel."""
    await talk.people.types("claudealerts subscribe")
    return (await talk.people.types("claudealerts settings")).message


async def chosen(talk: World, action: str, *values: str) -> Heard:
    return await talk.people.chooses(await opened(talk), action, values)


async def test_the_panel_is_for_the_person_alone_and_made_of_menus(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    heard = await talk.people.types("claudealerts settings")
    assert heard.is_private
    assert heard.message.flags & V2
    assert {"panel_components", "panel_impact", "panel_style", "panel_mention", "panel_hours"} <= {
        *heard.actions
    }


async def test_it_opens_from_the_button_below_an_answer(talk: World) -> None:
    heard = await talk.people.types("claudealerts subscribe")
    panel = await talk.people.presses(heard.message, "settings")
    assert panel.is_private
    assert "panel_impact" in panel.actions
    assert panel.message is not heard.message


async def test_it_shows_what_holds(talk: World) -> None:
    await talk.people.types(
        "claudealerts subscribe", {"components": "api", "impact": "major", "style": "post"}
    )
    panel = await talk.people.types("claudealerts settings")
    assert panel.chosen("panel_components") == [API[0]]
    assert panel.chosen("panel_impact") == ["major"]
    assert panel.chosen("panel_style") == ["post"]


async def test_a_channel_without_alerts_is_offered_them(talk: World) -> None:
    panel = await talk.people.types("claudealerts settings")
    assert panel.actions == ["panel_subscribe"]
    after = await talk.people.presses(panel.message, "panel_subscribe")
    assert await talk.subscription()
    assert after.message is panel.message
    assert "panel_impact" in after.actions
    assert "alerted from now on" in after.text


async def test_components_are_chosen(talk: World) -> None:
    heard = await chosen(talk, "panel_components", CHAT[0], CODE[0])
    assert (await talk.settings()).components == {CHAT[0], CODE[0]}
    assert sorted(heard.chosen("panel_components")) == sorted([CHAT[0], CODE[0]])


async def test_no_component_means_all(talk: World) -> None:
    panel = await opened(talk)
    await talk.people.chooses(panel, "panel_components", [API[0]])
    heard = await talk.people.chooses(panel, "panel_components", [])
    assert (await talk.settings()).components == frozenset()
    assert "all of them" in heard.text


async def test_the_impact_is_chosen_and_what_was_saved_is_said(talk: World) -> None:
    heard = await chosen(talk, "panel_impact", "critical")
    assert (await talk.settings()).least_impact == "critical"
    assert "**Least impact**: critical (was: none" in heard.text
    assert heard.chosen("panel_impact") == ["critical"]


async def test_a_change_redraws_the_panel_in_its_place(talk: World) -> None:
    panel = await opened(talk)
    heard = await talk.people.chooses(panel, "panel_impact", ["minor"])
    assert heard.message is panel
    assert len(talk.discord.ledger.ephemerals()) == 2


async def test_the_style_is_chosen(talk: World) -> None:
    await chosen(talk, "panel_style", "thread")
    assert (await talk.settings()).style is Style.THREAD


async def test_a_style_that_the_bot_may_not_use_is_not_saved(talk: World) -> None:
    panel = await opened(talk)
    talk.discord.guilds[GUILD].channels[TEXT].permissions = USUAL & ~CREATE_PUBLIC_THREADS
    heard = await talk.people.chooses(panel, "panel_style", ["thread"])
    assert "Create Public Threads" in heard.text
    assert heard.chosen("panel_style") == ["card"]


async def test_a_role_is_chosen_and_let_go(talk: World) -> None:
    panel = await opened(talk)
    heard = await talk.people.chooses(panel, "panel_mention", [MENTIONABLE])
    assert (await talk.settings()).mention == Mention(MENTIONABLE)
    assert heard.component("panel_mention")["default_values"] == [{"id": int(MENTIONABLE), "type": "role"}]
    await talk.people.chooses(panel, "panel_mention", [])
    assert (await talk.settings()).mention is None


async def test_a_role_that_cannot_be_mentioned_is_said(talk: World) -> None:
    heard = await talk.people.chooses(await opened(talk), "panel_mention", [NOT_MENTIONABLE], CALLS_ALL)
    assert "cannot be mentioned" in heard.text
    assert (await talk.settings()).mention is None


async def test_from_which_impact_on_is_asked_once_somebody_is_mentioned(talk: World) -> None:
    panel = await opened(talk)
    assert "panel_mention_from" not in str(panel.components)
    await talk.people.chooses(panel, "panel_mention", [MENTIONABLE])
    await talk.people.chooses(panel, "panel_mention_from", ["major"])
    assert (await talk.settings()).mention == Mention(MENTIONABLE, "major")


async def test_the_first_quiet_hours_ask_for_their_time_zone(talk: World) -> None:
    panel = await opened(talk)
    asked = await talk.people.chooses(panel, "panel_hours", ["20:00-08:00"])
    form = asked.open.form
    assert form
    assert "20:00-08:00" in str(form)
    heard = await talk.people.submits(form, {"zone": "europe/berlin"}, source=panel)
    assert (await talk.settings()).quiet_hours == QuietHours(time(20), time(8), "Europe/Berlin")
    assert heard.message is panel
    assert heard.chosen("panel_zone") == ["Europe/Berlin"]


async def in_quiet(talk: World) -> Message:
    await opened(talk)
    options = {"quiet_hours": "22:00-07:00", "time_zone": "Europe/Berlin"}
    await talk.people.types("claudealerts settings", options)
    return (await talk.people.types("claudealerts settings")).message


async def test_other_quiet_hours_keep_their_time_zone(talk: World) -> None:
    await talk.people.chooses(await in_quiet(talk), "panel_hours", ["18:00-09:00"])
    assert (await talk.settings()).quiet_hours == QuietHours(time(18), time(9), "Europe/Berlin")


async def test_quiet_hours_end(talk: World) -> None:
    await talk.people.chooses(await in_quiet(talk), "panel_hours", ["off"])
    assert (await talk.settings()).quiet_hours is None


async def test_hours_that_no_menu_holds_are_typed(talk: World) -> None:
    panel = await in_quiet(talk)
    asked = await talk.people.chooses(panel, "panel_hours", ["other"])
    assert asked.open.form
    assert "Europe/Berlin" in str(asked.open.form)
    heard = await talk.people.submits(asked.open.form, {"hours": "21:30-06:15"}, source=panel)
    assert (await talk.settings()).quiet_hours == QuietHours(time(21, 30), time(6, 15), "Europe/Berlin")
    assert heard.chosen("panel_hours") == ["21:30-06:15"]


async def test_a_time_zone_that_no_menu_holds_is_typed(talk: World) -> None:
    panel = await in_quiet(talk)
    asked = await talk.people.chooses(panel, "panel_zone", ["other"])
    assert asked.open.form
    await talk.people.submits(asked.open.form, {"zone": "Asia/Kathmandu"}, source=panel)
    assert (await talk.settings()).quiet_hours == QuietHours(time(22), time(7), "Asia/Kathmandu")


@pytest.mark.parametrize(
    ("filled", "why"),
    [
        ({"hours": "late"}, "are no hours"),
        ({"hours": ""}, "are no hours"),
        ({"zone": "nowhere"}, "is no time zone"),
        ({"zone": 'x" echo="off'}, "is no time zone"),
    ],
)
async def test_a_form_that_does_not_fit_changes_nothing_and_says_why(
    talk: World, filled: dict[str, str], why: str
) -> None:
    panel = await in_quiet(talk)
    before = await talk.settings()
    asked = await talk.people.chooses(panel, "panel_zone", ["other"])
    assert asked.open.form
    heard = await talk.people.submits(asked.open.form, {"zone": "UTC", **filled}, source=panel)
    assert why in heard.text
    assert await talk.settings() == before


async def test_the_switches_say_what_holds_and_change_it(talk: World) -> None:
    panel = (await talk.people.types("claudealerts settings", who=NEWSROOM)).message
    await talk.people.presses(panel, "panel_subscribe", NEWSROOM)
    await talk.people.chooses(panel, "panel_style", ["thread"], NEWSROOM)
    for action in ("panel_maintenance", "panel_echo", "panel_reminder", "panel_publish"):
        await talk.people.presses(panel, action, NEWSROOM)
    settings = await talk.settings(NEWSROOM.channel)
    assert (settings.maintenance, settings.echo, settings.publish) == (False, False, True)
    assert settings.reminder == timedelta(hours=2)


async def test_a_switch_that_is_pressed_twice_does_what_it_said(talk: World) -> None:
    panel = await opened(talk)
    maintenance = "cs1:panel_maintenance:off"
    await talk.people.sends(panel, maintenance)
    await talk.people.sends(panel, maintenance)
    assert not (await talk.settings()).maintenance


async def test_only_announcement_channels_have_the_switch_to_publish(talk: World) -> None:
    assert "panel_publish" not in str((await opened(talk)).components)


async def test_each_of_many_components_can_be_reached_and_pages_keep_each_other(talk: World) -> None:
    await talk.page_says(parts=[component((f"c{n:02}", f"Part {n:02}"), position=n) for n in range(60)])
    panel = await opened(talk)
    await talk.people.chooses(panel, "panel_components", ["c03"])
    reached = {one["value"] for one in component_of(panel, "panel_components")["options"]}
    for _ in range(2):
        turned = await talk.people.sends(panel, _next(panel))
        reached |= {one["value"] for one in turned.component("panel_components")["options"]}
    await talk.people.chooses(panel, "panel_components", ["c59", "c57"])
    assert reached == {f"c{n:02}" for n in range(60)}
    assert (await talk.settings()).components == {"c03", "c57", "c59"}


def _next(panel: Message) -> str:
    ids = [one for one in walk(panel.components) if str(one.get("custom_id")).startswith("cs1:panel_page:")]
    return str(ids[-1]["custom_id"])


async def test_a_component_that_left_the_page_stays_chosen_until_it_is_let_go(talk: World) -> None:
    await talk.people.types("claudealerts subscribe", {"components": "api, chat"})
    await talk.page_says(parts=[component(CHAT)])
    panel = await talk.people.types("claudealerts settings")
    assert sorted(panel.chosen("panel_components")) == sorted([API[0], CHAT[0]])
    await talk.people.chooses(panel.message, "panel_components", [CHAT[0]])
    assert (await talk.settings()).components == {CHAT[0]}


async def test_before_the_first_read_there_is_no_menu_of_components(unread_talk: World) -> None:
    await unread_talk.people.types("claudealerts subscribe")
    panel = await unread_talk.people.types("claudealerts settings")
    assert "panel_components" not in panel.actions
    assert "not known yet" in panel.text


async def test_two_people_do_not_undo_each_other(talk: World) -> None:
    hers = await opened(talk)
    his = (await talk.people.types("claudealerts settings", who=BOB)).message
    await talk.people.chooses(hers, "panel_impact", ["major"])
    await talk.people.chooses(his, "panel_style", ["post"], BOB)
    await talk.people.presses(hers, "panel_maintenance")
    settings = await talk.settings()
    assert (settings.least_impact, settings.style, settings.maintenance) == ("major", Style.POST, False)
    assert (await talk.people.chooses(his, "panel_impact", ["major"], BOB)).text.count("so already") == 1


async def test_a_panel_shows_what_somebody_else_changed(talk: World) -> None:
    panel = await opened(talk)
    caller = Caller(Channel("discord", GUILD, TEXT), MANAGER, may_configure=True)
    await Desk(talk.store, talk.clock, PAGE_URL).handle(ChangeSettings(Changes(impact="critical")), caller)
    assert (await talk.people.presses(panel, "panel_maintenance")).chosen("panel_impact") == ["critical"]


@pytest.mark.parametrize(
    ("custom_id", "values", "kind"),
    [
        ("cs1:panel_components:0", ["@everyone"], MENU),
        ("cs1:panel_components:99999999999999999999", ["x" * 100], MENU),
        ("cs1:panel_impact:", ["fatal"], MENU),
        ("cs1:panel_impact:", [], MENU),
        ("cs1:panel_style:", ["loud"], MENU),
        ("cs1:panel_mention:", ["900000000000000900"], ROLE_MENU),
        ("cs1:panel_mention:", ["everyone"], ROLE_MENU),
        ("cs1:panel_mention_from:", ["major"], MENU),
        ("cs1:panel_hours:UTC", ['off" impact="critical'], MENU),
        ("cs1:panel_zone:", ["../../etc/passwd"], MENU),
        ("cs1:panel_maintenance:maybe", [], MENU),
        ("cs1:panel_reminder:1s", [], MENU),
        ("cs1:panel_publish:on", [], MENU),
        ("cs1:panel_own_hours:", [], MENU),
        ("cs1:panel_:", [], MENU),
        ("cs1:panel_token:on", [], MENU),
    ],
)
async def test_what_the_panel_never_offered_changes_nothing(
    talk: World, custom_id: str, values: list[str], kind: int
) -> None:
    panel = await opened(talk)
    before = await talk.settings()
    heard = await talk.people.sends(panel, custom_id, values, kind=kind)
    assert await talk.settings() == before
    assert "@everyone" not in heard.text


async def test_the_panel_of_somebody_who_lost_their_rights_changes_nothing(talk: World) -> None:
    panel = await opened(talk)
    for heard in (
        await talk.people.chooses(panel, "panel_impact", ["major"], CAROL),
        await talk.people.presses(panel, "panel_maintenance", CAROL),
    ):
        assert "This is for people with Manage Server" in heard.text
    assert (await talk.settings()).least_impact == "none"


async def test_a_mute_stands_in_the_panel(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    await talk.people.types("claudealerts mute", {"for": "2h"})
    assert "**Muted** until <t:" in (await talk.people.types("claudealerts settings")).text


async def test_an_ended_subscription_is_not_revived_by_an_old_panel(talk: World) -> None:
    panel = await opened(talk)
    await talk.people.types("claudealerts unsubscribe")
    heard = await talk.people.chooses(panel, "panel_impact", ["major"], ALICE)
    assert await talk.subscription() is None
    assert heard.actions == ["panel_subscribe"]
