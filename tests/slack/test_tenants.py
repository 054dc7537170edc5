"""Tenants: nothing that is typed, pressed or handed in shows or changes what belongs to another channel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.slack.seal import Seal, seal_key
from bot.domain.subscription import Channel, Settings, Subscription
from tests.factories import components, incident
from tests.fakes.slack.heard import shown
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import Somebody
from tests.slack.world import KEY, World

HERE = Somebody("U0ALICE", "C0STATUS")
MARK = "major impact or worse, without maintenance"
"""What the settings of the others say, and nobody else's."""

OTHERS = (
    Channel("slack", "T0CLAUDE", "C0OTHER"),
    Channel("slack", "T0OTHER", "C0STATUS"),
    Channel("slack", "T0OTHER", "C0FAR"),
    Channel("discord", "T0CLAUDE", "C0STATUS"),
)
"""Another channel, the same id in another workspace, another workspace, and another platform."""

COMMANDS = (
    "",
    "help",
    "history",
    "uptime",
    "why",
    "settings",
    "settings impact=critical",
    "settings components=Chat mention=<!here> quiet=22-7 zone=Europe/Berlin echo=off reminder=2h",
    "mute 2h",
    "unmute",
    "test",
    "unsubscribe",
    "subscribe",
    "list",
    "privacy",
    "privacy export",
    "privacy delete",
    "privacy delete confirmed",
)

PRESSED = (
    ("share", ""),
    ("share", "chatexample1"),
    ("subscribe", ""),
    ("subscribe", "C0OTHER"),
    ("settings", "C0OTHER"),
    ("test", "C0OTHER"),
    ("mute_incident", "incident0001"),
    ("mute_incident", "C0OTHER"),
    ("settings_of", "C0OTHER"),
    ("refresh_home", "C0OTHER"),
    ("erase", ""),
    ("erase", "9999999999"),
)


async def others(world: World) -> list[Subscription | None]:
    """Return all that the store holds of the others."""
    return [await world.store.subscription(one) for one in OTHERS]


async def muted_elsewhere(world: World) -> list[Any]:
    """Return which incidents are muted with the others."""
    found = [await world.store.deliveries(one, ["incident0001"]) for one in OTHERS]
    return [one.muted for deliveries in found for one in deliveries.values()]


@pytest.fixture
async def tenants(silent_world: World) -> World:
    """A world where the others are subscribed with settings of their own, and something is down."""
    silent_world.installed["T0OTHER"] = True
    for one in OTHERS:
        await silent_world.store.subscribe(
            one, Settings(least_impact="major", maintenance=False), "U0ALICE", silent_world.clock.now()
        )
    await silent_world.page_says(incident(impact="major"), parts=components(chat="major_outage"))
    return silent_world


@pytest.mark.parametrize("subscribed", [True, False])
@pytest.mark.parametrize("text", COMMANDS)
async def test_a_command_sees_and_changes_its_own_channel_alone(
    tenants: World,
    text: str,
    subscribed: bool,
) -> None:
    if subscribed:
        await tenants.people.types("subscribe", HERE)
    before, muted = await others(tenants), await muted_elsewhere(tenants)
    heard = await tenants.people.types(text, HERE)
    forms = [one.view for one in tenants.slack.ledger.views]
    assert MARK not in json.dumps([*heard.bodies, *forms])
    assert await others(tenants) == before
    assert await muted_elsewhere(tenants) == muted


@pytest.mark.parametrize("subscribed", [True, False])
@pytest.mark.parametrize(("action", "value"), PRESSED)
async def test_a_button_sees_and_changes_its_own_channel_alone(
    tenants: World,
    action: str,
    value: str,
    subscribed: bool,
) -> None:
    if subscribed:
        await tenants.people.types("subscribe", HERE)
    before, muted = await others(tenants), await muted_elsewhere(tenants)
    heard = await tenants.people.presses(action, value, HERE)
    assert all(MARK not in shown(one["blocks"]) for one in heard.bodies)
    assert await others(tenants) == before
    assert await muted_elsewhere(tenants) == muted


