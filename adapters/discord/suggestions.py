"""Suggestions while somebody types an option of a command, from the memory alone.

https://docs.discord.com/developers/interactions/application-commands#autocomplete
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from discord.app_commands import Choice

from adapters.discord.request import Interaction, Request, read_request
from adapters.discord.text import neutral
from bot.commands.lengths import read_length
from bot.commands.silencing import LEAST_MUTE, MOST_MUTE
from bot.commands.zones import suggest_zones
from bot.domain.naming import listed, short_name
from bot.domain.words import duration
from bot.failures import kind_and_place
from bot.ports import Store

log = logging.getLogger(__name__)

MOST: Final = 25
CHARS: Final = 100
"""Of a choice's name and of its value."""

TYPED_CHARS: Final = 100
"""How much of what is typed is looked at."""

LENGTHS: Final = (
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("2h", "2 hours"),
    ("8h", "8 hours"),
    ("1d", "1 day"),
)

Suggestion = tuple[str, str]
"""What is sent when it is chosen, and what is read."""

Suggest = Callable[[str, Request], Awaitable[list[Suggestion]]]


class Suggestions:
    """Suggests values; where our memory is away, nothing, and people type on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def component(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest one of the page's components."""
        return await self._choices(self._components, interaction, typed)

    async def components(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest the last of several components, behind those that are there already."""
        return await self._choices(self._more_components, interaction, typed)

    async def zone(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest time zones."""
        return await self._choices(_zones, interaction, typed)

    async def length(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest lengths of a mute: the one that is typed, and the usual ones."""
        return await self._choices(_lengths, interaction, typed)

    async def incident(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest the open incidents that this channel is told of."""
        return await self._choices(self._incidents, interaction, typed)

    async def mention(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Suggest whom to mention: words and the roles of this server."""
        return await self._choices(_mentions, interaction, typed)

    async def _choices(self, suggest: Suggest, interaction: Interaction, typed: str) -> list[Choice[str]]:
        try:
            found = await suggest(typed[:TYPED_CHARS], read_request(interaction))
        except Exception as error:  # noqa: BLE001  people type on without suggestions
            log.warning("nothing was suggested (%s)", kind_and_place(error))
            return []
        fitting = [(value, label) for value, label in found if 0 < len(value) <= CHARS]
        return [Choice(name=neutral(label, CHARS), value=value) for value, label in fitting[:MOST]]

    async def _components(self, typed: str, _: Request) -> list[Suggestion]:
        states = listed(await self._store.known())
        named = [(one.component.id, short_name(one.component.name)) for one in states]
        return ranked(typed, named)

    async def _more_components(self, typed: str, request: Request) -> list[Suggestion]:
        before, comma, last = typed.rpartition(",")
        there = f"{before.strip()}, " if comma else ""
        if not there:
            every = [("all", "all components")] if "all components".startswith(typed.casefold()) else []
            return [*every, *((label, label) for _, label in await self._components(typed, request))]
        found = await self._components(last.strip(), request)
        return [(f"{there}{label}", f"{there}{label}") for _, label in found]

    async def _incidents(self, typed: str, request: Request) -> list[Suggestion]:
        records = (await self._store.known()).records
        open_ones = {key: record.incident.name for key, record in records.items() if record.is_open}
        told = await self._store.deliveries(request.address, open_ones)
        return ranked(typed, [(key, name) for key, name in open_ones.items() if key in told])


def ranked(typed: str, named: Iterable[Suggestion]) -> list[Suggestion]:
    """Return those that *typed* may mean: names that begin so, words in them that do, what holds it."""
    wanted = " ".join(typed.split()).casefold()
    ranks = [(_rank(wanted, label.casefold()), (value, label)) for value, label in named]
    return [one for rank, one in sorted(ranks, key=lambda ranked: ranked[0]) if rank < NO_MATCH]


NO_MATCH: Final = 3


def _rank(wanted: str, name: str) -> int:
    if name.startswith(wanted):
        return 0
    words = name.replace("/", " ").replace(".", " ").replace("_", " ").replace("-", " ").split()
    if any(word.startswith(wanted) for word in words):
        return 1
    return 2 if wanted in name else NO_MATCH


async def _zones(typed: str, _: Request) -> list[Suggestion]:
    return [(zone, zone.replace("_", " ")) for zone in suggest_zones(typed)]


async def _lengths(typed: str, _: Request) -> list[Suggestion]:
    length = read_length(typed)
    own = [(typed, duration(length))] if length and LEAST_MUTE <= length <= MOST_MUTE else []
    usual = ranked(typed, LENGTHS)
    return [*own, *(usual if own or usual else LENGTHS)]


async def _mentions(typed: str, request: Request) -> list[Suggestion]:
    roles = [(one.id, f"@{one.name}") for one in request.roles if one.id != request.guild]
    every = [("nobody", "nobody"), ("here", "@here"), ("everyone", "@everyone"), *sorted(roles, key=_label)]
    return ranked(typed.removeprefix("@"), [(value, label.removeprefix("@")) for value, label in every])


def _label(one: Suggestion) -> str:
    return one[1].casefold()
