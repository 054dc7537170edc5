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
from bot.domain.subscription import Channel, State, Subscription
from bot.ports import Clock, Refused, Store
from bot.underway import Underway

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
"""How long the outcome is waited for; a response_url lives for 30 minutes."""

CLOSELY = timedelta(seconds=10)
"""How long every tick looks: most notices are posted or refused by then."""

SELDOM = timedelta(seconds=5)
"""Between two looks at what takes longer."""

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

    def __init__(self, store: Store, clock: Clock, api: Responds, underway: Underway) -> None:
        """*underway* does the telling: an address that hangs holds up nobody else."""
        self._store = store
        self._clock = clock
        self._api = api
        self._underway = underway
        self._expected: dict[Expected, datetime] = {}  # until when it need not be looked at

    def expect(self, request: Request, notice: str | None) -> None:
        """Look after *notice* (None: nothing was queued) if there is a way to answer *request* later."""
        if notice and request.response_url:
            now = self._clock.now()
            self._expected[Expected(request, notice, now)] = now
            while len(self._expected) > MOST_EXPECTED:
                del self._expected[next(iter(self._expected))]

    async def tick(self) -> None:
        """Look at what is due, and let those be told whom a refusal concerns. Raises what the store does."""
        for channel, together in self._due().items():
            await self._look(channel, together)

    def _due(self) -> dict[Channel, list[Expected]]:
        """Return what to look at now, by channel, and put off when to look again."""
        now = self._clock.now()
        due: dict[Channel, list[Expected]] = {}
        for one in [one for one, moment in self._expected.items() if moment <= now]:
            due.setdefault(one.request.address, []).append(one)
            self._expected[one] = now if now - one.since < CLOSELY else now + SELDOM
        return due

    async def _look(self, channel: Channel, together: list[Expected]) -> None:
        """Look at the notices of one *channel*; the subscription matters only to those not posted."""
        found = await self._store.deliveries(channel, [one.notice for one in together])
        posted = {key for key, delivery in found.items() if _is_posted(delivery)}
        missing = [one for one in together if one.notice not in posted]
        subscription = await self._store.subscription(channel) if missing else None
        for one in together:
            delivery = None if one.notice in posted else found.get(one.notice)
            refusal = _refusal(delivery, subscription) if delivery else None
            self._conclude(one, refusal, is_posted=one.notice in posted)

    def _conclude(self, one: Expected, refusal: Refusal | None, *, is_posted: bool) -> None:
        """Stop looking where the outcome is known or too late; what was given up meanwhile is not told."""
        if refusal is None and not is_posted and self._clock.now() - one.since < PATIENCE:
            return
        if self._expected.pop(one, None) is not None and refusal is not None:
            _ = self._underway.start(self._tell(one, refusal))

    async def _tell(self, one: Expected, refusal: Refusal) -> None:
        try:
            await self._api.respond(
                one.request.response_url, beside(refused(one.request, refusal), one.request)
            )
        except Refused as error:
            log.warning("a refusal could not be told code=%s", error.code)


def _refusal(delivery: Delivery, subscription: Subscription | None) -> Refusal | None:
    """Return what keeps the notice from being posted: its own refusal, or that of another message."""
    goes_on = subscription is not None and subscription.state is not State.ENDED
    last = delivery.trace[-1] if delivery.trace else None
    if last is not None and last.outcome in REFUSED:
        return Refusal(last.detail, goes_on and last.outcome == "pause")
    if subscription is not None and subscription.state is State.PAUSED:
        return Refusal(subscription.pause_reason or "", goes_on)
    return None


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
    again = "I try again by myself, every ten minutes at first and later once a day. To try at once, type "
    return (f"{holds}. {again}", Strong("/claudestatus subscribe"), " again.")
