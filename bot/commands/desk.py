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
    Privacy,
    ShowSettings,
    Subscribe,
    Test,
    Unmute,
    Unsubscribe,
    Uptime,
    Why,
)
from bot.commands.context import Context
from bot.commands.limit_words import too_much
from bot.commands.limits import Asked, Limits, TooMuch
from bot.commands.looking import look
from bot.commands.privacy import keep_private
from bot.commands.silencing import silence
from bot.commands.tracing import explain
from bot.commands.trial import try_out
from bot.ports import Clock, Store

CONFIGURING = (Subscribe, Unsubscribe, ChangeSettings, Mute, Unmute, MuteIncident, Test)
"""The commands that change something in a channel, or post into it."""

ALONE = (Unsubscribe, Mute, Unmute, MuteIncident, Privacy)
"""The commands that must be open to whoever may give them, however much others ask."""

LISTING = (ListSubscriptions, Privacy)
"""The commands about a whole workspace."""


class Desk:
    """Answers commands from the memory alone; the network is never waited for."""

    def __init__(self, store: Store, clock: Clock, page_url: str) -> None:
        """*page_url* is the status page's address without a trailing slash."""
        self._context = Context(store, clock, page_url)
        self._limits = Limits(clock)
        self._changing = asyncio.Lock()

    def admit(self, asked: Asked, *, counting: bool = True) -> Reply | None:
        """Count what is *asked*; return what to say where it is one too many, else None.

        To be called once for whatever somebody does, before anything is looked up for it. Not *counting*
        it only looks: so what may have been counted before can be refused at no cost.
        """
        return self._refusal(self._limits.admit(asked) if counting else self._limits.reached(asked))

    async def handle(self, command: Command, caller: Caller) -> Reply:
        """Do what *command* says, as far as *caller* may. What the store raises goes through."""
        if isinstance(command, LISTING) and not (caller.may_list and caller.channel.workspace):
            return Reply(replies.not_allowed(caller.who_lists))
        if isinstance(command, Privacy) and command.action == "export":
            refusal = self._refusal(self._limits.export(caller.channel))
            return refusal or await self._answer(command, caller)
        if not isinstance(command, CONFIGURING):
            return await self._answer(command, caller)
        if not caller.may_configure:
            return Reply(replies.not_allowed(caller.who_configures))
        # Settings are read, changed and written whole: two changes at once would lose one.
        async with self._changing:
            return await self._change(command, caller)

    async def _change(self, command: Command, caller: Caller) -> Reply:
        """Do what changes the channel, unless it was changed too often; an end is always taken."""
        if isinstance(command, Unsubscribe):
            return await self._answer(command, caller)
        channel, told = caller.channel, caller.announces
        if refusal := self._refusal(self._limits.change(channel, told=told)):
            return refusal
        reply = await self._answer(command, caller)
        if reply.changed:
            self._limits.changed(channel, told=told)
        return reply

    def _refusal(self, found: TooMuch | None) -> Reply | None:
        return Reply(too_much(found, self._context.page_url)) if found else None

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
            case Privacy():
                return await keep_private(self._context, command, caller)
