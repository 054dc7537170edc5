"""What the adapter takes from discord.py beyond its documentation: an upgrade that changes it fails here.

The library may change any of it in a minor version, so `pyproject.toml` allows none that was not looked at.
"""

from __future__ import annotations

import ast
import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import HTTPClient, Ratelimit, Route
from yarl import URL

import adapters.discord
from tests.fakes.discord.guild_data import guild_json
from tests.fakes.discord.places import GUILD, usual_guilds

THERE = "http://127.0.0.1:1/api"


class Seen(Exception):
    """Raised in the place of a call to Discord."""


def a_client() -> discord.AutoShardedClient:
    """Return a client that was never connected, with one shard."""
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), max_messages=None, shard_count=1)
    client.loop = client.http.loop = asyncio.get_running_loop()
    client._connection.loop = client.loop
    return client


async def opened(client: discord.AutoShardedClient) -> tuple[list[str], list[DiscordWebSocket]]:
    """Let *client* open a connection that ends with its first frame; return its address and itself."""
    addresses: list[str] = []
    connections: list[DiscordWebSocket] = []

    class Socket:
        async def receive(self, *_: object, **__: object) -> None:
            raise Seen

    async def connect(url: str, *, compress: int = 0) -> Any:
        assert compress in (0, 15)
        addresses.append(url)
        return Socket()

    client.http.ws_connect = connect  # type: ignore[method-assign]
    client._connection._update_references = connections.append  # type: ignore[method-assign,assignment]
    with pytest.raises(Seen):
        await DiscordWebSocket.from_client(client, shard_id=0)
    return addresses, connections


async def base_is_read_at_each_route() -> None:
    before, Route.BASE = Route.BASE, THERE
    try:
        assert Route("GET", "/users/@me").url == f"{THERE}/users/@me"
    finally:
        Route.BASE = before
    assert before == "https://discord.com/api/v10"


async def default_gateway_is_where_a_client_connects() -> None:
    before = DiscordWebSocket.DEFAULT_GATEWAY
    DiscordWebSocket.DEFAULT_GATEWAY = URL("ws://127.0.0.1:1/gateway")
    try:
        [address], _ = await opened(a_client())
    finally:
        DiscordWebSocket.DEFAULT_GATEWAY = before
    assert address.startswith("ws://127.0.0.1:1/gateway?")


async def ws_connect_is_taken_from_the_client() -> None:
    addresses, _ = await opened(a_client())
    assert addresses[0].startswith(str(DiscordWebSocket.DEFAULT_GATEWAY))


async def connection_is_the_state_of_every_websocket() -> None:
    client = a_client()
    _, [websocket] = await opened(client)
    assert websocket._connection is client._connection


async def parsers_are_what_a_websocket_calls() -> None:
    client = a_client()
    parsers = client._connection.parsers
    assert {"READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE", "INTERACTION_CREATE"} <= parsers.keys()
    assert all(map(callable, parsers.values()))
    _, [websocket] = await opened(client)
    assert websocket._discord_parsers is parsers


async def guilds_are_added_and_forgotten() -> None:
    client = a_client()
    state = client._connection
    told: Any = guild_json(usual_guilds()[GUILD])
    made = state._add_guild_from_data(told)
    assert list(client.guilds) == [made]
    assert (str(made.id), made.shard_id) == (GUILD, 0)
    state._remove_guild(made)
    assert not client.guilds


async def a_bucket_is_asked_for_and_entered_before_a_call() -> None:
    asked: list[str] = []

    class Wire(HTTPClient):
        def get_ratelimit(self, key: str) -> Ratelimit:
            asked.append(key)
            raise Seen

    with pytest.raises(Seen):
        await Wire(asyncio.get_running_loop()).request(
            Route("POST", "/channels/{channel_id}/messages", channel_id=7)
        )
    assert asked == ["POST /channels/{channel_id}/messages:7"]
    assert {"__aenter__", "__aexit__", "update"} <= vars(Ratelimit).keys()


async def buckets_are_kept_by_key() -> None:
    wire = HTTPClient(asyncio.get_running_loop())
    bucket = wire.get_ratelimit("key")
    assert wire._buckets == {"key": bucket}


