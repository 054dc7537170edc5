"""Mentions: "@claudestatus is claude down?", asked aloud and answered in the thread below."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack.answers import Answers
from adapters.slack.blocks import render
from adapters.slack.request import Request, moment_of
from adapters.slack.typed import understand
from adapters.slack.web_api import WebApi
from bot.commands import Ask, Command
from bot.domain.message import Message
from bot.domain.naming import find_component
from bot.domain.record import ComponentState
from bot.ports import Clock, Refused, Store

log = logging.getLogger(__name__)

SOMEBODY = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")

NOT_ALOUD = frozenset({"share"})
"""Actions of buttons that mean nothing below an answer which everybody sees."""


class Mentions:
    """Answers what people say to the bot in a channel, once."""

    def __init__(self, answers: Answers, store: Store, clock: Clock, api: WebApi) -> None:
        self._answers = answers
        self._store = store
        self._clock = clock
        self._api = api

    async def answer(self, body: Mapping[str, Any], request: Request) -> None:
        """Answer the `app_mention` of *body*: https://docs.slack.dev/reference/events/app_mention."""
        event, said_at = body["event"], moment_of(body["event"], "ts")
        if not (request.channel and said_at) or not _is_asked_by_somebody(event):
            return
        if not await self._is_new(said_at, request):
            return
        command = await self._command(_without_bot(str(event.get("text") or ""), body))
        message = (await self._answers.reply(command, request)).message
        await self._post(message, request, request.thread or said_at)

    async def _is_new(self, said_at: str, request: Request) -> bool:
        """Return whether this message was not answered yet, under whatever event it comes again."""
        key = f"slack mention {request.workspace} {request.channel} {said_at}"
        try:
            return await self._store.first_time(key, self._clock.now())
        except Exception:
            log.exception("a mention may be answered twice")
            return True

    async def _command(self, text: str) -> Command:
        """Return the command in *text*; words about nothing we know are the plain question."""
        command = understand(text)
        if not isinstance(command, Ask) or command.component is None:
            return command
        try:
            known = await self._store.known()
        except Exception:
            log.exception("a mention is taken for the plain question")
            return Ask()
        return command if isinstance(find_component(known, command.component), ComponentState) else Ask()

    async def _post(self, message: Message, request: Request, thread: str) -> None:
        buttons = tuple(one for one in message.buttons if one.action not in NOT_ALOUD)
        rendered = render(replace(message, buttons=buttons))
        body = {
            "channel": request.channel,
            "thread_ts": thread,
            "text": rendered.text,
            "blocks": rendered.blocks,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            await self._api.call(request.workspace, "chat.postMessage", body)
        except Refused as refusal:
            log.warning("a mention was not answered code=%s", refusal.code)


def _is_asked_by_somebody(event: Mapping[str, Any]) -> bool:
    """Return whether a person asks now: no bot (two could talk for ever), no edit, no other subtype."""
    marks = ("bot_id", "bot_profile", "edited", "subtype")
    return not any(event.get(mark) for mark in marks)


def _without_bot(text: str, body: Mapping[str, Any]) -> str:
    """Return *text* without the mention of the bot; the first mention, where Slack does not name the bot."""
    bots = {
        one.get("user_id")
        for one in body.get("authorizations") or ()
        if isinstance(one, Mapping) and one.get("is_bot")
    }
    if not any(bots):
        return SOMEBODY.sub(" ", text, count=1)
    for bot in bots:
        text = re.sub(rf"<@{re.escape(str(bot))}(?:\|[^<>]*)?>", " ", text)
    return text
