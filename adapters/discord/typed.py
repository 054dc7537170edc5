"""What people give behind a command as text: settings, lengths of time, whom to mention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.discord import words
from adapters.discord.callers import MENTIONS
from adapters.discord.request import Request
from bot.commands import OFF, Changes, ChangeSettings, Command, Misunderstood, MuteIncident, Subscribe, parse
from bot.commands.changes import Off
from bot.commands.problems import Unfit, shown
from bot.commands.settings_text import NONE, read_changes
from bot.commands.spelling import LABELS

ROLE = re.compile(r"<@&(\d{1,20})>|(\d{15,20})")
"""https://docs.discord.com/developers/reference#message-formatting"""

WORDS = frozenset({"here", "everyone"})

QUOTES = str.maketrans("", "", '"“”„')

MOST_CHARS = 1000


def changing(options: Mapping[str, str], request: Request, *, subscribes: bool) -> Command:
    """Return the command that changes what *options* say: texts by the names of the core's settings."""
    try:
        changes = read(options, request)
    except Unfit as unfit:
        verb = "subscribe" if subscribes else "settings"
        nearest = f"{verb} {unfit.nearest}" if unfit.nearest else ""
        return Misunderstood(", ".join(options.values()), unfit.called(LABELS), nearest)
    return Subscribe(changes) if subscribes else ChangeSettings(changes)


def read(options: Mapping[str, str], request: Request) -> Changes:
    """Return the changes that *options* ask for. Raises `Unfit`."""
    said = {name: text for name, text in options.items() if name != "mention"}
    mention: Mapping[str, Any] = (
        {"mention": target(options["mention"], request)} if "mention" in options else {}
    )
    text = " ".join(f"{name}={_quoted(name, text)}" for name, text in said.items())
    changes = read_changes(text, names_first=False)
    return replace(changes, **mention)


def _quoted(name: str, text: str) -> str:
    """Return *text* as one value that holds no other setting; components are many, each in quotes."""
    plain = text[:MOST_CHARS].translate(QUOTES)
    parts = plain.split(",") if name == "components" else [plain]
    return ",".join(f'"{part.strip()}"' for part in parts)


def target(text: str, request: Request) -> str | Off:
    """Return whom *text* names: the id of a role of this server, or a word. Raises `Unfit`."""
    bare = text.strip().removeprefix("@")
    if bare.casefold() in NONE:
        return OFF
    if bare.casefold() in WORDS:
        return bare.casefold()
    by_id = ROLE.fullmatch(bare)
    wanted = (by_id[1] or by_id[2]) if by_id else ""
    found = [one for one in request.roles if one.id == wanted or one.name.casefold() == bare.casefold()]
    if len({one.id for one in found}) != 1:
        raise Unfit(f"{shown(text)} is no role of this server. What can be mentioned: {MENTIONS}.")
    return "everyone" if found[0].id == request.guild else found[0].id


def muting(length: str | None, incident: str | None) -> Command:
    """Return the mute for *length*, or of *incident* (a record's key), as it is given."""
    if length and incident:
        return Misunderstood(length, words.two_mutes())
    if incident:
        return MuteIncident(incident)
    return parse(f"mute {' '.join((length or '').split())[:60]}".strip())
