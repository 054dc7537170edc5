"""The command about what is kept of a workspace: shown, handed out, deleted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.commands import privacy_words
from bot.commands.caller import Caller, Reply
from bot.commands.command import Privacy
from bot.commands.context import Context
from bot.commands.export import document
from bot.domain.kept import Kept

CONFIRMED_WITHIN: Final = timedelta(minutes=10)
"""How long the button serves: pressed later it would delete what was chosen since."""


async def keep_private(context: Context, command: Privacy, caller: Caller) -> Reply:
    """Do what *command* says with everything that is kept of the caller's workspace, and of no other."""
    match command.action:
        case "show":
            return Reply(privacy_words.shown(caller, await _counted(context, caller)))
        case "export":
            return await _export(context, caller)
        case "delete":
            return Reply(privacy_words.asked(caller, await _counted(context, caller), context.now))
        case "confirmed":
            return await _delete(context, command, caller)


def confirmed(value: str) -> Privacy:
    """Return what the button asks for whose *value* it is; the value may be anything."""
    seconds = int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else 0
    return Privacy("confirmed", datetime.fromtimestamp(seconds, UTC))


async def _counted(context: Context, caller: Caller) -> Kept:
    """Read how much is kept, and nothing of it that grows."""
    return await context.store.kept(caller.channel.platform, caller.channel.workspace, whole=False)


async def _export(context: Context, caller: Caller) -> Reply:
    platform, workspace = caller.channel.platform, caller.channel.workspace
    kept = await context.store.kept(platform, workspace)
    if kept.is_nothing:
        return Reply(privacy_words.nothing_kept(caller))
    # A large one takes a second, and there are alerts to send meanwhile.
    text = await asyncio.to_thread(document, platform, workspace, kept, context.now)
    return Reply(privacy_words.exported(caller, kept), document=text)


async def _delete(context: Context, command: Privacy, caller: Caller) -> Reply:
    ago = context.now - command.asked_at if command.asked_at else timedelta()
    if not timedelta() <= ago <= CONFIRMED_WITHIN:
        return Reply(privacy_words.asked_long_ago(caller))
    before = await _counted(context, caller)
    await context.store.erase(caller.channel.platform, caller.channel.workspace)
    return Reply(privacy_words.deleted(caller, before))
