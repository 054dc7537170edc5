"""What the stand-in's gateway knows of those who connect: their sessions and their websockets."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.fakes.discord.ledger import Json


@dataclass(frozen=True, slots=True)
class Identified:
    """One IDENTIFY that was taken: when, for which shard of how many, with which intents."""

    at: datetime
    shard: int
    shards: int
    intents: int
    compressed: bool


@dataclass(eq=False, slots=True)
class Session:
    """A session. *sent* are its dispatches with their numbers. One that is not *resumable* is unknown."""

    id: str
    shard: int
    shards: int
    sent: list[Json] = field(default_factory=list)
    resumable: bool = True


@dataclass(eq=False, slots=True)
class Connection:
    """One websocket. *closed_with* is the client's close code, None while or unless it sends one."""

    number: int
    websocket: web.WebSocketResponse
    transport: asyncio.Transport
    compressor: Any
    session: Session | None = None
    received: list[Json] = field(default_factory=list)
    closed_with: int | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, frame: Json) -> None:
        """Send *frame*, as one message of the connection's zlib stream where the client wants one."""
        if self.websocket.closed or self.transport.is_closing():
            return
        text = json.dumps(frame)
        if self.compressor is None:
            await self.websocket.send_str(text)
            return
        packed = self.compressor.compress(text.encode()) + self.compressor.flush(zlib.Z_SYNC_FLUSH)
        await self.websocket.send_bytes(packed)
