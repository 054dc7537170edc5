"""The stand-in's gateway is as strict as Discord's, so that what passes here is right."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.discord.gateway_bot import discord_with_gateway
from tests.fakes.clock import SetClock
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.openapi import ABSENT
from tests.fakes.discord.places import GUILD, OTHER_GUILD, TOKEN

Json = dict[str, Any]
TAIL = b"\x00\x00\xff\xff"
"""How a message ends: https://docs.discord.com/developers/events/gateway#transport-compression."""


@dataclass
class Peer:
    """A client that does as it is told, right or wrong."""

    websocket: ClientWebSocketResponse
    inflater: Any

    async def send(self, op: int, data: Any) -> None:
        await self.websocket.send_json({"op": op, "d": data})

    async def identify(self, token: str = TOKEN, intents: int = 1, **more: Any) -> None:
        await self.send(2, {"token": token, "intents": intents, "properties": {}, **more})

    async def frame(self) -> Json:
        """Return the next frame; the close code as `{"closed": …}` where there is none."""
        message = await self.websocket.receive(timeout=10)
        if message.type is WSMsgType.BINARY:
            assert message.data.endswith(TAIL)
            return dict(json.loads(self.inflater.decompress(message.data)))
        if message.type is WSMsgType.TEXT:
            return dict(json.loads(message.data))
        return {"closed": self.websocket.close_code}

    async def until(self, kind: str) -> Json:
        """Return the next event of a kind."""
        while (frame := await self.frame()).get("t") != kind:
            assert "closed" not in frame
        return frame


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with discord_with_gateway(SetClock()) as gateway:
        yield gateway


@asynccontextmanager
async def peer(
    gateway: Gateway, query: str = "?v=10&encoding=json&compress=zlib-stream"
) -> AsyncIterator[Peer]:
    """Connect, and take the HELLO."""
    async with (
        ClientSession() as session,
        session.ws_connect(gateway.standin.gateway_url + query) as websocket,
    ):
        one = Peer(websocket, zlib.decompressobj())
        assert (await one.frame())["op"] == 10
        yield one


@pytest.mark.parametrize("query", ["?v=10&encoding=json", "?v=10&encoding=json&compress=zlib-stream"])
async def test_a_session_begins_with_all_its_servers(gateway: Gateway, query: str) -> None:
    async with peer(gateway, query) as one:
        await one.identify()
        ready = await one.frame()
        assert (ready["t"], ready["s"]) == ("READY", 1)
        assert ready["d"]["guilds"] == [{"id": one, "unavailable": True} for one in (GUILD, OTHER_GUILD)]
        assert ready["d"]["resume_gateway_url"] == gateway.standin.gateway_url
        assert (await one.frame())["t"] == "GUILD_CREATE"
        await one.send(1, 2)
        assert (await one.until("GUILD_CREATE"))["s"] == 3
        assert (await one.frame())["op"] == 11


@pytest.mark.parametrize(("wrong", "code"), [({"token": "other"}, 4004), ({"intents": 1 << 15}, 4014)])
async def test_a_wrong_identify_is_closed_with_its_code(gateway: Gateway, wrong: Json, code: int) -> None:
    async with peer(gateway) as one:
        await one.identify(**wrong)
        assert await one.frame() == {"closed": code}


async def test_a_second_identify_is_closed(gateway: Gateway) -> None:
    async with peer(gateway) as one:
        await one.identify()
        await one.until("READY")
        await one.identify()
        while (frame := await one.frame()).get("closed") is None:
            pass
        assert frame == {"closed": 4005}


async def test_a_resume_replays_what_came_after_the_number_it_names(gateway: Gateway) -> None:
    async with peer(gateway) as one:
        await one.identify()
        session = (await one.until("READY"))["d"]["session_id"]
    await gateway.dispatch("SOMETHING", {"number": 1})
    async with peer(gateway) as one:
        await one.send(6, {"token": TOKEN, "session_id": session, "seq": 3})
        assert (await one.frame())["d"] == {"number": 1}
        assert (await one.frame())["t"] == "RESUMED"


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"session_id": "nobody's"}, {"op": 9, "d": False}),
        ({"seq": 99}, {"closed": 4007}),
        ({"token": "other"}, {"closed": 4004}),
    ],
)
async def test_a_wrong_resume_is_refused(gateway: Gateway, changed: Json, answer: Json) -> None:
    async with peer(gateway) as one:
        await one.identify()
        session = (await one.until("READY"))["d"]["session_id"]
    async with peer(gateway) as one:
        await one.send(6, {"token": TOKEN, "session_id": session, "seq": 1} | changed)
        assert await one.frame() == answer


async def test_what_it_tells_of_servers_is_as_discord_describes_it(gateway: Gateway) -> None:
    if not gateway.standin.description.present:
        pytest.skip(ABSENT)
    for guild in gateway.standin.guilds.values():
        told = gateway.guild_json(guild)
        assert len(told["channels"]) + len(told["threads"]) == len(guild.channels)
    assert gateway.standin.problems == []
    gateway.standin.guilds[GUILD].roles[GUILD].name = None  # type: ignore[assignment]
    gateway.guild_json(gateway.standin.guilds[GUILD])
    assert gateway.standin.problems
    gateway.standin.problems.clear()
