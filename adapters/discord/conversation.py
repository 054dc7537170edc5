"""The conversation: each interaction is taken once, and what is asked in it is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord import words
from adapters.discord.answers import Answer, Answers
from adapters.discord.hours_form import ACTION as OWN_HOURS
from adapters.discord.hours_form import handed_in, hours_form
from adapters.discord.panel import PREFIX
from adapters.discord.pressed import Pressed
from adapters.discord.request import Interaction, Request, read_request
from adapters.discord.responding import Responder
from adapters.discord.saying import Saying, Told
from adapters.discord.settings_panel import SettingsPanel
from adapters.discord.sharing import Sharing
from bot.commands import Command, MuteIncident, Subscribe, Test
from bot.commands.limits import Kind
from bot.commands.privacy import confirmed
from bot.failures import kind_and_place
from bot.ports import Clock, Store
from bot.underway import Underway

log = logging.getLogger(__name__)

COMMANDS: Mapping[str, Callable[[str], Command]] = {
    "subscribe": lambda _: Subscribe(),
    "test": lambda _: Test(),
    "mute_incident": MuteIncident,
    "erase": confirmed,
}
"""What a button of a message asks for, made from its value; nothing else can be asked for so."""

Making = Callable[[Request], Coroutine[Any, Any, Saying]]

Reading = Callable[[Request], Command | None]
"""Says what will be asked for, None where the limits need not know."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Takes what people do to who answers it. Nothing here is waited for: Discord has more to tell."""

    answers: Answers
    panel: SettingsPanel
    responder: Responder
    underway: Underway
    store: Store
    clock: Clock

    def command(self, interaction: Interaction, command: Command) -> None:
        """Answer a command, to the person alone."""
        self._begin(interaction, self._asked(command), reading=lambda _: command)

    def typed(self, interaction: Interaction, read: Callable[[Request], Command]) -> None:
        """Answer the command that *read* makes of what was typed in this place."""

        async def make(request: Request) -> Saying:
            return Told(await self.answers.reply(read(request), request))

        self._begin(interaction, make, reading=read)

    def settings(self, interaction: Interaction) -> None:
        """Show the settings."""
        self._begin(interaction, self.panel.open)

    def pressed(self, interaction: Interaction, pressed: Pressed) -> None:
        """Do what a button or a menu says; it may be years old, or anything."""
        form = hours_form(pressed)
        if form is not None:
            _ = self.underway.start(self.responder.open(interaction, form))
            return
        in_panel = pressed.action.startswith(PREFIX)
        kind = Kind.PRESS if in_panel else Kind.COMMAND
        in_place = in_panel or pressed.action == "share"
        asked = COMMANDS[pressed.action](pressed.value) if pressed.action in COMMANDS else None
        self._begin(interaction, self._pressed(pressed), kind, in_place=in_place, reading=lambda _: asked)

    def submitted(self, interaction: Interaction, action: str) -> None:
        """Take a form back."""
        if action != OWN_HOURS:
            self.out_of_date(interaction)
            return
        fields = handed_in(interaction.data or {})

        async def make(request: Request) -> Saying:
            return await self.panel.take_hours(fields, request)

        self._begin(interaction, make, Kind.PRESS, in_place=True)

    def out_of_date(self, interaction: Interaction) -> None:
        """Say that this is none of ours any more."""

        async def make(_: Request) -> Saying:
            return Told(Answer(words.out_of_date()))

        self._begin(interaction, make)

    def failed(self, interaction: Interaction, error: Exception) -> None:
        """Say that our own side failed, and log *error*."""

        async def make(_: Request) -> Saying:
            return Told(self.answers.failed("command", error))

        self._begin(interaction, make)

    def _asked(self, command: Command) -> Making:
        async def make(request: Request) -> Saying:
            return Told(await self.answers.reply(command, request))

        return make

    def _pressed(self, pressed: Pressed) -> Making:
        """Return what answers a press: one of the commands that buttons name, or what the panel does."""
        if pressed.action in COMMANDS:
            return self._asked(COMMANDS[pressed.action](pressed.value))
        match pressed.action:
            case "settings":
                return self.panel.open
            case "share":
                return self._share(pressed.value)
            case str() as action if action == f"{PREFIX}page":
                return lambda request: self.panel.turn(pressed, request)
            case str() as action if action.startswith(PREFIX):
                return lambda request: self.panel.press(pressed, request)
            case _:
                return self._nothing

    async def _nothing(self, _: Request) -> Saying:
        return Told(Answer(words.out_of_date()))

    def _share(self, component: str) -> Making:
        sharing = Sharing(self.answers, self.store, self.clock)
        return lambda request: sharing.share(component, request)

    def _begin(
        self,
        interaction: Interaction,
        make: Making,
        kind: Kind = Kind.COMMAND,
        *,
        in_place: bool = False,
        reading: Reading = lambda _: None,
    ) -> None:
        """Answer with what *make* makes; *kind* is what it counts as, *reading* tells what it will do."""
        making = self._made(interaction, make, kind, reading)
        _ = self.underway.start(self.responder.answer(interaction, making, in_place=in_place))

    async def _made(
        self, interaction: Interaction, make: Making, kind: Kind, reading: Reading
    ) -> Saying | None:
        """Return what is to be said, None where this interaction was taken before.

        What is too much is found out before it costs a write, and counted only once it is known to be
        new. One that comes again while there is too much is refused again, which Discord does not take.
        """
        try:
            request = read_request(interaction)
            command = reading(request)
            too_much = self.answers.admit(request, kind, command, counting=False)
            if too_much is None and not await self._is_new(interaction):
                log.info("an interaction came again and was not taken twice interaction=%s", interaction.id)
                return None
            too_much = too_much or self.answers.admit(request, kind, command)
            return Told(too_much) if too_much else await make(request)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            return Told(self.answers.failed("interaction", error))

    async def _is_new(self, interaction: Interaction) -> bool:
        """Return whether nobody took it: Discord sends what happened in a gap again, and may overdo it.

        https://docs.discord.com/developers/events/gateway#resuming. Where our memory does not tell it
        is taken: somebody waits for an answer, if only that nothing can be remembered now.
        """
        try:
            return await self.store.first_time(f"discord interaction {interaction.id}", self.clock.now())
        except Exception as error:  # noqa: BLE001
            log.warning("an interaction may be taken twice (%s)", kind_and_place(error))
            return True
