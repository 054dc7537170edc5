"""The commands that everybody may use, and the tree that holds all of them.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

import logging
from typing import Any, Final, Literal

import discord
from discord import app_commands
from discord.app_commands import AppCommandContext, AppInstallationType

from adapters.discord.alert_commands import alert_commands
from adapters.discord.conversation import Conversation
from adapters.discord.request import Interaction
from adapters.discord.suggestions import Suggestions
from bot.commands import Ask, Command, History, Uptime
from bot.failures import kind_and_place

log = logging.getLogger(__name__)

CHECK: Final = "Check Claude status"

MOST_CHARS: Final = 100
"""Of the name of a component: Discord holds people to it."""

View = Literal["now", "history", "uptime"]

VIEWS: Final[dict[str, Command]] = {"history": History(), "uptime": Uptime()}


class Tree(app_commands.CommandTree[discord.Client]):
    """Takes commands to their places; one that Discord still lists and that is gone is answered, too."""

    def __init__(self, client: discord.Client, conversation: Conversation) -> None:
        super().__init__(client)
        self._conversation = conversation

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer what has no place any more; discord.py would log the whole of it."""
        if isinstance(error, app_commands.CommandInvokeError):
            self._conversation.failed(interaction, error.original)
            return
        log.warning("a command was not understood (%s)", kind_and_place(error))
        if interaction.type is discord.InteractionType.application_command:
            self._conversation.out_of_date(interaction)


def build_tree(client: discord.Client, conversation: Conversation, suggestions: Suggestions) -> Tree:
    """Return the tree with everything that can be typed or chosen."""
    tree = Tree(client, conversation)
    tree.add_command(_status(conversation, suggestions))
    tree.add_command(_check(conversation))
    tree.add_command(alert_commands(conversation, suggestions))
    return tree


def _status(conversation: Conversation, suggestions: Suggestions) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name="claudestatus", description="Is Claude down? What its status page says")
    @app_commands.describe(component="Only this component", view="The present, or what was")
    @app_commands.autocomplete(component=suggestions.component)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def claudestatus(
        interaction: Interaction,
        component: app_commands.Range[str, 1, MOST_CHARS] | None = None,
        view: View = "now",
    ) -> None:
        conversation.command(interaction, VIEWS.get(view) or Ask(component))

    return claudestatus


def _check(conversation: Conversation) -> app_commands.ContextMenu:
    async def check(interaction: Interaction, message: discord.Message) -> None:  # noqa: ARG001  its words are not read
        conversation.command(interaction, Ask())

    return app_commands.ContextMenu(
        name=CHECK,
        callback=check,
        allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=AppInstallationType(guild=True, user=True),
    )
