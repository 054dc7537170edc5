"""The app: everything a conversation in Discord needs, put together on one client."""

from __future__ import annotations

import discord
from discord import app_commands

from adapters.discord.answers import Answers
from adapters.discord.buttons import is_ours, pressable, pressed
from adapters.discord.callers import Policy
from adapters.discord.commands import build_tree
from adapters.discord.conversation import Conversation
from adapters.discord.request import Interaction
from adapters.discord.responding import PATIENCE_SECONDS, Responder
from adapters.discord.settings_panel import SettingsPanel
from adapters.discord.suggestions import Suggestions
from bot.commands import Desk
from bot.ports import Clock, Store
from bot.underway import Underway


def attach(  # noqa: PLR0913  it is put together here, each part by its name
    client: discord.Client,
    desk: Desk,
    store: Store,
    clock: Clock,
    *,
    page_url: str,
    policy: str,
    underway: Underway,
    patience: float = PATIENCE_SECONDS,
) -> app_commands.CommandTree[discord.Client]:
    """Let *client* answer people, and return its commands; *policy* is `members` or `admins`.

    *underway* is to be finished by whoever gives it: what was begun outlives the client. *patience* is
    how many seconds an answer may take before Discord is told that it comes later.
    """
    answers = Answers(desk, store, Policy(policy), page_url)
    panel = SettingsPanel(answers, store, clock)
    conversation = Conversation(answers, panel, Responder(underway, patience), underway, store, clock)
    _listen(client, conversation)
    return build_tree(client, conversation, Suggestions(store))


def _listen(client: discord.Client, conversation: Conversation) -> None:
    """Take buttons, menus and forms, also of messages that were sent before this client was."""
    client.add_dynamic_items(pressable(conversation))

    async def on_interaction(interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            conversation.submitted(interaction, pressed(interaction).action)
        elif interaction.type is discord.InteractionType.component and not is_ours(interaction):
            conversation.out_of_date(interaction)

    client.event(on_interaction)
