"""The desk: takes every command and answers it, within the caller's rights."""

from __future__ import annotations

import asyncio

from bot.commands import replies
from bot.commands.caller import Caller, Reply
from bot.commands.choosing import choose
from bot.commands.command import (
    Ask,
    ChangeSettings,
    Command,
    Help,
    History,
    ListSubscriptions,
    Misunderstood,
    Mute,
    MuteIncident,
    ShowSettings,
    Subscribe,
    Test,
    Unmute,
    Unsubscribe,
    Uptime,
    Why,
)
from bot.commands.context import Context
from bot.commands.looking import look
from bot.commands.silencing import silence
from bot.commands.tracing import explain
from bot.commands.trial import try_out
from bot.ports import Clock, Store

CONFIGURING = (Subscribe, Unsubscribe, ChangeSettings, Mute, Unmute, MuteIncident, Test)
"""The commands that change something in a channel, or post into it."""


class Desk:
    """Answers commands from the memory alone; the network is never waited for."""

    def __init__(self, store: Store, clock: Clock, page_url: str) -> None:
        """*page_url* is the status page's address without a trailing slash."""
        self._context = Context(store, clock, page_url)
        self._changing = asyncio.Lock()

    async def handle(self, command: Command, caller: Caller) -> Reply:
        """Do what *command* says, as far as *caller* may. What the store raises goes through."""
        if isinstance(command, ListSubscriptions) and not caller.may_list:
            return Reply(replies.not_allowed(caller.who_lists))
        if not isinstance(command, CONFIGURING):
            return await self._answer(command, caller)
        if not caller.may_configure:
            return Reply(replies.not_allowed(caller.who_configures))
        # Settings are read, changed and written whole: two changes at once would lose one.
        async with self._changing:
            return await self._answer(command, caller)

    async def _answer(self, command: Command, caller: Caller) -> Reply:
        match command:
            case Ask() | History() | Uptime() | Help() | Misunderstood():
                return await look(self._context, command, caller)
            case Subscribe() | Unsubscribe() | ShowSettings() | ChangeSettings() | ListSubscriptions():
                return await choose(self._context, command, caller)
            case Mute() | Unmute() | MuteIncident():
                return await silence(self._context, command, caller)
            case Test():
                return await try_out(self._context, caller)
            case Why():
                return await explain(self._context, caller)
