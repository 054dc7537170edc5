"""Buttons: what is pressed below answers, cards and in App Home."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack import words
from adapters.slack.aftermath import Aftermath
from adapters.slack.answers import Answers, beside
from adapters.slack.blocks import render
from adapters.slack.home import REFRESH, SETTINGS_OF, Home
from adapters.slack.request import Request
from adapters.slack.settings_dialog import SettingsDialog
from adapters.slack.web_api import WebApi
from bot.commands import Ask, Command, MuteIncident, Subscribe, Test
from bot.commands.privacy import confirmed
from bot.domain.message import Message
from bot.ports import Refused, Store

log = logging.getLogger(__name__)

Json = dict[str, Any]


class Buttons:
    """Does what a button says, and tells the one who pressed it. The message it stands in stays as it is."""

    def __init__(
        self,
        *,
        answers: Answers,
        dialog: SettingsDialog,
        home: Home,
        store: Store,
        api: WebApi,
        aftermath: Aftermath,
    ) -> None:
        self._answers = answers
        self._dialog = dialog
        self._home = home
        self._store = store
        self._api = api
        self._aftermath = aftermath

    async def press(self, action: str, value: str, request: Request) -> None:
        """Do what *action* with *value* says; both may be years old, or anything."""
        if not request.channel and action not in {REFRESH, SETTINGS_OF}:
            action = ""
        match action:
            case "share":
                await self._share(value, request)
            case "settings":
                await self._tell(await self._dialog.open(request), request)
            case str() if (command := asked_for(action, value)) is not None:
                await self._do(command, request)
            case str() if action == REFRESH:
                await self._home.publish(request)
            case str() if action == SETTINGS_OF:
                await self._settings_from_home(value, request)
            case _:
                await self._tell(words.out_of_date(), request)

    async def _do(self, command: Command, request: Request) -> None:
        reply = await self._answers.reply(command, request)
        self._aftermath.expect(request, reply.notice)
        await self._tell(reply.message, request)

    async def _share(self, component: str, request: Request) -> None:
        """Post the answer of this moment in the channel, then take the one away that only they see."""
        known = await self._known_component(component)
        answer = (await self._answers.reply(Ask(known), request)).message
        await self._send(_shared(answer, request), request)
        await self._send({"delete_original": True}, request)

    async def _known_component(self, component: str) -> str | None:
        if not component:
            return None
        return component if component in (await self._store.known()).components else None

    async def _settings_from_home(self, value: str, request: Request) -> None:
        """Open the form of a channel; where that cannot be, say why and make App Home anew."""
        channel = await self._home.channel_of(value, request)
        instead: Message | None = words.out_of_date()
        if channel is not None:
            instead = await self._dialog.open(replace(request, channel=channel), from_home=True)
        if instead is not None:
            await self._dialog.say(instead, request)
            await self._home.publish(request)

    async def _tell(self, message: Message | None, request: Request) -> None:
        """Tell the person alone; None: there is nothing to say."""
        if message is not None:
            await self._send(beside(message, request), request)

    async def _send(self, body: Mapping[str, Any], request: Request) -> None:
        if not request.response_url:
            return
        try:
            await self._api.respond(request.response_url, body)
        except Refused as refusal:
            log.warning("an answer was not taken code=%s", refusal.code)


def asked_for(action: str, value: str) -> Command | None:
    """Return the command that a button stands for, None where it stands for something else."""
    match action:
        case "subscribe":
            return Subscribe()
        case "test":
            return Test()
        case "erase":
            return confirmed(value)
        case "mute_incident":
            return MuteIncident(value)
        case _:
            return None


def _shared(answer: Message, request: Request) -> Json:
    """Return *answer* for everybody in the channel, with whose it is and without buttons of one person."""
    footer = (*answer.footer, " · ") if answer.footer else ()
    message = replace(answer, footer=(*footer, *words.shared_by(request.user)), buttons=())
    rendered = render(message)
    thread = {"thread_ts": request.thread} if request.thread else {}
    return {
        "response_type": "in_channel",
        "replace_original": False,
        "text": rendered.text,
        "blocks": rendered.blocks,
        **thread,
    }
