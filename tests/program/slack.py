"""The real program and a stand-in for Slack, with people who talk to it over either way in."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from adapters.clock import SystemClock
from tests.fakes.page import FakePage, fake_page
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.http_sender import HttpSender
from tests.fakes.slack.ledger import Json, Message
from tests.fakes.slack.people import People
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.program.outage import Outage
from tests.program.process import ended, killed, line_with, start, until

SECRET = "signing-secret-for-tests"
WAYS = ("socket", "http")


@dataclass
class Running:
    """The program at work, what Slack holds, and the people who use both."""

    slack: SlackStandIn
    page: FakePage
    outage: Outage
    people: People
    process: asyncio.subprocess.Process
    port: int
    latencies: list[float]

    def channel(self) -> list[Message]:
        """Return what one reads in the channel without opening a thread, by the bot."""
        return [one for one in self.slack.ledger.in_channel("C0STATUS") if one.author == "U0BOT"]

    def card(self) -> Message:
        """Return the incident's card."""
        (card,) = (one for one in self.channel() if self.outage.name in one.text and not one.thread_ts)
        return card

    def replies(self) -> list[Message]:
        return self.slack.ledger.replies(self.card())

    async def until_channel_holds(self, count: int) -> None:
        """Wait until that many messages stand in the channel."""
        await until(lambda: len(self.channel()) >= count)

    async def until_replies(self, count: int) -> None:
        """Wait until the card has that many replies."""
        await until(lambda: len(self.replies()) >= count)

    async def stops(self) -> tuple[int, str]:
        """Ask the program to stop and return its exit code and what it wrote to its log."""
        self.process.terminate()
        end = await ended(self.process)
        return end.code, end.err


@asynccontextmanager
async def running(
    way: str, folder: Path, first: Callable[[FakePage], None] | None = None, /, **variables: str
) -> AsyncIterator[Running]:
    """Run the program on a page where all is well, with Slack's requests coming in by *way*.

    *first* lets the page show something else than the example's three components, all well.
    """
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(fake_page())
        slack = await stack.enter_async_context(slack_stand_in())
        outage, latencies = Outage(page), list[float]()
        (first or (lambda _page: outage.show()))(page)
        port, sockets = free_port(), SocketMode(slack)
        chosen = {"SLACK_APP_TOKEN": "xapp-test"}
        if way == "http":
            chosen = {"SLACK_SIGNING_SECRET": SECRET, "PORT": str(port)}
        settings = {
            "STATUS_PAGE_URL": page.url,
            "POLL_SECONDS": "0.2",
            "SLACK_API_URL": slack.base_url,
            "SLACK_BOT_TOKEN": "xoxb-test",
        }
        process = await start(folder, "run", **{**settings, **chosen, **variables})
        stack.push_async_callback(killed, process)
        await line_with(process, "is up")
        if way == "http":
            carry = await over_http(stack, port, latencies)
        else:
            await sockets.until_open(1)
            carry = over_socket(sockets, latencies)
        people = People(slack, carry, _nothing_to_settle)
        yield Running(slack, page, outage, people, process, port, latencies)


def over_socket(sockets: SocketMode, latencies: list[float]) -> Any:
    """Return the way in over Socket Mode."""

    async def carry(kind: str, payload: Json) -> Ack:
        await sockets.until(lambda: any(not one.transport.is_closing() for one in sockets.open), "a socket")
        acknowledged = await sockets.acknowledged(await sockets.send(kind, payload))
        latencies.append(acknowledged.latency)
        return Ack(200, acknowledged.payload or None)

    return carry


async def over_http(stack: AsyncExitStack, port: int, latencies: list[float]) -> Any:
    """Return the way in over signed requests."""
    session = await stack.enter_async_context(ClientSession())
    sender = HttpSender(session, f"http://127.0.0.1:{port}/slack/events", SECRET, SystemClock())

    async def carry(kind: str, payload: Json) -> Ack:
        send = {"slash_commands": sender.command, "events_api": sender.event}.get(kind, sender.interactive)
        answered = await send(payload)
        latencies.append(answered.latency)
        return Ack(answered.status, json.loads(answered.body) if answered.body else None)

    return carry


async def _nothing_to_settle() -> None:
    """The program is another process: what it does is waited for in the ledger."""


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