def a_pulse() -> KeepAliveHandler:
    """Return a keep-alive thread that does not run, of a connection that is none."""
    websocket: Any = SimpleNamespace(thread_id=threading.get_ident(), _max_heartbeat_timeout=60.0)
    return KeepAliveHandler(ws=websocket, interval=41.25, shard_id=0)


async def last_ack_is_moved_by_an_answered_heartbeat_alone() -> None:
    pulse = a_pulse()
    began = pulse._last_ack = time.perf_counter() - 5
    pulse.tick()
    assert pulse._last_ack == began
    pulse.ack()
    assert 0 <= time.perf_counter() - pulse._last_ack < 5


async def last_recv_is_moved_by_any_frame() -> None:
    pulse = a_pulse()
    pulse._last_recv = time.perf_counter() - 5
    pulse.tick()
    assert 0 <= time.perf_counter() - pulse._last_recv < 5


async def a_pulse_is_a_thread_that_knows_its_websocket() -> None:
    pulse = a_pulse()
    assert isinstance(pulse, threading.Thread)
    assert (pulse.interval, pulse.ws.thread_id) == (41.25, threading.get_ident())
    pulse.stop()
    pulse.run()  # ends at once


async def commands_are_listed_as_discord_says_them() -> None:
    asked: list[Route] = []

    class Wire(HTTPClient):
        async def request(self, route: Route, **_: object) -> Any:
            asked.append(route)
            return [{"name": "claudestatus"}]

    listed: object = await Wire(asyncio.get_running_loop()).get_global_commands(7)
    assert listed == [{"name": "claudestatus"}]
    [route] = asked
    assert (route.method, route.url) == ("GET", f"{Route.BASE}/applications/7/commands")


RELIED_ON: dict[str, Callable[[], Awaitable[None]]] = {
    "Route.BASE": base_is_read_at_each_route,
    "DiscordWebSocket.DEFAULT_GATEWAY": default_gateway_is_where_a_client_connects,
    "HTTPClient.ws_connect": ws_connect_is_taken_from_the_client,
    "HTTPClient.get_ratelimit": a_bucket_is_asked_for_and_entered_before_a_call,
    "HTTPClient._buckets": buckets_are_kept_by_key,
    "HTTPClient.get_global_commands": commands_are_listed_as_discord_says_them,
    "Client._connection": connection_is_the_state_of_every_websocket,
    "DiscordWebSocket._connection": connection_is_the_state_of_every_websocket,
    "ConnectionState.parsers": parsers_are_what_a_websocket_calls,
    "ConnectionState._add_guild_from_data": guilds_are_added_and_forgotten,
    "ConnectionState._remove_guild": guilds_are_added_and_forgotten,
    "KeepAliveHandler": a_pulse_is_a_thread_that_knows_its_websocket,
    "KeepAliveHandler._last_ack": last_ack_is_moved_by_an_answered_heartbeat_alone,
    "KeepAliveHandler._last_recv": last_recv_is_moved_by_any_frame,
}
"""Every name that discord.py does not document, and what it has to mean."""


@pytest.mark.parametrize("name", RELIED_ON)
async def test_the_library_is_what_the_adapter_takes_it_for(name: str) -> None:
    await RELIED_ON[name]()


def test_no_private_part_of_the_library_is_used_that_is_not_in_the_table() -> None:
    listed = {name.rpartition(".")[2] for name in RELIED_ON}
    used = {
        name
        for file in Path(str(adapters.discord.__file__)).parent.glob("*.py")
        for name in foreign_parts(ast.parse(file.read_text("utf-8")))
    }
    assert {"_connection", "_last_ack", "_last_recv", "_remove_guild"} <= used
    assert used <= listed


def foreign_parts(tree: ast.Module) -> Iterator[str]:
    """Yield the private names that a module takes from what it did not make: not set, not defined in it."""
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    own = {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    own |= {function.name for function in functions}
    private = {node.attr for node in attributes if node.attr.startswith("_") and node.attr[:2] != "__"}
    yield from private - own
