"""Responding: how an answer gets to the person, within the time that Discord gives.

Three seconds for the first word, and a quarter of an hour after it:
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

import discord

from adapters.discord.request import Interaction
from adapters.discord.saying import Panel, Saying, Shared, Told, files, parts
from bot.failures import kind_and_place
from bot.underway import Underway

log = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 2.0
"""How long an answer is waited for before Discord is told that it comes later."""

SENDING_SECONDS: Final = 10.0
"""How long one response may take, with discord.py's own tries again: later than that nobody looks."""


class Responder:
    """Sends answers; whatever Discord does not take is one line in the log, and nothing is done again."""

    def __init__(self, underway: Underway, patience: float = PATIENCE_SECONDS) -> None:
        self._underway = underway
        self._patience = patience

    async def answer(
        self, interaction: Interaction, making: Coroutine[Any, Any, Saying | None], *, in_place: bool = False
    ) -> None:
        """Say what *making* returns (None: nothing), and that it comes where it takes too long.

        *in_place*: the answer will most probably change the message that was pressed.
        """
        made = self._underway.start(making)
        done, _ = await asyncio.wait({made}, timeout=self._patience)
        if not done:
            await self._sent(interaction, _later(interaction, in_place=in_place))
        saying = await made
        if saying is not None and (done or interaction.response.is_done()):
            await self._sent(interaction, _say(interaction, saying))

    async def open(self, interaction: Interaction, form: discord.ui.Modal) -> None:
        """Open *form*; what is handed in is known by its custom_id."""
        form.stop()
        await self._sent(interaction, interaction.response.send_modal(form))

    async def _sent(self, interaction: Interaction, sending: Coroutine[Any, Any, object]) -> None:
        try:
            async with asyncio.timeout(SENDING_SECONDS):
                await sending
        except discord.HTTPException as error:
            log.warning(
                "an answer was not taken interaction=%s status=%s code=%s",
                interaction.id,
                error.status,
                error.code,
            )
        except Exception as error:  # noqa: BLE001  a connection fails in many ways, an odd answer in more
            log.warning("an answer was not sent interaction=%s (%s)", interaction.id, kind_and_place(error))


async def _later(interaction: Interaction, *, in_place: bool) -> None:
    thinking = not (in_place and (_is_panel(interaction) or _is_alone(interaction)))
    await interaction.response.defer(ephemeral=True, thinking=thinking)


async def _say(interaction: Interaction, saying: Saying) -> None:
    match saying:
        case Told(answer):
            await _tell(interaction, parts(answer.message, answer.invite), files(answer.document))
        case Panel(view, in_place):
            await _show(interaction, view, in_place=in_place)
        case Shared(message):
            await _share(interaction, parts(message))


async def _tell(interaction: Interaction, message: dict[str, Any], files: list[discord.File]) -> None:
    """Tell the person alone: first of all, after we asked for patience, or beside a message that stays."""
    along: dict[str, Any] = {"files": files} if files else {}
    if not interaction.response.is_done():
        await interaction.response.send_message(**message, **along, ephemeral=True)
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(**message, attachments=files)
    else:
        await interaction.followup.send(**_followup(message), **along, ephemeral=True)


async def _show(interaction: Interaction, view: discord.ui.LayoutView, *, in_place: bool) -> None:
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    elif in_place and _is_panel(interaction):
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def _share(interaction: Interaction, message: dict[str, Any]) -> None:
    """Say it to everybody; an answer that only they see keeps its words and loses its buttons."""
    alone = _is_alone(interaction)
    if alone and interaction.response.is_done():
        await interaction.edit_original_response(view=None)
    elif alone:
        await interaction.response.edit_message(view=None)
    elif not interaction.response.is_done():
        await interaction.response.send_message(**message)
        return
    await interaction.followup.send(**_followup(message))


def _is_panel(interaction: Interaction) -> bool:
    """Return whether what was pressed is a panel: no other message can become one."""
    return (
        _is_alone(interaction) and interaction.message is not None and interaction.message.flags.components_v2
    )


def _is_alone(interaction: Interaction) -> bool:
    """Return whether what was pressed is seen by one person alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _followup(message: dict[str, Any]) -> dict[str, Any]:
    """Return *message* as `Webhook.send` takes it: it knows no content of None."""
    return {name: value for name, value in message.items() if value is not None}
