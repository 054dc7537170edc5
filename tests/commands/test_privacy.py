"""What is kept of a workspace is shown, handed out and deleted for its admins, and for them alone."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from bot.commands import Privacy, parse
from bot.commands.privacy import CONFIRMED_WITHIN, confirmed
from bot.commands.privacy_words import CARDS, REST
from bot.domain.message import plain_lines
from bot.domain.subscription import Channel, Settings
from storage import retention
from tests.commands.world import GUEST, HERE, OWNER, World
from tests.factories import incident
from tests.storage.keys import installations, installed

OTHERS = replace(OWNER, channel=Channel("console", "work", "secret-room"), user="zoe")
SAME_ID = replace(OWNER, channel=Channel("other", "home", "general"), user="zoe")

NOBODYS = replace(OWNER, channel=Channel("console", "", "general"))
"""Where no workspace is there is nothing that belongs to it."""


async def told_world(world: World) -> World:
    """Let channels of three workspaces be told of an incident."""
    for caller in (OWNER, OTHERS, SAME_ID):
        await world.do("subscribe impact=minor", caller)
        await world.do("settings impact=major", caller)
    await world.page_says(incident(impact="major"))
    await world.courier.run_dry()
    return world


async def test_it_says_what_is_kept_and_for_how_long(world: World) -> None:
    who = "1 channel (0 unsubscribed): ids, settings, and the id of who subscribed."
    leaving = replace(OWNER, leaving="Removing me deletes it, too.")
    rest = "Until 90 d after the next one, and 200 of a channel at most."
    assert await (await told_world(world)).lines("privacy", leaving) == [
        "🔵 What I keep about this workspace",
        f"  {who} Until 90 d after the end.",
        f"  2 changes of settings, each with the id of who made it. {rest}",
        "  1 delivery, with the ids of 1 message. Until 90 d after the incident.",
        "Nothing that people write is kept, and nobody's name.",
        "  /claudestatus privacy export: all of it, as JSON; deliveries are counted in it",
        "  /claudestatus privacy delete: deletes all of it; asks once more before",
        "Removing me deletes it, too.",
    ]


def test_it_says_how_long_things_are_kept_in_truth() -> None:
    assert retention.REST == REST


async def test_where_options_have_names_they_are_named(world: World) -> None:
    server = replace(OWNER, configures_with="/claudealerts", types=False, workspace="server")
    lines = await world.lines(Privacy(), server)
    assert "  /claudealerts privacy do:export: all of it, as JSON; deliveries are counted in it" in lines
    assert (await world.lines("help", server))[-1].startswith("  /claudealerts privacy: what I keep about it")


async def test_an_export_is_one_json_document_of_this_workspace(world: World) -> None:
    reply = await (await told_world(world)).do("privacy export")
    assert plain_lines(reply.message)[1] == "1 channel, as JSON. Only you see it."
    assert reply.document is not None
    told = json.loads(reply.document)
    (channel,) = told.pop("channels")
    assert told == {
        "platform": "console",
        "workspace": "home",
        "exported_at": world.clock.now().isoformat(),
        "removed_at": None,
        "installation": None,
    }
    assert (channel["channel"], channel["created_by"], channel["state"]) == ("general", "ann", "active")
    assert [(one["action"], one["actor"], one["settings"]["least_impact"]) for one in channel["changes"]] == [
        ("subscribe", "ann", "minor"),
        ("settings", "ann", "major"),
    ]
    assert (channel["deliveries"]["count"], channel["deliveries"]["messages"]) == (1, 1)
    assert "secret-room" not in reply.document
    assert "zoe" not in reply.document


async def test_every_setting_is_in_the_export(world: World) -> None:
    await world.do(
        "subscribe api mention=here quiet=22-7 zone=Europe/Berlin reminder=2h echo=off impact=minor"
    )
    await world.do("mute 2h")
    document = (await world.do("privacy export")).document
    assert document is not None
    (channel,) = json.loads(document)["channels"]
    settings = channel["settings"]
    assert (len(settings["components"]), settings["least_impact"], settings["echo"]) == (1, "minor", False)
    assert settings["mention"] == {"target": "here", "least_impact": "none"}
    hours = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin", "critical_breaks": True}
    assert (settings["quiet_hours"], settings["reminder"]) == (hours, 7200)
    assert channel["mute"]["until"] == (world.clock.now() + timedelta(hours=2)).isoformat()
    assert set(settings) == {one.name for one in fields(Settings)}


async def test_deleting_asks_first(world: World) -> None:
    reply = await (await told_world(world)).do("privacy delete")
    assert plain_lines(reply.message) == [
        "🔵 Delete everything that I keep about this workspace?",
        "1 channel: no more alerts, and no settings, changes and deliveries. This cannot be undone.",
        f"{CARDS} To close off those of a channel first: /claudestatus unsubscribe in it.",
        "To do it: /claudestatus privacy delete confirmed",
    ]
    (button,) = reply.message.buttons
    assert confirmed(button.value) == Privacy("confirmed", world.clock.now())
    assert await world.store.subscription(HERE) is not None


async def test_once_confirmed_everything_of_this_workspace_is_gone_and_of_no_other(world: World) -> None:
    await told_world(world)
    untouched = [await world.store.kept(*place) for place in (("console", "work"), ("other", "home"))]
    lines = await world.lines("privacy delete confirmed")
    assert lines[:2] == [
        "🔵 Everything about this workspace was deleted",
        "1 channel, with all settings, changes and deliveries.",
    ]
    assert (await world.store.kept("console", "home")).channels == ()
    assert await world.store.subscription(HERE) is None
    for place, before in zip((("console", "work"), ("other", "home")), untouched, strict=True):
        assert await world.store.kept(*place) == before


async def test_pressed_twice_it_says_that_nothing_is_left(world: World) -> None:
    await told_world(world)
    button = Privacy("confirmed", world.clock.now())
    await world.do(button)
    for command in (button, "privacy delete", "privacy export"):
        reply = await world.do(command)
        assert plain_lines(reply.message) == ["🔵 No channel of this workspace is remembered"]
        assert reply.document is None


async def test_who_installed_the_app_is_spoken_of_and_can_be_deleted_alone(world: World) -> None:
    """Also where no channel is subscribed. What is erased already is no more to be deleted."""
    team = replace(OWNER, channel=Channel("slack", "T1", "C1"))
    found = installations(world.store)
    await found.save(installed(), world.clock.now())
    line = ": its token and scopes, and the id of who installed it. While it lasts."
    assert (await world.lines("privacy", team))[1].endswith(line)
    document = (await world.do("privacy export", team)).document
    assert document is not None
    assert json.loads(document)["installation"]["installed_by"] == "U0ANN"
    assert "sesame" not in document
    assert "The id of who installed this app goes, too" in "".join(await world.lines("privacy delete", team))
    done = await world.lines("privacy delete confirmed", team)
    assert done[2] == "The id of who installed this app is gone, too."
    assert (await found.find("T1")) is not None
    assert (await world.lines("privacy", team))[1].endswith(": its token and scopes. While it lasts.")
    assert await world.lines("privacy delete", team) == ["🔵 No channel of this workspace is remembered"]


async def test_a_button_of_yesterday_deletes_nothing(world: World) -> None:
    await told_world(world)
    asked_at = world.clock.now()
    world.clock.advance(CONFIRMED_WITHIN + timedelta(seconds=1))
    for command in (Privacy("confirmed", asked_at), confirmed("0"), confirmed("²"), confirmed("9" * 40)):
        assert await world.lines(command) == [
            "🔵 This button is out of date",
            "Nothing was deleted. Ask again: /claudestatus privacy delete",
        ]
    assert await world.store.subscription(HERE) is not None


@pytest.mark.parametrize("action", ["", "show", "export", "delete", "delete confirmed"])
@pytest.mark.parametrize("caller", [GUEST, replace(OWNER, may_list=False), NOBODYS])
async def test_who_may_not_list_learns_and_changes_nothing(world: World, action: str, caller: object) -> None:
    await told_world(world)
    assert isinstance(caller, type(OWNER))
    reply = await world.do(f"privacy {action}", caller)
    assert plain_lines(reply.message)[0] == "🔵 This is for an admin of this workspace"
    assert (reply.document, reply.message.buttons) == (None, ())
    assert await world.store.subscription(HERE) is not None


async def test_whoever_subscribes_again_begins_anew(world: World) -> None:
    await told_world(world)
    await world.do("privacy delete confirmed")
    await world.do("subscribe")
    assert len((await world.store.kept("console", "home")).channels) == 1
    assert (await world.settings()).least_impact == "none"


async def test_words_behind_it_that_mean_nothing_are_refused(world: World) -> None:
    assert await world.lines("privacy forget me") == [
        "🔵 privacy takes export or delete, and “forget me” is neither.",
        "Try /claudestatus privacy",
    ]
    assert parse("Privacy Delete Confirmed") == Privacy("confirmed")
