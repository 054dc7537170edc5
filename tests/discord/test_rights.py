"""Who may do what: each command, button, menu and form is checked by us as well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.subscription import Subscription
from tests.discord.world import ALICE, BOB, CAROL, World
from tests.fakes.discord.heard import Heard
from tests.fakes.discord.people import DM_CHANNEL, MENU, ROLE_MENU, Somebody
from tests.fakes.discord.places import GUILD, MEMBER, MENTIONABLE, TEXT

ADMINISTRATOR = 1 << 3
REFUSAL = "This is for people with Manage Server"

Deed = Callable[[World, Somebody], Awaitable[Heard]]


def types(name: str, **options: str) -> Deed:
    return lambda talk, who: talk.people.types(
        name, {key.strip("_"): one for key, one in options.items()}, who
    )


def presses(custom_id: str) -> Deed:
    return lambda talk, who: talk.people.sends(talk.posted(), custom_id, who=who)


def chooses(custom_id: str, value: str, kind: int = MENU) -> Deed:
    return lambda talk, who: talk.people.sends(talk.posted(), custom_id, [value], kind=kind, who=who)


async def hands_in(talk: World, who: Somebody) -> Heard:
    fields = [{"type": 4, "custom_id": name} for name in ("hours", "zone")]
    form = {"custom_id": "cs1:panel_own_hours:", "components": fields}
    return await talk.people.submits(form, {"hours": "22:00-07:00", "zone": "UTC"}, who, source=talk.posted())


CONFIGURING: dict[str, Deed] = {
    "subscribe": types("claudealerts subscribe", impact="critical"),
    "unsubscribe": types("claudealerts unsubscribe"),
    "settings": types("claudealerts settings", impact="critical"),
    "mute": types("claudealerts mute", for_="2h"),
    "mute an incident": types("claudealerts mute", incident="x"),
    "unmute": types("claudealerts unmute"),
    "test": types("claudealerts test"),
    "button subscribe": presses("cs1:subscribe:"),
    "button test": presses("cs1:test:"),
    "button mute_incident": presses("cs1:mute_incident:x"),
    "panel subscribe": presses("cs1:panel_subscribe:"),
    "panel maintenance": presses("cs1:panel_maintenance:off"),
    "panel echo": presses("cs1:panel_echo:off"),
    "panel reminder": presses("cs1:panel_reminder:on"),
    "panel critical": presses("cs1:panel_critical:off"),
    "panel publish": presses("cs1:panel_publish:on"),
    "panel impact": chooses("cs1:panel_impact:", "critical"),
    "panel style": chooses("cs1:panel_style:", "post"),
    "panel hours": chooses("cs1:panel_hours:UTC", "off"),
    "panel zone": chooses("cs1:panel_zone:", "UTC"),
    "panel components": chooses("cs1:panel_components:0", "chat"),
    "panel mention": chooses("cs1:panel_mention:", MENTIONABLE, ROLE_MENU),
    "panel mention_nobody": presses("cs1:panel_mention_nobody:"),
    "panel mention_from": chooses("cs1:panel_mention_from:", "major"),
    "form hours": hands_in,
}


async def every_deed(talk: World, who: Somebody) -> AsyncIterator[tuple[str, Heard]]:
    """Do all of it, slowly enough for nobody to be asked to wait."""
    for name, deed in CONFIGURING.items():
        talk.clock.advance(timedelta(seconds=10))
        yield name, await deed(talk, who)


async def state(talk: World) -> Subscription | None:
    return await talk.subscription(TEXT, GUILD)


async def test_who_may_not_changes_nothing_and_is_told_who_may(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    before = await state(talk)
    async for name, heard in every_deed(talk, CAROL):
        assert (heard.is_private, REFUSAL in heard.text) == (True, True), name
        assert await state(talk) == before, name


@pytest.mark.parametrize(
    "who",
    [ALICE, BOB, Somebody(MEMBER, permissions=ADMINISTRATOR)],
    ids=["server", "channels", "administrator"],
)
async def test_who_may_is_not_refused(talk: World, who: Somebody) -> None:
    async for name, heard in every_deed(talk, who):
        assert "This is for" not in heard.text, name
        assert "One moment" not in heard.text, name


async def test_where_admins_alone_may_managing_channels_is_not_enough(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    talk.policy = "admins"
    await talk.restart()
    before = await state(talk)
    async for name, heard in every_deed(talk, BOB):
        assert REFUSAL in heard.text, name
        assert await state(talk) == before, name
    async for name, heard in every_deed(talk, ALICE):
        assert "This is for" not in heard.text, name


async def test_rights_are_those_of_the_moment_and_the_channel(talk: World) -> None:
    for permissions, may in ((1 << 4, True), (0, False), (1 << 5, True)):
        heard = await talk.people.types(
            "claudealerts settings", who=Somebody(MEMBER, permissions=permissions)
        )
        assert ("panel_subscribe" in heard.actions) is may


async def test_the_list_is_for_those_who_manage_the_server(talk: World) -> None:
    assert "subscribed" in (await talk.people.types("claudealerts list", who=ALICE)).text
    for who in (BOB, CAROL):
        assert (
            "This is for people with Manage Server"
            in (await talk.people.types("claudealerts list", who=who)).text
        )


async def test_the_settings_may_be_read_by_who_may_not_change_them(talk: World) -> None:
    await talk.people.types("claudealerts subscribe")
    heard = await talk.people.types("claudealerts settings", who=CAROL)
    assert heard.actions == []
    assert "The settings are changed by people with Manage Server" in heard.text


async def test_outside_of_servers_nothing_is_configured(talk: World) -> None:
    alone = Somebody(channel=DM_CHANNEL, guild=None)
    heard = await presses("cs1:settings:")(talk, alone)
    who = "people with Manage Server or Manage Channels, in the channels of a server"
    assert f"They are turned on by {who}." in heard.text
    heard = await presses("cs1:subscribe:")(talk, alone)
    assert f"This is for {who}\nNothing was changed. Ask one of them." in heard.text
    async for name, heard in every_deed(talk, alone):
        assert "channels of a server" in heard.text, name
