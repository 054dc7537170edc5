"""Answers: a command from Discord, taken to the desk with the rights of the person who gave it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from adapters.discord import words
from adapters.discord.callers import Policy, caller
from adapters.discord.invite import invite_link
from adapters.discord.preflight import objection
from adapters.discord.request import Request
from bot.commands import Ask, Caller, ChangeSettings, Command, Desk, Subscribe
from bot.commands.desk import ALONE
from bot.commands.limits import Asked, Kind
from bot.domain.message import Message
from bot.domain.subscription import State, Subscription
from bot.failures import kind_and_place
from bot.ports import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody is told; *invite* is the address that adds the bot to a server, or empty.

    *document* is JSON text that goes along as a file, None where there is none.
    """

    message: Message
    invite: str = ""
    document: str | None = None


class Answers:
    """Answers commands; what fails on our side is answered, too."""

    def __init__(self, desk: Desk, store: Store, policy: Policy, page_url: str) -> None:
        self._desk = desk
        self._store = store
        self._policy = policy
        self._page_url = page_url

    def admit(
        self, request: Request, kind: Kind, command: Command | None = None, *, counting: bool = True
    ) -> Answer | None:
        """Count one that the person of *request* asks; return what to say where it is too much.

        *command* is what they ask for, None where nothing depends on it. Not *counting* it only looks.
        """
        asked = Asked(request.address, request.user, kind, alone=isinstance(command, ALONE))
        refusal = self._desk.admit(asked, counting=counting)
        return Answer(refusal.message) if refusal else None

    async def reply(self, command: Command, request: Request) -> Answer:
        """Do what *command* says, as far as the person of *request* may. Never raises."""
        try:
            return await self._reply(command, request)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            return self.failed(type(command).__name__, error)

    def failed(self, what: str, error: Exception) -> Answer:
        """Return what is said where our own side failed, and log it."""
        log.error("a request was not answered what=%s (%s)", what, kind_and_place(error))
        return Answer(words.broken(self._page_url))

    def caller(self, request: Request) -> Caller:
        """Return who asks."""
        return caller(request, self._policy)

    async def subscription(self, request: Request) -> Subscription | None:
        """Return the subscription of the request's channel unless it has ended."""
        found = await self._store.subscription(request.address)
        return None if found is None or found.state is State.ENDED else found

    async def share(self, component: str, request: Request) -> Message:
        """Return the present answer for everybody, about *component* if the page has it; with whose it is."""
        known = component if component in (await self._store.known()).components else None
        answer = (await self._desk.handle(Ask(known), self.caller(request))).message
        return replace(answer, blocks=(*answer.blocks, words.shared_by(request.user)), buttons=())

    async def _reply(self, command: Command, request: Request) -> Answer:
        who = self.caller(request)
        if who.may_configure and isinstance(command, Subscribe | ChangeSettings):
            before = await self.subscription(request)
            style = before.settings.style if before else who.default_style
            against = objection(command, request, style)
            if against is not None:
                invite = invite_link(request.application) if against.invites else ""
                return Answer(against.message, invite)
        reply = await self._desk.handle(command, who)
        return Answer(reply.message, document=reply.document)
