"""The world of the conversation tests: the page was read once and says that all is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from aiohttp import ClientSession

from adapters.slack.http import PATH, SlackHttp
from adapters.slack.once import Once
from adapters.slack.session import open_client
from adapters.slack.socket import SlackSocket
from adapters.web import Route, serve
from tests.fakes.clock import SetClock
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.http_sender import HttpSender
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.standin import slack_stand_in
from tests.slack.ways import signed_way
from tests.slack.world import World
from tests.stores import empty_store

WAYS = ("socket", "http")
SECRET = "signing-secret-for-tests"


@pytest.fixture
async def unread_world() -> AsyncIterator[World]:
    """A world that hands payloads to the app with no way in between, and whose page was never read."""
    clock = SetClock()
    async with (
        empty_store() as store,
        slack_stand_in(clock=clock) as slack,
        open_client(slack.base_url) as client,
    ):
        slack.home.add_member("U0BOB")
        world = World(slack, store, clock, client)
        yield world
        await world.settle()


@pytest.fixture
async def silent_world(unread_world: World) -> World:
    """The same world once its page was read and said that all is well."""
    await unread_world.page_says()
    await unread_world.page_lists()
    return unread_world


@pytest.fixture(params=WAYS)
async def world(request: pytest.FixtureRequest, silent_world: World) -> AsyncIterator[World]:
    """The same world, with Slack's requests coming in over Socket Mode, and again over HTTP."""
    async with AsyncExitStack() as stack:
        open_way = over_socket if request.param == "socket" else over_http
        await open_way(silent_world, stack)
        yield silent_world


async def over_socket(world: World, stack: AsyncExitStack) -> None:
    """Let people come in over a websocket."""
    sockets = SocketMode(world.slack)
    once = Once(world.store, world.clock)
    running = asyncio.create_task(SlackSocket("xapp-test", world.slack.base_url, once, world.dispatch).run())
    stack.push_async_callback(_stopped, running)
    await sockets.until_open(1)

    async def way(kind: str, payload: Json) -> Ack:
        acknowledged = await sockets.acknowledged(await sockets.send(kind, payload))
        return Ack(200, acknowledged.payload or None)

    world.over(way)


async def over_http(world: World, stack: AsyncExitStack) -> None:
    """Let people come in over signed requests."""
    once = Once(world.store, world.clock)
    http = SlackHttp([SECRET], once, world.clock, world.dispatch)
    port = await stack.enter_async_context(serve(0, [Route("POST", PATH, http.handle)], host="127.0.0.1"))
    session = await stack.enter_async_context(ClientSession())
    world.over(signed_way(HttpSender(session, f"http://127.0.0.1:{port}{PATH}", SECRET, world.clock)))


async def _stopped(running: asyncio.Task[None]) -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
