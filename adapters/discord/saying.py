"""What is said back to an interaction: a message for one person, the panel, an answer that is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord

from adapters.discord.answers import Answer
from adapters.discord.embeds import render
from bot.domain.message import Message

Json = dict[str, Any]

FILE_NAME = "claudestatus-export.json"

MOST_FILE_BYTES = 10 * 1024 * 1024
"""Of each file, where nobody has paid for more: https://docs.discord.com/developers/reference#uploading-files.
An export is smaller than that (`MOST_BYTES`), which a test holds it to."""

INVITE_LABEL = "Add me to this server"


@dataclass(frozen=True, slots=True)
class Told:
    """A message that only the person sees."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Panel:
    """The settings; they take the place of the message that was pressed if *in_place*."""

    view: discord.ui.LayoutView
    in_place: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """A message for everybody, in the place of the buttons below the one that was pressed."""

    message: Message


Saying = Told | Panel | Shared


def parts(message: Message, invite: str = "") -> Json:
    """Return *message* as discord.py takes it; *invite* becomes a button below."""
    rendered = render(message)
    view = _view(rendered.rows, invite)
    return {
        "content": rendered.content or None,
        "embed": rendered.embed,
        "allowed_mentions": discord.AllowedMentions.none(),
        **({"view": view} if view.children else {}),
    }


def files(document: str | None) -> list[discord.File]:
    """Return *document* as the file that goes along, nothing where there is none."""
    return [discord.File(BytesIO(document.encode()), FILE_NAME)] if document is not None else []


def _view(rows: Sequence[Json], invite: str) -> discord.ui.View:
    """Return *rows* as a view that waits for nothing: what is pressed is known by its custom_id."""
    view = discord.ui.View(timeout=None)
    for row in rows:
        for button in row["components"]:
            view.add_item(_button(button))
    if invite:
        view.add_item(discord.ui.Button(label=INVITE_LABEL, url=invite))
    view.stop()
    return view


def _button(button: Json) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        style=discord.ButtonStyle(button["style"]),
        label=button.get("label"),
        custom_id=button.get("custom_id"),
        url=button.get("url"),
    )
