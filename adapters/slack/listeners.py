"""Listeners: what is done with each kind of request, and how soon it is acknowledged.

Within three seconds: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack import words
from adapters.slack.aftermath import Aftermath
from adapters.slack.answers import Answers, beside, ephemeral, in_thread
from adapters.slack.buttons import Buttons, asked_for
from adapters.slack.export import parts
from adapters.slack.home import Home
from adapters.slack.mentions import Mentions
from adapters.slack.request import Request, read_request
from adapters.slack.settings_dialog import Outcome, SettingsDialog, in_place, still_open, zone_options
from adapters.slack.typed import understand
from adapters.slack.web_api import WebApi
from bot.commands import Ask, Command, Reply, ShowSettings
from bot.commands.limits import Kind
from bot.domain.message import Message
from bot.failures import kind_and_place
from bot.ports import Refused
from bot.underway import Underway

log = logging.getLogger(__name__)

Body = Mapping[str, Any]

Installed = Callable[[str], bool | None]
"""Whether the app is installed in a workspace, as far as is known without asking; None: not known."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Takes each request to who answers it; *patience* is in seconds, for a command's acknowledgement."""

    answers: Answers
    buttons: Buttons
    dialog: SettingsDialog
    home: Home
    mentions: Mentions
    api: WebApi
    aftermath: Aftermath
    underway: Underway
    installed: Installed
    page_url: str
    patience: float

    async def command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Answer `/claudestatus` within its acknowledgement, or later where that takes too long."""
        request = read_request(body, context)
        if self._is_none_of_ours(request) or not request.channel:
            await ack(ephemeral(words.not_installed() if request.channel else words.out_of_date()))
            return
        command = understand(str(body.get("text") or ""))
        if too_much := self.answers.admit(request, command=command):
            await ack(ephemeral(too_much))
            return
        if isinstance(command, ShowSettings):
            await ack()
            self._begin(self._show_settings(request), request, None)
            return
        answering = self.underway.start(self.answers.reply(command, request))
        done, _ = await asyncio.wait({answering}, timeout=self.patience)
        if not done:
            await ack()
            self._start(self._answer_later(answering, request))
            return
        reply = answering.result()
        self.aftermath.expect(request, reply.notice)
        await ack(ephemeral(reply.message))
        if reply.document is not None:
            self._start(self._guarded(self._hand_out(reply.document, request), request))

    async def action(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Do what a button says."""
        await ack()
        request = read_request(body, context)
        pressed = (body.get("actions") or [{}])[0]
        texts = (pressed.get("action_id"), pressed.get("value"))
        name, value = (one if isinstance(one, str) else "" for one in texts)
        kind = Kind.COMMAND if request.channel else Kind.PRESS
        self._begin(self.buttons.press(name, value, request), request, kind, asked_for(name, value))

    async def shortcut(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Answer "is Claude down?" beside a message, in its thread."""
        await ack()
        request = read_request(body, context)
        self._begin(self._answer_now(request), request)

    async def submission(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Take a form back, and make App Home anew where it shows something old."""
        request = read_request(body, context)
        if self._is_none_of_ours(request):
            await ack(in_place(words.not_installed()))
            return
        if too_much := self.answers.admit(request, Kind.PRESS):
            await ack(still_open(too_much, body.get("view", {})))
            return
        outcome = await self._submitted(body, request)
        await ack(outcome.answer)
        if outcome.home_is_old:
            self._begin(self.home.publish(request), request, None)

    async def suggestion(self, ack: AsyncAck, body: Body) -> None:
        """Suggest time zones."""
        await ack(options=zone_options(str(body.get("value") or "")))

    async def no_options(self, ack: AsyncAck) -> None:
        """Suggest nothing: it is asked for a field that is none of ours any more."""
        await ack(options=[])

    async def mention(self, body: Body, context: AsyncBoltContext) -> None:
        """Answer what was asked aloud."""
        request = read_request(body, context)
        if not self._is_none_of_ours(request):
            self._start(self.mentions.answer(body, request))

    async def home_opened(self, body: Body, context: AsyncBoltContext) -> None:
        """Show how things are; the tab of messages has nothing to show."""
        request = read_request(body, context)
        if body["event"].get("tab") != "home" or self._is_none_of_ours(request):
            return
        if self.answers.admit(request, Kind.PRESS) is None:
            self._start(self.home.publish(request))

    async def out_of_date(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Say that this is none of ours any more."""
        await ack()
        request = read_request(body, context)
        self._begin(self._tell(words.out_of_date(), request), request)

    async def form_out_of_date(self, ack: AsyncAck) -> None:
        """Say that this form is none of ours any more."""
        await ack(in_place(words.out_of_date()))

    async def unheard(self, ack: AsyncAck) -> None:
        """Acknowledge what concerns nobody here, so that Slack does not send it again."""
        await ack()

    def _is_none_of_ours(self, request: Request) -> bool:
        return not (request.workspace and request.user) or self.installed(request.workspace) is False

    def _begin(
        self,
        work: Coroutine[Any, Any, None],
        request: Request,
        kind: Kind | None = Kind.COMMAND,
        command: Command | None = None,
    ) -> None:
        """Do *work* after the acknowledgement, unless it is one too many or we are not installed there.

        *kind* is what it counts as, None for what was counted before; *command* is what it will do, where
        that is sure.
        """
        against = words.not_installed() if self._is_none_of_ours(request) else None
        if against is None and kind is not None:
            against = self.answers.admit(request, kind, command)
        if against is not None:
            work.close()
            work = self._tell(against, request)
        self._start(self._guarded(work, request))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        _ = self.underway.start(work)

    async def _guarded(self, work: Coroutine[Any, Any, None], request: Request) -> None:
        """Do *work*; where our own side fails, the person is told."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("a request was not answered (%s)", kind_and_place(error))
            if request.response_url:
                await self._tell(words.broken(self.page_url), request)
            else:
                await self.home.publish(request)

    async def _submitted(self, body: Body, request: Request) -> Outcome:
        try:
            return await self.dialog.submit(body.get("view", {}), request)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("a form was not taken (%s)", kind_and_place(error))
            return Outcome(in_place(words.broken(self.page_url)))

    async def _answer_now(self, request: Request) -> None:
        await self._tell((await self.answers.reply(Ask(), request)).message, request)

    async def _show_settings(self, request: Request) -> None:
        """Open the form; say the settings where it does not open."""
        instead = await self.dialog.open_or_show(request)
        if instead is not None:
            await self._tell(instead, request)

    async def _answer_later(self, answering: asyncio.Task[Reply], request: Request) -> None:
        reply = await answering
        self.aftermath.expect(request, reply.notice)
        await self._tell(reply.message, request)
        if reply.document is not None:
            await self._hand_out(reply.document, request)

    async def _hand_out(self, document: str, request: Request) -> None:
        """Send *document* to the person alone, part by part; where one is not taken, nor are the rest."""
        try:
            for part in await asyncio.to_thread(parts, document):
                await self.api.respond(request.response_url, {**part, **in_thread(request)})
        except Refused as refusal:
            log.warning("an export was not taken whole code=%s", refusal.code)

    async def _tell(self, message: Message, request: Request) -> None:
        """Tell the person alone, where there is a way."""
        try:
            if request.response_url:
                await self.api.respond(request.response_url, beside(message, request))
        except Refused as refusal:
            log.warning("an answer was not taken code=%s", refusal.code)
