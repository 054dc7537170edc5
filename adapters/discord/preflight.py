"""Preflight: what stands in the way of alerts in a channel, named before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import discord

from adapters.discord import words
from adapters.discord.request import Request
from bot.commands import OFF, Changes, ChangeSettings, Command, Subscribe
from bot.domain.message import Message
from bot.domain.subscription import EVERYBODY, Style

VIEW, SEND, EMBED = ("view_channel", "send_messages", "embed_links")
IN_THREADS, MAKE_THREADS = ("send_messages_in_threads", "create_public_threads")
CONNECT, CALL = ("connect", "mention_everyone")

NAMES: Final = {
    VIEW: "View Channel",
    SEND: "Send Messages",
    EMBED: "Embed Links",
    IN_THREADS: "Send Messages in Threads",
    MAKE_THREADS: "Create Public Threads",
    CONNECT: "Connect",
}
"""Permissions as Discord's settings call them: https://docs.discord.com/developers/topics/permissions."""

HAVE_THREADS = frozenset({discord.ChannelType.text, discord.ChannelType.news})
SPOKEN = frozenset({discord.ChannelType.voice, discord.ChannelType.stage_voice})
"""The chat of a voice channel. Without Connect everything in it is denied:
https://docs.discord.com/developers/topics/permissions#implicit-permissions."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why something is not done; *invites* where an invite of the bot belongs below."""

    message: Message
    invites: bool = False


def objection(command: Command, request: Request, style: Style) -> Objection | None:
    """Return what speaks against *command*, None if nothing does. *style* holds where it names none."""
    match command:
        case Subscribe(changes):
            return _place(request, changes.style or style) or _changes(changes, request, style)
        case ChangeSettings(changes) if changes.style or changes.publish or _calls(changes):
            return _place(request, changes.style or style) or _changes(changes, request, style)
        case ChangeSettings(changes):
            return _changes(changes, request, style)
        case _:
            return None


def _place(request: Request, style: Style) -> Objection | None:
    """Return why alerts of *style* cannot be posted in the request's channel."""
    if not request.is_joined:
        return Objection(words.not_joined(), invites=True)
    if not (request.kind in HAVE_THREADS or request.kind in SPOKEN or request.is_thread):
        return Objection(words.no_place())
    missing = missing_permissions(request, style)
    return Objection(words.permissions_missing(request, missing)) if missing else None


def missing_permissions(request: Request, style: Style) -> list[str]:
    """Return by their names the permissions that alerts of *style* need there and the bot lacks."""
    has = request.app_permissions
    if has.administrator:
        return []
    return [NAMES[name] for name in _needed(request, style) if not getattr(has, name)]


def _needed(request: Request, style: Style) -> list[str]:
    needed = [VIEW, IN_THREADS if request.is_thread else SEND, EMBED]
    if style is Style.THREAD and request.kind in HAVE_THREADS:
        needed += [MAKE_THREADS, IN_THREADS]
    if request.kind in SPOKEN:
        needed.append(CONNECT)
    return needed


def _changes(changes: Changes, request: Request, style: Style) -> Objection | None:
    if changes.style is Style.THREAD and not has_threads(request):
        return Objection(words.no_threads_here())
    if changes.echo is not None and not echoes(changes.style or style, request):
        return Objection(words.nothing_to_echo())
    if changes.publish and request.kind is not discord.ChannelType.news:
        return Objection(words.publishes_nothing())
    return _mention(changes.mention, request) if isinstance(changes.mention, str) else None


def has_threads(request: Request) -> bool:
    """Return whether messages of the request's channel can have threads."""
    return request.kind in HAVE_THREADS


def echoes(style: Style, request: Request) -> bool:
    """Return whether the end of an incident would stay in a thread unless it is also said outside of it."""
    return style is Style.THREAD and has_threads(request)


def _calls(changes: Changes) -> bool:
    return changes.mention is not None and changes.mention is not OFF


def _mention(target: str, request: Request) -> Objection | None:
    """Return why *target* would not be called, or not for this person: nobody calls through us whom they
    may not call themselves.

    https://docs.discord.com/developers/resources/message#allowed-mentions-object
    """
    role = next((one for one in request.roles if one.id == target), None)
    if target not in EVERYBODY and (role is None or role.mentionable):
        return None
    if not _calls_all(request.permissions):
        return Objection(words.not_yours_to_call(role.name if role else f"@{target}"))
    if _calls_all(request.app_permissions):
        return None
    if role is None:
        return Objection(words.everybody_not_mentionable(target))
    return Objection(words.role_not_mentionable(role.name))


def _calls_all(permissions: discord.Permissions) -> bool:
    return permissions.mention_everyone or permissions.administrator
