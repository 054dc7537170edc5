"""The aftermath of a change: where Slack refuses to post its notice, the person who made it is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.slack.answers import beside
from adapters.slack.request import Place, Request
from bot.domain.delivery import Delivery
from bot.domain.message import Line, Message, Strong, Text, Tone
from bot.domain.subscription import State
from bot.ports import Clock, Refused, Store

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
"""How long the outcome is waited for; a response_url lives for 30 minutes."""

MOST_EXPECTED = 1000

REFUSED = frozenset({"pause", "drop"})
"""The outcomes of an attempt that the person can do something about."""

NO_ENTRY = frozenset({"not_in_channel", "channel_not_found"})
"""Codes that mean an invitation is missing; a private channel hides that it exists.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""


class Responds(Protocol):
    """The part of the Web API that is needed here."""

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Expected:
    """A notice that was queued for *request* at *since*, under the record key *notice*."""

    request: Request
    notice: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a notice is not posted: *detail* as a trace has it, and whether it *is_tried_again* by itself."""

    detail: str
    is_tried_again: bool


class Aftermath:
    """Looks after queued notices until they are posted, refused, or five minutes old.

    What became of them is read from the memory: whichever process delivers, the one that holds the
    response_url tells.
    """

    def __init__(self, store: Store, clock: Clock, api: Responds) -> None:
        self._store = store
        self._clock = clock
        self._api = api
        self._expected: list[Expected] = []

    def expect(self, request: Request, notice: str | None) -> None:
        """Look after *notice* (None: nothing was queued) if there is a way to answer *request* later."""
        if notice and request.response_url:
            self._expected.append(Expected(request, notice, self._clock.now()))
            del self._expected[:-MOST_EXPECTED]

    async def tick(self) -> None:
        """Look once at everything expected, and tell whom a refusal concerns. Raises what the store does."""
        for one in tuple(self._expected):
            delivery = await self._delivery(one)
            refusal = await self._refusal(one, delivery) if delivery else None
            is_posted = delivery is not None and _is_posted(delivery)
            if refusal is None and not is_posted and self._clock.now() - one.since < PATIENCE:
                continue
            self._expected.remove(one)
            if refusal is not None and not is_posted:
                await self._tell(one, refusal)

    async def _delivery(self, one: Expected) -> Delivery | None:
        return (await self._store.deliveries(one.request.address, [one.notice])).get(one.notice)

    async def _refusal(self, one: Expected, delivery: Delivery) -> Refusal | None:
        """Return what keeps the notice from being posted: its own refusal, or that of another message."""
        subscription = await self._store.subscription(one.request.address)
        goes_on = subscription is not None and subscription.state is not State.ENDED
        last = delivery.trace[-1] if delivery.trace else None
        if last is not None and last.outcome in REFUSED:
            return Refusal(last.detail, goes_on and last.outcome == "pause")
        if subscription is not None and subscription.state is State.PAUSED:
            return Refusal(subscription.pause_reason or "", goes_on)
        return None

    async def _tell(self, one: Expected, refusal: Refusal) -> None:
        try:
            await self._api.respond(
                one.request.response_url, beside(refused(one.request, refusal), one.request)
            )
        except Refused as error:
            log.warning("a refusal could not be told code=%s", error.code)


def _is_posted(delivery: Delivery) -> bool:
    return any(receipt.reference.id for receipt in delivery.receipts)


def refused(request: Request, refusal: Refusal) -> Message:
    """Say what Slack refused, what to do about it, and what happens then by itself."""
    code, _, reason = refusal.detail.partition(": ")
    lines = (*_cure(request, code, reason), _then(refusal))
    return Message(Tone.AMBER, "I cannot post in this conversation", tuple(Line(line) for line in lines))


def _cure(request: Request, code: str, reason: str) -> list[Text]:
    if code not in NO_ENTRY:
        return [(f"Slack says: {reason or code}",)]
    match request.place:
        case Place.DIRECT:
            return [("It is a direct message between people, where Slack lets no app in.",), _elsewhere()]
        case Place.GROUP:
            return [("It is a group message that I am not part of.",), _elsewhere()]
        case Place.CHANNEL:
            return [("I am not in this channel yet. Type here: ", Strong("/invite @claudestatus"))]


def _elsewhere() -> Text:
    """Name the way out, in both places: where the subscription goes, and where it begins."""
    return (
        "Type ",
        Strong("/claudestatus unsubscribe"),
        " here and ",
        Strong("/claudestatus subscribe"),
        " in a channel, be it a private one of your own.",
    )


def _then(refusal: Refusal) -> Text:
    holds = "What you changed holds all the same"
    if not refusal.is_tried_again:
        return (f"{holds}; only its notice is not posted here.",)
    again = "I try again by myself, every hour at first and later once a day. To try at once, type "
    return (f"{holds}. {again}", Strong("/claudestatus subscribe"), " again.")
