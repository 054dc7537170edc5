"""`/claudealerts privacy`: shown, handed out as a file, deleted by a button; for who manages the server."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.commands.limits import OF_A_PERSON, Kind
from storage.departures import GRACE
from storage.tables import handled
from tests.discord.world import ALICE, BOB, CAROL, ELSEWHERE, World
from tests.fakes.discord.heard import Heard
from tests.fakes.discord.people import DM_CHANNEL, Somebody
from tests.fakes.discord.places import GUILD, OTHER_GUILD, OTHER_TEXT, TEXT

PRIVACY = "claudealerts privacy"
TEN_SECONDS = timedelta(seconds=10)


async def both_subscribe(talk: World) -> None:
    for who in (ALICE, ELSEWHERE):
        await talk.people.types("claudealerts subscribe", who=who)


async def asks(talk: World, do: str, who: Somebody = ALICE) -> Heard:
    return await talk.people.types(PRIVACY, {"do": do}, who)


async def test_it_says_what_is_kept_to_the_person_alone(talk: World) -> None:
    await both_subscribe(talk)
    heard = await talk.people.types(PRIVACY)
    assert heard.is_private
    assert "What I keep about this server" in heard.text
    assert "1 channel (0 unsubscribed)" in heard.text
    assert r"privacy do\:export" in heard.text
    assert "Removing me from the server deletes the same, seven days later." in heard.text
    assert timedelta(days=7) == GRACE


@pytest.mark.parametrize("patience", [2.0, 0.0])
async def test_an_export_comes_as_a_file_that_only_the_person_sees(talk: World, patience: float) -> None:
    """Also where it was announced as taking longer."""
    talk.patience = patience
    await talk.restart()
    await both_subscribe(talk)
    heard = await asks(talk, "export")
    assert heard.is_private
    (told,) = [json.loads(one) for one in heard.open.files.values()]
    assert list(heard.open.files) == ["claudestatus-export.json"]
    assert (told["workspace"], [one["channel"] for one in told["channels"]]) == (GUILD, [TEXT])


async def test_deleting_asks_and_a_press_deletes_this_server_alone(talk: World) -> None:
    await both_subscribe(talk)
    asked = await asks(talk, "delete")
    assert asked.actions == ["erase"]
    assert await talk.subscription() is not None
    done = await talk.people.presses(asked.message, "erase")
    assert done.is_private
    assert "Everything about this server was deleted" in done.text
    assert await talk.subscription(TEXT, GUILD) is None
    assert await talk.subscription(OTHER_TEXT, OTHER_GUILD) is not None
    again = await talk.people.presses(asked.message, "erase")
    assert "No channel of this server is remembered" in again.text


async def test_the_rights_are_checked_again_when_it_is_pressed(talk: World) -> None:
    await both_subscribe(talk)
    asked = await asks(talk, "delete")
    for who in (BOB, CAROL, Somebody(channel=DM_CHANNEL, guild=None)):
        talk.clock.advance(TEN_SECONDS)
        refused = await talk.people.presses(asked.message, "erase", who)
        assert "This is for people with Manage Server" in refused.text
        for do in ("show", "export", "delete"):
            refused = await asks(talk, do, who)
            assert "This is for people with Manage Server" in refused.text
            assert (refused.actions, refused.open.files) == ([], {})
    assert await talk.subscription() is not None


async def test_a_button_taken_to_another_server_deletes_nothing_here(talk: World) -> None:
    await both_subscribe(talk)
    asked = await asks(talk, "delete")
    await talk.people.presses(asked.message, "erase", ELSEWHERE)
    assert await talk.subscription(TEXT, GUILD) is not None
    assert await talk.subscription(OTHER_TEXT, OTHER_GUILD) is None


async def test_one_too_many_is_refused_politely_and_changes_nothing(talk: World) -> None:
    most = OF_A_PERSON[Kind.COMMAND].most
    heard = [await talk.people.types("claudealerts subscribe") for _ in range(most)]
    refused = await talk.people.types("claudealerts unsubscribe")
    assert all("One moment, please" not in one.text for one in heard)
    assert refused.is_private
    assert "One person may ask 5 times in 10 s. Try again in 10 s. Nothing was changed." in refused.text
    assert await talk.subscription() is not None
    assert "One moment" not in (await talk.people.types("claudestatus", who=BOB)).text
    talk.clock.advance(TEN_SECONDS)
    assert "is alerted no more" in (await talk.people.types("claudealerts unsubscribe")).text


async def test_the_panel_saves_at_each_of_twenty_choices_and_then_asks_for_patience(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    panel = (await talk.people.types("claudealerts settings")).message
    for number in range(OF_A_PERSON[Kind.PRESS].most):
        await talk.people.chooses(panel, "panel_impact", [("minor", "major")[number % 2]])
    assert (await talk.settings()).least_impact == "major"
    refused = await talk.people.chooses(panel, "panel_impact", ["critical"])
    assert "One person may press 20 times in 10 s." in refused.text
    assert (await talk.settings()).least_impact == "major"
    assert "One moment" not in (await talk.people.types("claudestatus")).text


async def test_suggestions_and_what_comes_twice_are_not_counted(talk: World) -> None:
    for _ in range(30):
        await talk.people.is_suggested("claudestatus", "component", "cl")
    await talk.people.types("claudestatus")
    for _ in range(30):
        await talk.carry(talk.people.sent[-1])
        await talk.settle()
    for _ in range(OF_A_PERSON[Kind.COMMAND].most - 1):
        assert "One moment" not in (await talk.people.types("claudestatus")).text
    assert "One moment" in (await talk.people.types("claudestatus")).text


async def test_a_share_that_is_too_much_is_refused_to_the_person_alone(talk: World) -> None:
    answer = (await talk.people.types("claudestatus")).message
    for _ in range(OF_A_PERSON[Kind.COMMAND].most - 1):
        await talk.people.types("claudestatus")
    heard = await talk.people.presses(answer, "share")
    assert heard.is_private
    assert "One moment, please" in heard.text
    assert talk.discord.ledger.messages(TEXT) == []


async def test_one_too_many_costs_no_write_and_one_that_comes_again_is_not_counted_twice(talk: World) -> None:
    for _ in range(OF_A_PERSON[Kind.COMMAND].most):
        await talk.people.types("claudestatus")
        await talk.carry(talk.people.sent[-1])
        await talk.settle()
    counted = select(func.count()).select_from(handled)
    before = await talk.store.database.read(lambda db: db.scalar(counted))
    assert "One moment" in (await talk.people.types("claudestatus")).text
    assert await talk.store.database.read(lambda db: db.scalar(counted)) == before
    assert before == OF_A_PERSON[Kind.COMMAND].most


async def test_a_panel_changes_a_channel_thirty_times_a_minute(talk: World) -> None:
    """Its versions grow by no more than that, though nobody is told of them."""
    await talk.people.types("claudealerts subscribe")
    panel = (await talk.people.types("claudealerts settings")).message
    for number in range(40):
        talk.clock.advance(timedelta(seconds=1))
        await talk.people.chooses(panel, "panel_impact", [("minor", "major")[number % 2]])
    heard = await talk.people.chooses(panel, "panel_impact", ["critical"])
    assert "It can be changed at most 30 times in 1 min." in heard.text
    assert (await talk.store.kept("discord", GUILD)).tally.changes == 30
    assert "is alerted no more" in (await talk.people.types("claudealerts unsubscribe")).text
