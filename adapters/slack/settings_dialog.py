"""The settings of a channel in a dialog: opened for those who may, and taken back with every check anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack import words
from adapters.slack.aftermath import Aftermath
from adapters.slack.answers import FORM_SECONDS, Answers
from adapters.slack.form import Form, Misfits, check
from adapters.slack.inputs import option
from adapters.slack.modal import settings_form, told
from adapters.slack.request import Place, Request
from adapters.slack.seal import Seal
from adapters.slack.web_api import WebApi
from bot.commands import Caller, ChangeSettings, ShowSettings, Subscribe
from bot.commands.zones import suggest_zones
from bot.domain.message import Line, Message, plain
from bot.domain.subscription import Settings, State, Subscription
from bot.ports import Clock, Refused, Store

log = logging.getLogger(__name__)

Json = dict[str, Any]

HOME = "home"

OPENING_SECONDS = 3.0
"""How long that is good which opens a view: https://docs.slack.dev/interactivity/handling-user-interaction."""


MOST_ZONES = 50
"""Slack takes 100: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Slack is answered to a form, and whether App Home shows something old now."""

    answer: Json
    home_is_old: bool = False


class SettingsDialog:
    """Opens the form, reads it, and lets the desk do what was changed."""

    def __init__(
        self, *, answers: Answers, store: Store, clock: Clock, api: WebApi, seal: Seal, aftermath: Aftermath
    ) -> None:
        self._answers = answers
        self._store = store
        self._clock = clock
        self._api = api
        self._seal = seal
        self._aftermath = aftermath

    async def open(self, request: Request, *, from_home: bool = False) -> Message | None:
        """Open the form of the request's channel; return what to say instead where that cannot be."""
        who = await self._answers.caller(request)
        if who is None:
            return words.in_doubt()
        if not who.may_configure:
            return (await self._answers.reply(ShowSettings(), request)).message
        why_not = await self._open(request, await self._view(request, who, from_home=from_home))
        return None if why_not is None else words.form_not_opened(why_not)

    async def open_or_show(self, request: Request) -> Message | None:
        """Open the form of the request's channel; where that cannot be, return the settings in words."""
        who = await self._answers.caller(request) if request.trigger_id else None
        if who is not None and who.may_configure:
            why_not = await self._open(request, await self._view(request, who, from_home=False))
            if why_not is None:
                return None
        return (await self._answers.reply(ShowSettings(), request)).message

    async def say(self, message: Message, request: Request) -> None:
        """Say something to a person who is in no channel."""
        await self._open(request, told(replace(message, buttons=())))

    async def submit(self, view: Mapping[str, Any], request: Request) -> Outcome:
        """Take the form back: errors under their fields, or the desk's reply in the place of the form."""
        sealed = self._seal.open(request.workspace, request.user, str(view.get("private_metadata", "")))
        if sealed is None or not sealed.get("channel"):
            return Outcome(in_place(words.form_broken()))
        request = _at(request, sealed)
        try:
            command = await self._command(Form(view), request, is_new=sealed.get("new") == "yes")
        except Misfits as misfits:
            return Outcome({"response_action": "errors", "errors": misfits.errors})
        reply = await self._answers.reply(command, request, FORM_SECONDS)
        self._aftermath.expect(request, reply.notice)
        return Outcome(in_place(reply.message), home_is_old=sealed.get("from") == HOME)

    async def _open(self, request: Request, view: Json) -> str | None:
        """Open *view* before the person of *request*; return why Slack did not, None where it did."""
        body = {"trigger_id": request.trigger_id, "view": view}
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await self._api.call(request.workspace, "views.open", body)
        except TimeoutError:
            log.warning("a view was not opened in time")
            return "Slack did not answer in time."
        except Refused as refusal:
            log.warning("a view was not opened code=%s", refusal.code)
            return refusal.reason
        return None

    async def _command(self, form: Form, request: Request, *, is_new: bool) -> Subscribe | ChangeSettings:
        """Return what the form asks for. A channel that ended its subscription meanwhile stays without."""
        changes = form.changes()
        subscription = await self._subscription(request)
        settings = subscription.settings if subscription else Settings()
        check(changes, settings, await self._store.known())
        return Subscribe(changes) if is_new else ChangeSettings(changes)

    async def _view(self, request: Request, who: Caller, *, from_home: bool) -> Json:
        subscription = await self._subscription(request)
        known = await self._store.known()
        values = {
            "channel": request.channel,
            "place": request.place.value,
            "url": request.response_url,
            "new": "no" if subscription else "yes",
            "from": HOME if from_home else "message",
        }
        metadata = self._seal.close(request.workspace, request.user, values)
        default = Settings(style=who.default_style)
        now = self._clock.now()
        return settings_form(request.channel, subscription, default, known, metadata, now=now)

    async def _subscription(self, request: Request) -> Subscription | None:
        found = await self._store.subscription(request.address)
        return None if found is None or found.state is State.ENDED else found


def zone_options(text: str) -> list[Json]:
    """Return the time zones to choose from while *text* is typed."""
    return [option((zone, zone)) for zone in suggest_zones(text)[:MOST_ZONES]]


def _at(request: Request, sealed: Mapping[str, str]) -> Request:
    """Return the request as one in the channel that the form is about."""
    return replace(
        request,
        channel=sealed["channel"],
        place=Place(sealed.get("place", Place.CHANNEL)),
        response_url=sealed.get("url", ""),
    )


def in_place(message: Message) -> Json:
    """Return the answer that puts *message* in the place of the form; its buttons have no channel there."""
    return {"response_action": "update", "view": told(replace(message, buttons=()))}


def still_open(message: Message, view: Mapping[str, Any]) -> Json:
    """Return the answer that leaves the form as it is, with *message* under its first field.

    https://docs.slack.dev/surfaces/modals#displaying_errors
    """
    blocks = view.get("blocks")
    fields = [one for one in blocks if one.get("type") == "input"] if isinstance(blocks, list) else []
    if not fields:
        return in_place(message)
    said = [plain(block.text) for block in message.blocks if isinstance(block, Line)]
    return {"response_action": "errors", "errors": {str(fields[0]["block_id"]): " ".join(said)}}
