"""App Home: the present answer, and the subscriptions that this person may see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.slack.seal import Seal
from bot.domain.subscription import Channel, Settings
from tests.factories import component, components, incident
from tests.fakes.broken_store import BrokenStore
from tests.fakes.slack.faults import error
from tests.fakes.slack.heard import buttons_of, shown
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import Somebody
from tests.slack.world import KEY, World
from tests.stores import subscribe_beyond_the_limit

ALICE, BOB, ADMIN = Somebody(), Somebody("U0BOB"), Somebody("U0ADMIN")


async def home(world: World, who: Somebody = ALICE) -> Json:
    """Return the home that *who* opens; it is what Slack takes."""
    view = await world.people.opens_home(who)
    assert view is not None
    assert world.slack.view_problems(view) == []
    return view


def settings_buttons(view: Json) -> list[str]:
    """Return the values of the buttons that open a form."""
    return [one["value"] for one in buttons_of(view["blocks"]) if one["action_id"] == "settings_of"]


async def test_home_shows_the_present_answer_and_how_to_begin(world: World) -> None:
    await world.page_says(incident(), parts=components(chat="partial_outage"))
    words = shown((await home(world))["blocks"])
    assert "Raised error rates in chat" in words
    assert "None yet. To alert a channel, type */claudestatus subscribe* in it." in words
    assert "Alert this channel" not in words


async def test_home_shows_what_this_person_subscribed_and_nothing_else(world: World) -> None:
    await world.people.types("subscribe impact=major", ALICE)
    await world.people.types("subscribe", Somebody("U0BOB", "C0OTHER"))
    words = shown((await home(world, ALICE))["blocks"])
    assert "<#C0STATUS>: all components, major impact or worse" in words
    assert "C0OTHER" not in words
    assert "C0OTHER" in shown((await home(world, BOB))["blocks"])


async def test_home_shows_an_admin_every_channel_and_no_other_workspace(world: World) -> None:
    await world.people.types("subscribe", ALICE)
    await world.store.subscribe(
        Channel("slack", "T0OTHER", "C0FAR"), Settings(), "U0ADMIN", world.clock.now()
    )
    words = shown((await home(world, ADMIN))["blocks"])
    assert "C0STATUS" in words
    assert "C0FAR" not in words


async def test_without_the_scope_an_admin_sees_what_they_subscribed(silent_world: World) -> None:
    silent_world.slack.home.scopes -= {"users:read"}
    await silent_world.people.types("subscribe", ALICE)
    assert "C0STATUS" not in shown((await home(silent_world, ADMIN))["blocks"])


async def test_home_names_a_pause_with_its_cure_and_a_mute(silent_world: World) -> None:
    silent_world.slack.home.channels["C0STATUS"].bot_in = False
    silent_world.slack.home.scopes -= {"chat:write.public"}
    await silent_world.people.types("subscribe")
    await silent_world.people.types("mute 2h")
    await silent_world.deliver()
    words = shown((await home(silent_world))["blocks"])
    assert "*Paused*: not_in_channel" in words
    assert "/invite @claudestatus" in words
    assert "*Muted* until" in words


async def test_a_pause_is_shown_however_much_the_channel_chose(silent_world: World) -> None:
    parts = [component((f"part{number:03d}", f"Part {number} " + "x" * 280)) for number in range(100)]
    await silent_world.page_says(parts=parts)
    chosen = Settings(components=frozenset(part["id"] for part in parts))
    channel = Channel("slack", "T0CLAUDE", "C0STATUS")
    silent_world.slack.home.channels["C0STATUS"].bot_in = False
    silent_world.slack.home.scopes -= {"chat:write.public"}
    await silent_world.store.subscribe(channel, chosen, "U0ALICE", silent_world.clock.now())
    await silent_world.people.types("test")
    await silent_world.deliver()
    words = shown((await home(silent_world))["blocks"])
    assert "Part 0" in words
    assert "*Paused*: not_in_channel" in words


async def test_refresh_shows_how_things_are_now(world: World) -> None:
    await home(world)
    await world.page_says(incident(), parts=components(chat="partial_outage"))
    await world.people.presses_at_home("refresh_home")
    view = world.slack.ledger.home("U0ALICE")
    assert view is not None
    assert "Raised error rates in chat" in shown(view["blocks"])


async def test_the_form_opens_from_home_and_home_is_made_anew_after_it(world: World) -> None:
    await world.people.types("subscribe")
    (value,) = settings_buttons(await home(world))
    await world.people.presses_at_home("settings_of", value)
    heard = await world.people.submits(world.form(), {"impact": "critical"})
    assert heard.ack.body is not None
    assert heard.ack.body["response_action"] == "update"
    assert (await world.settings()).least_impact == "critical"
    view = world.slack.ledger.home("U0ALICE")
    assert view is not None
    assert "critical impact or worse" in shown(view["blocks"])


@pytest.mark.parametrize(
    "value", ["", "x", "C0STATUS", "eyJjaGFubmVsIjoiQzBTVEFUVVMifQ.AAAA", "\x00", "é." * 50, None]
)
async def test_a_tampered_value_opens_nothing(silent_world: World, value: str | None) -> None:
    await silent_world.people.types("subscribe")
    await home(silent_world)
    await silent_world.people.presses_at_home("settings_of", value)
    opened = [one.view for one in silent_world.slack.ledger.views if one.method == "views.open"]
    assert [shown(one["blocks"]) for one in opened] == [
        "🔵 This is out of date\nNothing was changed. What I can do now: /claudestatus help"
    ]


async def test_a_value_of_another_person_opens_nothing(world: World) -> None:
    await world.people.types("subscribe", ALICE)
    (value,) = settings_buttons(await home(world, ALICE))
    await world.people.presses_at_home("settings_of", value, BOB)
    assert "private_metadata" not in world.form()


async def test_a_sealed_value_of_a_channel_that_is_not_theirs_to_see_opens_nothing(world: World) -> None:
    await world.people.types("subscribe", Somebody("U0BOB", "C0OTHER"))
    value = Seal(KEY).close("T0CLAUDE", "U0ALICE", {"channel": "C0OTHER"})
    await world.people.presses_at_home("settings_of", value, ALICE)
    assert "private_metadata" not in world.form()


async def test_who_may_not_configure_any_more_is_told_so(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    (value,) = settings_buttons(await home(silent_world))
    silent_world.slack.home.members["U0ALICE"].restricted = True
    silent_world.clock.advance(timedelta(minutes=10))
    await silent_world.people.presses_at_home("settings_of", value)
    assert "The settings are changed by the full members" in shown(silent_world.form()["blocks"])
    assert "private_metadata" not in silent_world.form()


async def test_many_subscriptions_stay_within_a_hundred_blocks(silent_world: World) -> None:
    for number in range(120):
        channel = Channel("slack", "T0CLAUDE", f"C0{number:05d}")
        settings, now = Settings(), silent_world.clock.now()
        if await silent_world.store.subscribe(channel, settings, "U0ALICE", now) is None:
            await subscribe_beyond_the_limit(silent_world.store, channel, settings, now)
    view = await home(silent_world, ADMIN)
    assert len(view["blocks"]) <= 100
    assert len(settings_buttons(view)) == 50
    assert "and 70 more: */claudestatus list*" in shown(view["blocks"])


async def test_the_tab_of_messages_publishes_nothing(world: World) -> None:
    assert await world.people.opens_home(tab="messages") is None


async def test_a_home_that_slack_refuses_ends_nothing(world: World) -> None:
    world.slack.fail("views.publish", error("internal_error"))
    assert await world.people.opens_home() is None
    assert await world.people.opens_home() is not None


async def test_a_memory_that_is_away_is_said(silent_world: World) -> None:
    silent_world.app = silent_world.build(BrokenStore(silent_world.store))
    words = shown((await home(silent_world))["blocks"])
    assert "I cannot reach my memory" in words
    assert "Your alerts cannot be looked up at the moment." in words


async def test_another_workspace_sees_nothing(silent_world: World) -> None:
    await silent_world.workspaces.identity()
    assert (
        await silent_world.people.opens_home(Somebody("U0STRANGER", team="T0OTHER", app_team="T0OTHER"))
        is None
    )
