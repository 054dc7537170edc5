"""Mentions: "@claudestatus is claude down?", asked aloud and answered in the thread below."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.slack import words
from adapters.slack.answers import Answers
from adapters.slack.blocks import render
from adapters.slack.chat import POST
from adapters.slack.paced import AS_IT_IS, NO_PREVIEW, Paced
from adapters.slack.request import Request, bots_of, moment_of
from adapters.slack.typed import understand
from bot.commands import Ask, Command, Privacy
from bot.commands.desk import LISTING
from bot.domain.delivery import Verdict
from bot.domain.message import Message
from bot.domain.naming import find_component
from bot.domain.record import ComponentState
from bot.failures import kind_and_place
from bot.ports import Clock, NotYet, Refused, Store

log = logging.getLogger(__name__)

SOMEBODY = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")

NOT_ALOUD = frozenset({"share"})
"""Actions of buttons that mean nothing below an answer which everybody sees."""

PATIENCE = timedelta(seconds=30)
"""How long an answer is tried: later than that nobody looks for it any more."""

LONGEST_QUEUE = timedelta(seconds=10)
"""How late a turn in the channel may be: a flood of questions holds an alert up no longer than that."""

FIRST_PAUSE = timedelta(seconds=1)
"""Between two tries where Slack names no pause; twice as long each time."""

Pause = Callable[[float], Awaitable[None]]
"""Waits for some seconds."""


class Mentions:
    """Answers what people say to the bot in a channel, once."""

    def __init__(
        self, answers: Answers, store: Store, clock: Clock, paced: Paced, pause: Pause = asyncio.sleep
    ) -> None:
        """*paced* is what alerts go through, too. *pause* waits for a turn, or until the next try."""
        self._answers = answers
        self._store = store
        self._clock = clock
        self._paced = paced
        self._pause = pause

    async def answer(self, body: Mapping[str, Any], request: Request) -> None:
        """Answer the `app_mention` of *body*: https://docs.slack.dev/reference/events/app_mention."""
        event, said_at = body["event"], moment_of(body["event"], "ts")
        if not (request.channel and said_at) or request.is_bot or not _is_said_now(event):
            return
        key = f"slack mention {request.workspace} {request.channel} {said_at}"
        text = _without_bot(str(event.get("text") or ""), body)
        if not await self._is_taken(key, understand(text), request):
            return  # too much, said aloud, would be more still
        command = await self._command(text)
        message = await self._message(command, request)
        if not await self._is_posted(_body(message, request, request.thread or said_at), request, key):
            await self._forget(key)

    async def _is_taken(self, key: str, command: Command, request: Request) -> bool:
        """Return whether this is to be answered; what is too much is found out before it costs a write."""
        if self._answers.admit(request, command=command, counting=False) is not None:
            return False
        return await self._is_new(key) and self._answers.admit(request, command=command) is None

    async def _is_new(self, key: str) -> bool:
        """Return whether this message was not answered yet, under whatever event it comes again."""
        try:
            return await self._store.first_time(key, self._clock.now())
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("a mention may be answered twice (%s)", kind_and_place(error))
            return True

    async def _message(self, command: Command, request: Request) -> Message:
        """Return the answer as everybody may see it: other channels are not spoken of aloud."""
        if isinstance(command, LISTING):
            return words.only_for_you("privacy" if isinstance(command, Privacy) else "list")
        return (await self._answers.reply(command, request)).message

    async def _command(self, text: str) -> Command:
        """Return the command in *text*; words about nothing we know are the plain question."""
        command = understand(text)
        if not isinstance(command, Ask) or command.component is None:
            return command
        try:
            known = await self._store.known()
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("a mention is taken for the plain question (%s)", kind_and_place(error))
            return Ask()
        return command if isinstance(find_component(known, command.component), ComponentState) else Ask()

    async def _is_posted(self, body: Mapping[str, Any], request: Request, key: str) -> bool:
        """Post *body* in its turn, and again while Slack is busy or unwell; return whether it took it.

        An answer of which nobody knows whether it was taken is posted again: better twice than never.
        """
        until, pause = self._clock.now() + PATIENCE, FIRST_PAUSE
        while True:
            try:
                within = min(LONGEST_QUEUE, until - self._clock.now())
                await self._paced.turn(request.address, POST, key, apart=True, within=within)
                await self._paced.call(request.address, POST, body)
                return True
            except NotYet as early:
                wait, code = early.wait, "not_yet"
            except Refused as refusal:
                wait, code = refusal.retry_after or pause, refusal.code
                pause *= 2
                if refusal.verdict is not Verdict.RETRY:
                    return _gave_up(code)
            if self._clock.now() + wait > until:
                return _gave_up(code)
            await self._pause(wait.total_seconds())

    async def _forget(self, key: str) -> None:
        """Let the message be answered if it comes once more."""
        try:
            await self._store.not_yet(key)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("a mention will not be answered (%s)", kind_and_place(error))


def _gave_up(code: str) -> bool:
    log.warning("a mention was not answered code=%s", code)
    return False


def _body(message: Message, request: Request, thread: str) -> Mapping[str, Any]:
    """Return *message* as the answer that everybody sees."""
    buttons = tuple(one for one in message.buttons if one.action not in NOT_ALOUD)
    rendered = render(replace(message, buttons=buttons))
    place = {"channel": request.channel, "thread_ts": thread}
    return {**place, "text": rendered.text, "blocks": rendered.blocks, **AS_IT_IS, **NO_PREVIEW}


def _is_said_now(event: Mapping[str, Any]) -> bool:
    """Return whether this is something new in plain words: no edit, no other subtype."""
    return not (event.get("edited") or event.get("subtype"))


def _without_bot(text: str, body: Mapping[str, Any]) -> str:
    """Return *text* without the mention of the bot; the first mention, where Slack does not name the bot."""
    bots = bots_of(body)
    if not bots:
        return SOMEBODY.sub(" ", text, count=1)
    for bot in bots:
        text = re.sub(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>", " ", text)
    return text
