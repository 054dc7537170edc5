"""`/claudealerts`: the commands about the alerts of a channel, in servers alone.

Discord shows them to people with Manage Server, unless a server decides otherwise; the desk checks anew:
https://docs.discord.com/developers/interactions/application-commands#permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import discord
from discord import app_commands
from discord.app_commands import AppCommandContext, AppInstallationType, Range

from adapters.discord.conversation import Conversation
from adapters.discord.request import Interaction, Request
from adapters.discord.suggestions import Suggestions
from adapters.discord.typed import changing, muting
from bot.commands import Command, Help, ListSubscriptions, Privacy, Test, Unmute, Unsubscribe, Why

MOST_CHARS: Final = 500
"""Of an option that lists things."""

LENGTH_CHARS: Final = 40

Switch = Literal["on", "off"]
Impact = Literal["none", "minor", "major", "critical"]
Style = Literal["card", "thread", "post"]
Doing = Literal["show", "export", "delete"]

Child = app_commands.Command[Any, ..., None]

PLAIN: Final[dict[str, tuple[str, Command]]] = {
    "unsubscribe": ("No more alerts in this channel", Unsubscribe()),
    "unmute": ("End the silence of this channel now", Unmute()),
    "test": ("Send a test alert to this channel, the way every alert goes", Test()),
    "why": ("Why the last incidents were told here, or were not", Why()),
    "list": ("All channels of this server that get alerts", ListSubscriptions()),
    "help": ("What I can do", Help()),
}
"""The commands that take nothing, by their names."""

WORDS: Final = {
    "components": "Names with commas between them, or all",
    "impact": "Only incidents of at least this impact",
    "style": "How an incident looks here",
    "mention": "A role, here, everyone or nobody: called when an incident starts or worsens",
    "mention_from": "From which impact on they are called",
    "maintenance": "Whether scheduled work is told",
    "quiet_hours": "Silent posts from when to when, like 22:00-07:00, or off",
    "time_zone": "The time zone of the quiet hours",
    "critical": "Whether critical incidents break the quiet hours",
    "echo": "With style thread: whether the end of an incident is also said in the channel",
    "reminder": "A reminder while an incident is open, like 2h, or off",
    "publish": "Announcement channels: whether cards go to the servers that follow",
}
"""What Discord says about the options."""

CORE: Final = {"mention_from": "mention-from", "quiet_hours": "quiet", "time_zone": "zone"}
"""How the core calls those options that have another name here."""


def alert_commands(conversation: Conversation, suggestions: Suggestions) -> app_commands.Group:
    """Return the group with everything in it."""
    group = app_commands.Group(
        name="claudealerts",
        description="Alerts about Claude's status in this channel",
        allowed_contexts=AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=AppInstallationType(guild=True, user=False),
        default_permissions=discord.Permissions(manage_guild=True),
    )
    group.add_command(_subscribe(conversation, suggestions))
    group.add_command(_settings(conversation, suggestions))
    group.add_command(_mute(conversation, suggestions))
    group.add_command(_privacy(conversation))
    for name, (description, command) in PLAIN.items():
        group.add_command(_plain(conversation, name, description, command))
    return group


def _plain(conversation: Conversation, name: str, description: str, command: Command) -> Child:
    @app_commands.command(name=name, description=description)
    async def plain(interaction: Interaction) -> None:
        conversation.command(interaction, command)

    return plain


def _privacy(conversation: Conversation) -> Child:
    @app_commands.command(name="privacy", description="What I keep about this server")
    @app_commands.describe(do="Show what is kept, get all of it as a file, or delete it")
    async def privacy(interaction: Interaction, do: Doing = "show") -> None:
        conversation.command(interaction, Privacy(do))

    return privacy


def _subscribe(conversation: Conversation, suggestions: Suggestions) -> Child:
    @app_commands.command(name="subscribe", description="Alert this channel")
    @app_commands.describe(**{name: WORDS[name] for name in ("components", "impact", "style", "mention")})
    @app_commands.autocomplete(components=suggestions.components, mention=suggestions.mention)
    async def subscribe(
        interaction: Interaction,
        components: Range[str, 1, MOST_CHARS] | None = None,
        impact: Impact | None = None,
        style: Style | None = None,
        mention: Range[str, 1, MOST_CHARS] | None = None,
    ) -> None:
        given = _given(components=components, impact=impact, style=style, mention=mention)
        conversation.typed(interaction, lambda request: changing(given, request, subscribes=True))

    return subscribe


def _settings(conversation: Conversation, suggestions: Suggestions) -> Child:
    @app_commands.command(name="settings", description="Show the settings of this channel, or change some")
    @app_commands.describe(**WORDS)
    @app_commands.autocomplete(
        components=suggestions.components, mention=suggestions.mention, time_zone=suggestions.zone
    )
    async def settings(  # noqa: PLR0913, PLR0917  discord.py makes an option of each
        interaction: Interaction,
        components: Range[str, 1, MOST_CHARS] | None = None,
        impact: Impact | None = None,
        style: Style | None = None,
        mention: Range[str, 1, MOST_CHARS] | None = None,
        mention_from: Impact | None = None,
        maintenance: Switch | None = None,
        quiet_hours: Range[str, 1, LENGTH_CHARS] | None = None,
        time_zone: Range[str, 1, LENGTH_CHARS] | None = None,
        critical: Switch | None = None,
        echo: Switch | None = None,
        reminder: Range[str, 1, LENGTH_CHARS] | None = None,
        publish: Switch | None = None,
    ) -> None:
        told = _given(components=components, impact=impact, maintenance=maintenance, style=style, echo=echo)
        calling = _given(mention=mention, mention_from=mention_from, reminder=reminder, publish=publish)
        quiet = _given(quiet_hours=quiet_hours, time_zone=time_zone, critical=critical)
        _change(conversation, interaction, told | calling | quiet)

    return settings


def _change(conversation: Conversation, interaction: Interaction, given: Mapping[str, str]) -> None:
    """Change what was given, or show the settings where nothing was."""
    if given:
        conversation.typed(interaction, lambda request: changing(given, request, subscribes=False))
    else:
        conversation.settings(interaction)


def _given(**options: str | None) -> dict[str, str]:
    """Return the options that were given, by the core's names of the settings."""
    return {CORE.get(name, name): value for name, value in options.items() if value is not None}


def _mute(conversation: Conversation, suggestions: Suggestions) -> Child:
    @app_commands.command(name="mute", description="Silence the alerts of this channel for a while")
    @app_commands.rename(length="for")
    @app_commands.describe(
        length="How long, like 30m, 2h or 1d", incident="Only this incident, until it is over"
    )
    @app_commands.autocomplete(length=suggestions.length, incident=suggestions.incident)
    async def mute(
        interaction: Interaction,
        length: Range[str, 1, LENGTH_CHARS] | None = None,
        incident: Range[str, 1, MOST_CHARS] | None = None,
    ) -> None:
        def read(_: Request) -> Command:
            return muting(length, incident)

        conversation.typed(interaction, read)

    return mute
