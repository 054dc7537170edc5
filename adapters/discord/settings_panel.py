"""The settings of a channel in a panel: shown to those who may, each change checked anew."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from adapters.discord import words
from adapters.discord.answers import Answer, Answers
from adapters.discord.hours_form import hours_changes
from adapters.discord.panel import panel
from adapters.discord.pressed import Pressed, command
from adapters.discord.request import Request
from adapters.discord.saying import Panel, Saying, Told
from bot.commands import NOTHING, ChangeSettings, Command, ShowSettings
from bot.commands.problems import Unfit
from bot.commands.spelling import LABELS
from bot.domain.message import Line, Listing, Message, Strong, Text
from bot.domain.subscription import Settings
from bot.ports import Clock, Store


class SettingsPanel:
    """Shows the panel, and lets the desk do what is pressed in it: one setting at a time."""

    def __init__(self, answers: Answers, store: Store, clock: Clock) -> None:
        self._answers = answers
        self._store = store
        self._clock = clock
        # The components of one part of the list are changed by what is chosen in the others.
        self._changing = asyncio.Lock()

    async def open(self, request: Request) -> Saying:
        """Return the panel, or to those who may not change anything the settings in words."""
        if not self._answers.caller(request).may_configure:
            return Told(await self._answers.reply(ShowSettings(), request))
        return await self._shown(request, (), in_place=False)

    async def turn(self, pressed: Pressed, request: Request) -> Saying:
        """Return the panel with another page of its components."""
        if not self._answers.caller(request).may_configure:
            return Told(await self._answers.reply(ShowSettings(), request))
        return await self._shown(request, (), page=pressed.page)

    async def press(self, pressed: Pressed, request: Request) -> Saying:
        """Do what was pressed, and return the panel as it is afterwards."""
        async with self._changing:
            subscription = await self._answers.subscription(request)
            settings = subscription.settings if subscription else Settings()
            try:
                asked = command(pressed, settings, await self._store.known(), request)
            except Unfit as unfit:
                return await self._refused(unfit, request, pressed.page)
            if asked is None:
                return Told(Answer(words.out_of_date()))
            return await self._do(asked, request, pressed.page)

    async def take_hours(self, fields: Mapping[str, str], request: Request) -> Saying:
        """Take the form for quiet hours back."""
        try:
            changes = hours_changes(fields)
        except Unfit as unfit:
            return await self._refused(unfit, request, 0)
        return await self._do(ChangeSettings(changes), request, 0)

    async def _do(self, asked: Command, request: Request, page: int) -> Saying:
        answer = await self._answers.reply(asked, request)
        if answer.invite or not self._answers.caller(request).may_configure:
            return Told(answer)
        return await self._shown(request, _in_short(answer.message), page=page)

    async def _refused(self, unfit: Unfit, request: Request, page: int) -> Saying:
        """Say what does not fit, to those who may know of the settings at all."""
        if not self._answers.caller(request).may_configure:
            return Told(await self._answers.reply(ChangeSettings(NOTHING), request))
        return await self._shown(request, ("⚠️ ", unfit.called(LABELS)), page=page)

    async def _shown(self, request: Request, said: Text, *, page: int = 0, in_place: bool = True) -> Saying:
        subscription, known = await self._answers.subscription(request), await self._store.known()
        mute = subscription.mute if subscription else None
        running = mute if mute and mute.covers(self._clock.now()) else None
        return Panel(panel(request, subscription, known, mute=running, page=page, said=said), in_place)


def _in_short(message: Message) -> Text:
    """Return in a line or two what was saved, or why nothing was."""
    lines: list[Text] = [(Strong(message.title),)]
    for block in message.blocks:
        match block:
            case Line(text):
                lines.append(text)
            case Listing(entries):
                lines.extend(entries)
    return tuple(one for line in lines for one in (*line, "\n"))[:-1]
