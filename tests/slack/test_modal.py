"""The settings as a form: opened with what holds, handed in with what one person changed."""

from __future__ import annotations

import json
from datetime import time, timedelta
from typing import Any

import pytest

from bot.domain.subscription import Mention, QuietHours, Settings, State, Style
from tests.factories import change, component, components, incident, update
from tests.fakes.broken_store import BrokenStore
from tests.fakes.slack.faults import error
from tests.fakes.slack.heard import Heard, shown
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import Somebody
from tests.slack.world import World

BOB = Somebody("U0BOB")

EVERYTHING = Settings(
    components=frozenset({"chatexample1", "codeexample1"}),
    least_impact="major",
    maintenance=False,
    style=Style.CARD,
    mention=Mention("S0ONCALL1", "critical"),
    quiet_hours=QuietHours(time(21, 30), time(6, 0), "Asia/Tokyo", critical_breaks=False),
    echo=False,
    reminder=timedelta(hours=3),
)


async def opened(world: World, settings: Settings | None = None) -> Json:
    """Return the form of the channel, subscribed with *settings* (None: as by default)."""
    await world.people.types("subscribe")
    found = await world.subscription()
    assert found is not None
    if settings is not None:
        await world.store.change_settings(found.channel, settings, "U0EVE", world.clock.now())
    await world.people.presses("settings")
    return world.form()


def initial(view: Json) -> dict[str, Any]:
    """Return what the fields of *view* hold at first."""
    found: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            several = [one["value"] for one in element.get("initial_options", [])]
            one = element.get("initial_option", {}).get("value")
            found[block["block_id"]] = (
                several or one or element.get("initial_time") or element.get("initial_value")
            )
    return found


def said(heard: Heard) -> str:
    """Return the words in the place of the form that was handed in."""
    assert heard.ack.body is not None
    assert heard.ack.body["response_action"] == "update"
    assert heard.slack.view_problems(heard.ack.body["view"]) == []
    return shown(heard.ack.body["view"]["blocks"])


