"""What comes in over Socket Mode, handled and acknowledged.

https://docs.slack.dev/apis/events-api/using-socket-mode#acknowledge
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from slack_bolt.response import BoltResponse

from adapters.slack.inbound import Dispatch, Malformed, from_envelope, is_event, keys_of
from adapters.slack.once import Once, Passed
from adapters.slack.places import Full, Limits, Places
from adapters.slack.websocket import Connection

__all__ = ["Envelopes", "Limits"]

log = logging.getLogger(__name__)

Json = dict[str, Any]

CANCELLING = 0.6
"""Seconds for what was cancelled; it may have a key to forget."""

EVENT = "events_api"
KNOWN = (EVENT, "slash_commands", "interactive")


class Envelopes:
    """Handles each envelope in a task of its own, so that a slow one holds up no other.

    Events take places; a command or a click, for which somebody waits, goes past them.
    """

    def __init__(self, once: Once, dispatch: Dispatch, limits: Limits) -> None:
        self._once = once
        self._dispatch = dispatch
        self._limits = limits
        self._places = Places(limits)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def take(self, connection: Connection, envelope: Json) -> None:
        """Begin with *envelope*, which came over *connection*.

        Where too many events wait, or we are about to stop, nothing is done: Slack sends it again.
        """
        if self._stopped:
            return
        task = asyncio.create_task(self._handle(connection, envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, seconds: float) -> None:
        """Begin nothing any more, let what is under way end for *seconds*, then cancel the rest."""
        self._stopped = True
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCELLING)

    async def _handle(self, connection: Connection, envelope: Json) -> None:
        place = self._places.place(comes_again=envelope.get("type") == EVENT)
        try:
            async with place, asyncio.timeout(self._limits.seconds):
                acknowledgement = await self._answer(envelope)
                if acknowledgement is not None:
                    await connection.send(acknowledgement)
        except Full:
            return
        except Exception as error:  # noqa: BLE001  its words may hold what the envelope held
            log.error("an envelope of Slack failed unexpectedly (%s)", type(error).__name__)

    async def _answer(self, envelope: Json) -> Json | None:
        """Return the acknowledgement of *envelope*, None where Slack had better send it again."""
        envelope_id = str(envelope["envelope_id"])
        if envelope.get("type") not in KNOWN:
            return {"envelope_id": envelope_id}
        try:
            request = from_envelope(envelope)
        except Malformed as malformed:
            log.warning("an envelope of Slack was not understood: %s", malformed)
            return {"envelope_id": envelope_id}
        keys = keys_of(request.body, envelope_id=envelope_id)
        again = is_event(request.body)
        result = await self._once.handle(keys, lambda: self._dispatch(request), comes_again=again)
        if isinstance(result, BoltResponse):
            return _acknowledgement(envelope_id, result, request.body)
        return {"envelope_id": envelope_id} if result is Passed.REPEATED else None


def _acknowledgement(envelope_id: str, answer: BoltResponse, body: Mapping[str, Any]) -> Json | None:
    """Return *answer* as an acknowledgement; an event nobody listens for has one, a failure has none."""
    if answer.status == HTTPStatus.NOT_FOUND and is_event(body):
        return {"envelope_id": envelope_id}
    if answer.status != HTTPStatus.OK:
        return None
    if not answer.body:
        return {"envelope_id": envelope_id}
    kind = answer.headers.get("content-type", [""])[0]
    payload = json.loads(answer.body) if kind.startswith("application/json") else {"text": answer.body}
    return {"envelope_id": envelope_id, "payload": payload}