async def test_a_shortcut_shows_nothing_of_any_channel(tenants: World) -> None:
    assert MARK not in (await tenants.people.asks_beside(HERE)).words


async def form_of(world: World, channel: str = "C0STATUS") -> Json:
    """Return the form of a channel as Alice opens it."""
    await world.people.types("subscribe", Somebody("U0ALICE", channel))
    await world.people.presses("settings", who=Somebody("U0ALICE", channel))
    return world.form()


FORGED: tuple[tuple[str, str, bytes, dict[str, str]], ...] = (
    ("T0CLAUDE", "U0ALICE", seal_key("another secret"), {"channel": "C0OTHER"}),
    ("T0CLAUDE", "U0BOB", KEY, {"channel": "C0OTHER"}),
    ("T0OTHER", "U0ALICE", KEY, {"channel": "C0OTHER"}),
    ("T0CLAUDE", "U0ALICE", KEY, {}),
    ("T0CLAUDE", "U0ALICE", KEY, {"channel": ""}),
)


@pytest.mark.parametrize(("workspace", "user", "key", "values"), FORGED, ids=str)
async def test_a_form_with_a_seal_of_others_changes_nothing(
    tenants: World, workspace: str, user: str, key: bytes, values: dict[str, str]
) -> None:
    view = await form_of(tenants)
    before = await others(tenants)
    forged = Seal(key).close(workspace, user, values)
    heard = await tenants.people.submits(view, {"impact": "critical"}, HERE, private_metadata=forged)
    assert heard.ack.body is not None
    assert "This form cannot be read any more" in shown(heard.ack.body["view"]["blocks"])
    assert await others(tenants) == before
    assert (await tenants.settings()).least_impact == "none"


async def test_a_seal_is_whole_or_nothing(tenants: World) -> None:
    """Every single character of a sealed value counts."""
    seal = Seal(KEY)
    closed = seal.close("T0CLAUDE", "U0ALICE", {"channel": "C0STATUS"})
    assert seal.open("T0CLAUDE", "U0ALICE", closed) == {"channel": "C0STATUS"}
    for index, character in enumerate(closed):
        other = "A" if character != "A" else "B"
        changed = closed[:index] + other + closed[index + 1 :]
        opened = seal.open("T0CLAUDE", "U0ALICE", changed)
        assert opened is None or (opened == {"channel": "C0STATUS"} and index == len(closed) - 1), index
    assert all(seal.open("T0CLAUDE", "U0ALICE", closed[:end]) is None for end in range(len(closed)))


async def test_a_key_too_short_to_seal_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Seal(b"short")


async def test_a_form_goes_to_the_channel_it_was_opened_in_wherever_it_is_handed_in(tenants: World) -> None:
    view = await form_of(tenants, "C0STATUS")
    before = await others(tenants)
    elsewhere = {"channel": {"id": "C0OTHER"}, "container": {"channel_id": "C0OTHER"}}
    await tenants.people.submits(view, {"impact": "critical"}, HERE, **elsewhere)
    assert (await tenants.settings()).least_impact == "critical"
    assert await others(tenants) == before


async def test_the_other_workspace_has_its_own_channel_of_the_same_id(tenants: World) -> None:
    stranger = Somebody("U0STRANGER", "C0STATUS", team="T0OTHER", app_team="T0OTHER")
    before = await tenants.store.subscription(Channel("slack", "T0CLAUDE", "C0OTHER"))
    heard = await tenants.people.types("settings", stranger)
    assert "Least impact: major" in heard.words
    assert await tenants.subscription() is None
    assert await tenants.store.subscription(Channel("slack", "T0CLAUDE", "C0OTHER")) == before


async def test_home_and_list_show_one_workspace(tenants: World) -> None:
    admin = Somebody("U0ADMIN")
    words = (await tenants.people.types("list", admin)).words
    assert ("C0OTHER" in words, "C0FAR" in words) == (True, False)
    view = await tenants.people.opens_home(HERE)
    assert view is not None
    assert "C0OTHER" in shown(view["blocks"])
    assert "C0FAR" not in shown(view["blocks"])