def errors(heard: Heard, view: Json) -> dict[str, str]:
    """Return the errors under the fields; each is under one that the form has."""
    assert heard.ack.body is not None
    assert heard.ack.body["response_action"] == "errors"
    found: dict[str, str] = heard.ack.body["errors"]
    assert set(found) <= {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    return found


async def test_the_form_opens_with_what_holds(world: World) -> None:
    view = await opened(world, EVERYTHING)
    assert initial(view) == {
        "components": ["chatexample1", "codeexample1"],
        "impact": "major",
        "maintenance": None,
        "style": "card",
        "mention": "group",
        "group": "S0ONCALL1",
        "mention_from": "critical",
        "quiet": ["on"],
        "start": "21:30",
        "end": "06:00",
        "zone": "Asia/Tokyo",
        "critical": None,
        "echo": None,
        "reminder": "180",
    }
    assert world.slack.view_problems(view) == []


async def test_a_form_handed_in_unchanged_changes_nothing(world: World) -> None:
    view = await opened(world, EVERYTHING)
    assert said(await world.people.submits(view)).startswith("🔵 The settings were so already")
    assert await world.settings() == EVERYTHING


async def test_every_field_is_taken(world: World) -> None:
    view = await opened(world)
    heard = await world.people.submits(
        view,
        {
            "components": ["chatexample1", "codeexample1"],
            "impact": "major",
            "maintenance": [],
            "style": "card",
            "mention": "group",
            "group": " S0ONCALL1 ",
            "mention_from": "critical",
            "quiet": ["on"],
            "start": "21:30",
            "end": "06:00",
            "zone": "Asia/Tokyo",
            "critical": [],
            "echo": [],
            "reminder": "240",
        },
    )
    assert said(heard).startswith("🔵 The alert settings of this channel were changed")
    expected = {
        **{name: getattr(EVERYTHING, name) for name in EVERYTHING.__slots__},
        "reminder": timedelta(hours=4),
    }
    assert await world.settings() == Settings(**expected)


async def test_every_field_can_be_emptied_or_switched_off(world: World) -> None:
    view = await opened(world, EVERYTHING)
    emptied: Json = {
        "components": [],
        "mention": "nobody",
        "group": None,
        "quiet": [],
        "zone": None,
        "reminder": "off",
    }
    await world.people.submits(view, emptied)
    now = await world.settings()
    assert (now.components, now.mention, now.quiet_hours, now.reminder) == (frozenset(), None, None, None)
    assert (now.style, now.least_impact) == (Style.CARD, "major")


async def test_a_change_is_posted_in_the_channel_with_who_made_it(world: World) -> None:
    view = await opened(world)
    await world.people.submits(view, {"impact": "critical"})
    await world.deliver()
    assert any("<@U0ALICE> changed them" in one.text for one in world.notices())


@pytest.mark.parametrize(
    ("filled", "mention"),
    [
        ({"mention": "here"}, Mention("here")),
        ({"mention": "channel", "mention_from": "major"}, Mention("channel", "major")),
        ({"group": "S0NEW1"}, Mention("S0NEW1")),
        ({"mention": "group", "group": "S0NEW1"}, Mention("S0NEW1")),
        ({"mention_from": "major"}, None),
    ],
    ids=str,
)
async def test_a_mention_is_chosen(silent_world: World, filled: Json, mention: Mention | None) -> None:
    view = await opened(silent_world)
    said(await silent_world.people.submits(view, filled))
    assert (await silent_world.settings()).mention == mention


async def test_a_mention_that_is_set_keeps_its_group_when_only_its_impact_changes(
    silent_world: World,
) -> None:
    view = await opened(silent_world, EVERYTHING)
    await silent_world.people.submits(view, {"mention_from": "minor"})
    assert (await silent_world.settings()).mention == Mention("S0ONCALL1", "minor")


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({"quiet": ["on"]}, "zone", "Quiet hours need the time zone"),
        ({"quiet": ["on"], "zone": "Mars/Olympus"}, "zone", "“Mars/Olympus” is no time zone"),
        ({"quiet": ["on"], "zone": "Europe/Berlin", "start": None}, "start", "both a beginning and an end"),
        ({"quiet": ["on"], "zone": "Europe/Berlin", "end": "late"}, "end", "both a beginning and an end"),
        ({"mention": "group"}, "group", "Give the id of the user group"),
        ({"mention": "group", "group": "oncall"}, "group", "“oncall” is nobody whom alerts can call"),
        ({"group": "<!channel>"}, "group", "is nobody whom alerts can call"),
        ({"group": "U0ALICE1"}, "group", "Alerts call no single person"),
        ({"components": ["nosuchthing"]}, "components", "“nosuchthing” is no component"),
        ({"components": ["x" * 151]}, "components", "too long"),
        ({"zone": "x" * 3000, "quiet": ["on"]}, "zone", "too long"),
        ({"impact": "huge"}, "impact", "impact is one of none, minor, major, critical"),
        ({"style": "opera"}, "style", "no such style"),
        ({"reminder": "1"}, "reminder", "30 min at the most often"),
        ({"reminder": "soon"}, "reminder", "Choose one of the lengths"),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_said_under_its_field(
    silent_world: World, filled: Json, field: str, words: str
) -> None:
    view = await opened(silent_world)
    before = await silent_world.settings()
    found = errors(await silent_world.people.submits(view, {**filled, "echo": []}), view)
    assert set(found) == {field}
    assert words in found[field]
    assert await silent_world.settings() == before


async def test_a_stale_form_changes_what_this_person_changed_and_nothing_else(world: World) -> None:
    view = await opened(world)
    await world.people.types("settings style=card quiet=22-7 zone=Europe/Berlin mention=here", BOB)
    await world.people.submits(view, {"impact": "major"})
    now = await world.settings()
    assert now.least_impact == "major"
    assert now.style is Style.CARD
    assert now.mention == Mention("here")
    assert now.quiet_hours == QuietHours(time(22), time(7), "Europe/Berlin")


async def test_a_stale_form_cannot_change_what_somebody_took_away(silent_world: World) -> None:
    view = await opened(silent_world, EVERYTHING)
    await silent_world.people.types("settings mention=nobody quiet=off", BOB)
    heard = await silent_world.people.submits(view, {"mention_from": "minor", "critical": ["on"]})
    assert set(errors(heard, view)) == {"mention", "quiet"}


async def test_a_form_of_a_channel_that_was_unsubscribed_meanwhile_does_not_subscribe_it(
    world: World,
) -> None:
    view = await opened(world)
    await world.people.types("unsubscribe", BOB)
    assert said(await world.people.submits(view, {"impact": "major"})).startswith(
        "🔵 This channel gets no alerts"
    )
    assert await world.subscription() is None


async def test_a_form_of_a_channel_without_alerts_turns_them_on(world: World) -> None:
    await world.people.presses("settings")
    view = world.form()
    assert view["submit"]["text"] == "Turn on"
    assert "gets no alerts yet" in shown(view["blocks"])
    assert said(await world.people.submits(view, {"impact": "major"})).startswith(
        "🔵 This channel is alerted from now on"
    )
    assert (await world.settings()).least_impact == "major"
    assert (await world.settings()).style is Style.THREAD


async def test_a_paused_channel_says_so_in_its_form(silent_world: World) -> None:
    silent_world.slack.home.channels["C0STATUS"].bot_in = False
    silent_world.slack.home.scopes -= {"chat:write.public"}
    await silent_world.people.types("subscribe")
    await silent_world.deliver()
    await silent_world.people.presses("settings")
    found = await silent_world.subscription()
    assert found is not None
    assert found.state is State.PAUSED
    words = shown(silent_world.form()["blocks"])
    assert "is paused: not_in_channel" in words
    assert "at once, after */claudestatus subscribe* there" in words
    assert silent_world.slack.view_problems(silent_world.form()) == []


async def test_a_muted_channel_says_until_when_in_its_form(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    await silent_world.people.types("mute 2h")
    until = int((silent_world.clock.now() + timedelta(hours=2)).timestamp())
    await silent_world.people.types("settings")
    assert f"*Muted* until <!date^{until}^" in shown(silent_world.form()["blocks"])
    assert silent_world.slack.view_problems(silent_world.form()) == []
    silent_world.clock.advance(timedelta(hours=2))
    await silent_world.people.types("settings")
    assert "Muted" not in shown(silent_world.form()["blocks"])


async def test_more_than_a_hundred_components_come_in_groups(silent_world: World) -> None:
    parts = [component((f"part{number:08d}", f"Part {number}"), position=number) for number in range(1, 251)]
    await silent_world.page_says(parts=parts)
    view = await opened(silent_world)
    assert silent_world.slack.view_problems(view) == []
    element = next(one["element"] for one in view["blocks"] if one.get("block_id") == "components")
    assert [len(group["options"]) for group in element["option_groups"]] == [100, 100, 50]
    await silent_world.people.submits(view, {"components": ["part00000250"]})
    assert (await silent_world.settings()).components == {"part00000250"}


async def test_components_with_any_name_can_be_shown(silent_world: World) -> None:
    names = ["", " ", "x" * 500, "<!channel> & co", "\u202eevil", "😀" * 80, "same", "same"]
    parts = [component((f"part{number:08d}", name), position=number) for number, name in enumerate(names)]
    await silent_world.page_says(parts=parts)
    assert silent_world.slack.view_problems(await opened(silent_world)) == []


async def test_a_chosen_component_that_left_the_page_is_still_there_to_be_taken_away(
    silent_world: World,
) -> None:
    view = await opened(silent_world, Settings(components=frozenset({"chatexample1", "gone00000001"})))
    assert initial(view)["components"] == ["chatexample1", "gone00000001"]
    assert "gone00000001 (no longer on the status page)" in json.dumps(view)
    await silent_world.people.submits(view, {"components": ["chatexample1"]})
    assert (await silent_world.settings()).components == {"chatexample1"}


async def test_before_the_first_read_there_are_no_components_to_choose_and_the_rest_works(
    unread_world: World,
) -> None:
    view = await opened(unread_world)
    assert "components are not known yet" in shown(view["blocks"])
    assert unread_world.slack.view_problems(view) == []
    await unread_world.people.submits(view, {"impact": "major"})
    assert (await unread_world.settings()).least_impact == "major"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("berl", "Europe/Berlin"),
        ("new yo", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("UTC", "UTC"),
    ],
)
async def test_time_zones_are_suggested_while_one_types(silent_world: World, typed: str, zone: str) -> None:
    found = await silent_world.people.looks_for("zone", typed)
    assert zone in found
    assert len(found) <= 100


@pytest.mark.parametrize("typed", ["", "qqqqqqqq", "\x00", "../etc/passwd", "x" * 5000])
async def test_no_zone_is_made_up(silent_world: World, typed: str) -> None:
    found = await silent_world.people.looks_for("zone", typed)
    assert found == [] or typed == ""
    assert len(found) <= 100


async def test_suggestions_for_a_field_we_do_not_have_are_empty(world: World) -> None:
    assert await world.people.looks_for("country", "be") == []


@pytest.mark.parametrize(
    "metadata", ["", "x", "e30.AAAA", "e30.", ".", "é", '{"channel":"C0STATUS"}', "a" * 3000]
)
async def test_a_form_without_its_seal_is_refused(silent_world: World, metadata: str) -> None:
    view = await opened(silent_world)
    heard = await silent_world.people.submits(view, {"impact": "major"}, private_metadata=metadata)
    assert said(heard).startswith("🔵 This form cannot be read any more")
    assert (await silent_world.settings()).least_impact == "none"


async def test_a_form_of_another_person_is_refused(world: World) -> None:
    view = await opened(world)
    heard = await world.people.submits(view, {"impact": "major"}, BOB)
    assert said(heard).startswith("🔵 This form cannot be read any more")
    assert (await world.settings()).least_impact == "none"


async def test_an_old_form_says_so(world: World) -> None:
    view = await opened(world)
    heard = await world.people.submits(view, callback_id="settings_v0")
    assert said(heard).startswith("🔵 This is out of date")


async def test_rights_are_looked_at_again_when_a_form_is_handed_in(silent_world: World) -> None:
    view = await opened(silent_world)
    silent_world.slack.home.members["U0ALICE"].restricted = True
    silent_world.clock.advance(timedelta(minutes=10))
    heard = await silent_world.people.submits(view, {"impact": "major"})
    assert "the full members of this workspace" in said(heard)
    assert (await silent_world.settings()).least_impact == "none"


async def test_who_may_not_configure_sees_the_settings_instead_of_the_form(world: World) -> None:
    await world.people.types("subscribe")
    heard = await world.people.presses("settings", who=Somebody("U0GUEST"))
    assert heard.words.startswith("🔵 Alerts in this channel")
    assert "The settings are changed by the full members" in heard.words
    assert world.slack.ledger.views == []


async def test_a_form_that_slack_does_not_open_is_said(world: World) -> None:
    await world.people.types("subscribe")
    world.slack.fail("views.open", error("expired_trigger_id"))
    heard = await world.people.presses("settings")
    assert heard.words.startswith("🔵 Slack did not open the form")


async def test_a_memory_that_is_away_is_said(silent_world: World) -> None:
    view = await opened(silent_world)
    silent_world.app = silent_world.build(BrokenStore(silent_world.store))
    assert said(await silent_world.people.submits(view, {"impact": "major"})).startswith(
        "⚪ I cannot reach my memory"
    )


async def test_settings_of_the_form_hold_for_the_next_incident(silent_world: World) -> None:
    view = await opened(silent_world)
    await silent_world.people.submits(view, {"components": ["apiexample12"]})
    await silent_world.deliver()
    before = len(silent_world.notices())
    affected = [change(("chatexample1", "Chat"))]
    await silent_world.page_says(
        incident(updates=[update(affected=affected, at=silent_world.clock.now())]),
        parts=components(chat="partial_outage"),
    )
    await silent_world.deliver()
    assert len(silent_world.notices()) == before
