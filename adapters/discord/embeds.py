"""Messages as embeds: title, verdict, components, quotation, history, footer, and their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import discord

from adapters.discord.button_rows import Json, action_rows
from adapters.discord.pieces import Piece, fitting
from adapters.discord.text import bold, cut, markup, quoted, web
from bot.domain.message import Block, Line, Listing, Message, Quote, Text, Tone
from bot.domain.sendable import units

__all__ = ["Json", "Rendered", "allowed_mentions", "render"]

TITLE_UNITS, DESCRIPTION_UNITS = 256, 4096
"""https://docs.discord.com/developers/resources/message#embed-object-embed-limits. Discord counts code
points (https://github.com/discord/discord-api-docs/issues/1315); UTF-16 units are never fewer. With
nothing else in it an embed cannot reach the 6,000 of all its parts."""

LINE_UNITS, ENTRY_UNITS, LABEL_UNITS, QUOTE_UNITS, FOOTER_UNITS = 800, 400, 200, 1800, 400
"""Our own measure: enough for what the domain makes, and one piece always fits."""

COLOURS = {
    Tone.RED: 0xE0242B,
    Tone.AMBER: 0xF28C28,
    Tone.GREEN: 0x2EA44F,
    Tone.BLUE: 0x3B82F6,
    Tone.GREY: 0x8A8F98,
}

_CALLED = {"everyone": "@everyone", "here": "@here"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for Discord. *content* is empty for most; *rows* are raw action rows, empty without any.

    An edit must send an empty content and empty rows, too: what is left out stays as it was.
    """

    content: str
    embed: discord.Embed
    rows: list[Json]

    @property
    def embeds(self) -> list[Json]:
        """The embed for the wire, if there is anything in it."""
        return [dict(self.embed.to_dict())] if self.embed.title or self.embed.description else []


def render(
    message: Message, *, mention: str | None = None, small: bool = False, spoken: bool = False
) -> Rendered:
    """Return *message* for posting, calling *mention*: "everyone", "here" or a role's id.

    Any other *mention* calls nobody and is not shown. *small*: closer together and without the link's
    own button, as becomes a reply. *spoken*: the headline stands in front of the embed and not in it, as
    it does when somebody is called, because the notifications of phones show nothing of an embed
    (https://github.com/DiscordSRV/DiscordSRV/issues/1859).
    """
    link = message.link if message.link and web(message.link.url) else None
    called, headline = _token(mention), cut(_headline(message), TITLE_UNITS)
    in_front = bool(called) or spoken
    embed = discord.Embed(
        colour=COLOURS[message.tone],
        title=None if in_front else headline,
        url=link.url if link and not in_front else None,
        description=_description(message, small=small) or None,
    )
    content = f"{called} {headline}".strip() if in_front else ""
    return Rendered(content, embed, action_rows(message.buttons, None if small else link))


def allowed_mentions(mention: str | None) -> discord.AllowedMentions:
    """Return whom a message may call: exactly *mention*, as `render` takes it, and nobody for any other.

    https://docs.discord.com/developers/resources/message#allowed-mentions-object
    """
    if mention in _CALLED:
        return discord.AllowedMentions(everyone=True, users=False, roles=False, replied_user=False)
    roles = [discord.Object(int(mention))] if mention and _token(mention) else False
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


def _token(mention: str | None) -> str:
    if not mention or mention in _CALLED:
        return _CALLED.get(mention or "", "")
    return f"<@&{mention}>" if mention.isascii() and mention.isdigit() and len(mention) <= 20 else ""


def _headline(message: Message) -> str:
    return " ".join(message.headline.split())


def _description(message: Message, *, small: bool) -> str:
    footer = _footer(message.footer)
    gap = "\n" if small else "\n\n"
    body = fitting(list(_pieces(message)), DESCRIPTION_UNITS - units(gap + footer), gap)
    return gap.join(filter(None, (body, footer)))


def _pieces(message: Message) -> Iterator[Piece]:
    """Yield the pieces of all blocks; lines that follow each other stand together."""
    number = -1
    before: Block | None = None
    for block in message.blocks:
        number += not (isinstance(block, Line) and isinstance(before, Line))
        before = block
        yield from (piece for piece in _pieces_of(block, number) if piece.words)


def _pieces_of(block: Block, number: int) -> Iterator[Piece]:
    match block:
        case Line(text):
            yield Piece(number, markup(text, LINE_UNITS, age=True).strip())
        case Quote(label, words):
            above = markup(label, LABEL_UNITS, age=True).strip()
            yield Piece(number, "\n".join(filter(None, (above, quoted(words, QUOTE_UNITS)))))
        case Listing(lines, heading):
            yield Piece(number, bold(heading, LABEL_UNITS).strip())
            yield from (Piece(number, markup(line, ENTRY_UNITS).strip(), listed=True) for line in lines)


def _footer(footer: Text) -> str:
    """Return the footer as subtext: a footer of an embed shows neither moments nor names.

    https://support.discord.com/hc/en-us/articles/210298617 (subtext),
    https://github.com/python-discord/bot/issues/1751 (moments)
    """
    words = " ".join(markup(footer, FOOTER_UNITS).split())
    return f"-# {words}" if words else ""
