"""Answers: a command from Slack, taken to the desk with the rights of the person who gave it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from adapters.slack import words
from adapters.slack.blocks import render
from adapters.slack.callers import Policy, caller
from adapters.slack.members import Members, Standing
from adapters.slack.request import Request
from bot.commands import (
    Caller,
    Command,
    Desk,
    Help,
    ListSubscriptions,
    Privacy,
    Reply,
    ShowSettings,
    Subscribe,
)
from bot.commands.desk import ALONE, CONFIGURING, LISTING
from bot.commands.limits import Asked, Kind
from bot.domain.message import Line, Message
from bot.domain.notice_words import SETTINGS
from bot.failures import kind_and_place

log = logging.getLogger(__name__)

Json = dict[str, Any]

GLANCE_SECONDS = 1.0
"""How long an answer that only shows waits for Slack to tell who asks."""

FORM_SECONDS = 1.5
"""How long a form waits for it: what opens it is good for three seconds, and so is handing it in.

https://docs.slack.dev/interactivity/handling-user-interaction
"""


class Answers:
    """Answers commands; what fails on our side is answered, too."""

    def __init__(
        self, desk: Desk, members: Members, policy: Policy, page_url: str, leaving: str = ""
    ) -> None:
        """*leaving* is what removing the app does, empty where nothing is heard of it."""
        self._desk = desk
        self._members = members
        self._policy = policy
        self._page_url = page_url
        self._leaving = leaving

    def admit(
        self,
        request: Request,
        kind: Kind = Kind.COMMAND,
        command: Command | None = None,
        *,
        counting: bool = True,
    ) -> Message | None:
        """Count one that the person of *request* asks; return what to say where it is too much.

        *command* is what they ask for, None where nothing depends on it. Not *counting* it only looks.
        Who is a guest counts as one as soon as Slack was asked about them: for this it is not.
        """
        outside = request.is_stranger or self._members.is_guest(request.workspace, request.user)
        asked = Asked(request.address, request.user, kind, outside, isinstance(command, ALONE))
        refusal = self._desk.admit(asked, counting=counting)
        return refusal.message if refusal else None

    async def reply(self, command: Command, request: Request, patience: float | None = None) -> Reply:
        """Do what *command* says, as far as the person of *request* may. Never raises.

        *patience* is how many seconds Slack may take to tell who they are, None as long as it does.
        """
        try:
            return await self._reply(command, request, patience)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            what = type(command).__name__
            log.error("a command was not answered command=%s (%s)", what, kind_and_place(error))
            return Reply(words.broken(self._page_url))

    async def caller(self, request: Request) -> Caller | None:
        """Return who asks, with rights that are sure; None where Slack does not tell in time for a form."""
        standing = await self._sure(request, FORM_SECONDS)
        return None if standing is Standing.DOUBT else self._caller(request, standing)

    async def _reply(self, command: Command, request: Request, patience: float | None) -> Reply:
        standing = await self._standing(command, request, patience)
        if standing is Standing.DOUBT:
            return Reply(words.in_doubt())
        who = self._caller(request, standing)
        reply = await self._desk.handle(command, who)
        return replace(reply, message=_fitted(command, reply, request, who))

    def _caller(self, request: Request, standing: Standing) -> Caller:
        return caller(request, standing, self._policy, self._leaving)

    async def _standing(self, command: Command, request: Request, patience: float | None) -> Standing:
        """Return who asks. Only what changes or lists something must be sure, and waits for Slack."""
        if isinstance(command, Privacy):
            said = _as_slack_says(request)
            return said or await self._members.fresh(request.workspace, request.user, patience)
        if isinstance(command, (*CONFIGURING, *LISTING)):
            return await self._sure(request, patience)
        if isinstance(command, Help | ShowSettings):
            found = await self._sure(request, GLANCE_SECONDS)
            return Standing.MEMBER if found is Standing.DOUBT else found
        remembered = self._members.remembered(request.workspace, request.user)
        return _as_slack_says(request) or remembered or Standing.MEMBER

    async def _sure(self, request: Request, patience: float | None) -> Standing:
        said = _as_slack_says(request)
        return said or await self._members.standing(request.workspace, request.user, patience)


def _as_slack_says(request: Request) -> Standing | None:
    """Return who asks where the request itself tells, None where it does not."""
    if request.is_bot:
        return Standing.BOT
    return Standing.STRANGER if request.is_stranger else None


def _fitted(command: Command, reply: Reply, request: Request, who: Caller) -> Message:
    """Return the words of *reply* with what Slack adds: the form, and a note on odd places."""
    message = reply.message
    if isinstance(command, ShowSettings) and who.may_configure and SETTINGS not in message.buttons:
        message = replace(message, buttons=(*message.buttons, SETTINGS))
    note = words.place_note(request) if isinstance(command, Subscribe) and reply.notice else None
    if isinstance(command, ListSubscriptions) and not who.may_list:
        note = Line((words.OWN_LIST,))
    return replace(message, blocks=(*message.blocks, note)) if note else message


def ephemeral(message: Message) -> Json:
    """Return *message* as the answer that only the person who asked sees."""
    rendered = render(message, private=True)
    return {"response_type": "ephemeral", "text": rendered.text, "blocks": rendered.blocks}


def beside(message: Message, request: Request) -> Json:
    """Return *message* for a response_url: beside what is there, in the thread the person is in.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """
    return {**ephemeral(message), "replace_original": False, **in_thread(request)}


def in_thread(request: Request) -> Json:
    """Return what puts an answer into the thread the person is in, if they are in one."""
    return {"thread_ts": request.thread} if request.thread else {}
