"""The stand-in: Slack's Web API on loopback, with its workspaces, its ledger and its failures."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from aiohttp import web

from tests.fakes.clock import SetClock
from tests.fakes.slack import rules
from tests.fakes.slack.faults import Fault, Faults, Match, Planned
from tests.fakes.slack.ledger import Json, Ledger
from tests.fakes.slack.methods import METHODS, Rejected
from tests.fakes.slack.oauth import AUTHORIZE, OAuthApp
from tests.fakes.slack.responder import Responder
from tests.fakes.slack.response_urls import ResponseUrl
from tests.fakes.slack.workspaces import Workspace, usual_workspaces

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FIRST_TS = 1_716_000_000
TRIGGER_LIFETIME = timedelta(seconds=3)
"""https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses."""


class SlackStandIn:
    """Slack, as far as the bot meets it. `start` and `stop` keep the port, so that an outage can be played.

    *workspaces* are by bot token, *dead* are tokens that were good once, with the code they get now.
    *oauth* is the app as people install it. *app_tokens* open Socket Mode. *tickets* are those of the
    websocket addresses given out, for the other half to take. *paced*: one message a second a channel,
    by *clock*.
    *refuses_orphans*: a reply to what was deleted is refused; else it comes to stand in the channel.
    """

    def __init__(self, port: int = 0, clock: SetClock | None = None) -> None:
        self.port = port
        self.clock = clock or SetClock()
        self.ledger = Ledger()
        self.workspaces: dict[str, Workspace] = usual_workspaces()
        self.dead: dict[str, str] = {}
        self.oauth = OAuthApp(self)
        self.app_tokens: set[str] = {"xapp-test"}
        self.tickets: set[str] = set()
        self.methods = dict(METHODS)
        self.paced = False
        self.refuses_orphans = False
        self.faults = Faults()
        self.response_urls: dict[str, ResponseUrl] = {}
        self.released = asyncio.Event()
        self.arrived = asyncio.Event()
        self._responder = Responder(self)
        self._mounted: dict[tuple[str, str], Handler] = {("GET", AUTHORIZE): self.oauth.ask}
        self._numbers = itertools.count(1)
        self._triggers: dict[str, datetime] = {}
        self._used_triggers: set[str] = set()
        self._last_post: dict[str, datetime] = {}
        self._windows: dict[tuple[str | None, str], tuple[datetime, int]] = {}
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.origin}/api/"

    @property
    def home(self) -> Workspace:
        """The workspace most tests are about."""
        return self.workspaces["xoxb-test"]

    @property
    def other(self) -> Workspace:
        """The second workspace."""
        return self.workspaces["xoxb-other"]

    # --- running -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen; after `stop`, on the same port as before."""
        self.released = asyncio.Event()
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._dispatch)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be away: every connection ends, no new one is taken."""
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def mount(self, method: str, path: str, handler: Handler) -> None:
        """Let *handler* answer *path*, now and after every `start`; how the websocket half comes in."""
        self._mounted[method.upper(), path] = handler

    async def _dispatch(self, request: web.Request) -> web.StreamResponse:
        handler = self._mounted.get((request.method, request.path))
        if handler is not None:
            return await handler(request)
        return await self._responder.respond(request)

    # --- what tests decide -------------------------------------------------------------------------

    def fail(
        self, method: str, *faults: Fault, times: int | None = 1, match: Match = lambda _token, _body: True
    ) -> None:
        """Let the next calls of *method* ("*": of any; "response_url": of those) fail, each *times* over.

        *times* None: until `heal`. Only calls whose token and body *match* are meant.
        """
        self.faults.planned.extend(Planned(method, fault, times, match) for fault in faults)

    def heal(self) -> None:
        """Forget all faults, and answer those that hang by closing their connection."""
        self.faults.planned.clear()
        self.released.set()
        self.released = asyncio.Event()

    async def called(self) -> None:
        """Wait until the Web API was called at all."""
        await self.arrived.wait()

    async def struck(self) -> None:
        """Wait until a call met a fault."""
        await self.faults.struck.wait()

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message, as people do; its replies stay."""
        message = self.ledger.find(channel, ts)
        assert message is not None, f"there is no {ts} in {channel}"
        message.deleted = True

    # --- what Slack makes --------------------------------------------------------------------------

    def next_ts(self) -> str:
        """Return the `ts` of the next message: unique, and later than every one before."""
        number = next(self._numbers)
        return f"{FIRST_TS + number // 10_000}.{number % 10_000 * 100:06d}"

    def fresh(self, prefix: str) -> str:
        """Return an identifier nobody had before."""
        return f"{prefix}{next(self._numbers):08d}"

    def trigger_id(self) -> str:
        """Return a fresh trigger, good for one view within three seconds of the stand-in's clock."""
        made = self.fresh("trigger.")
        self._triggers[made] = self.clock.now()
        return made

    def use_trigger(self, trigger: str) -> None:
        """Use *trigger* up. Raises `Rejected`."""
        if trigger in self._used_triggers:
            raise Rejected("exchanged_trigger_id")
        made_at = self._triggers.get(trigger)
        if made_at is None:
            raise Rejected("invalid_trigger_id")
        if self.clock.now() - made_at > TRIGGER_LIFETIME:
            raise Rejected("expired_trigger_id")
        self._used_triggers.add(trigger)

    def response_url(self, channel: str = "C0STATUS") -> str:
        """Return a fresh response_url for *channel*: five uses, thirty minutes."""
        path = f"/commands/{self.home.team_id}/{self.fresh('')}/{self.fresh('secret')}"
        self.response_urls[path] = ResponseUrl(path, channel, self.clock.now())
        return f"{self.origin}{path}"

    def connection_url(self) -> str:
        """Return a websocket address with a fresh ticket."""
        ticket = self.fresh("ticket")
        self.tickets.add(ticket)
        return f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={self.home.app_id}"

    # --- what methods ask --------------------------------------------------------------------------

    def thread_of(self, channel: str, ts: str) -> str | None:
        """Return the thread that a reply to *ts* joins, None where it comes to stand in the channel.

        A parent that was deleted keeps its thread while replies stand there.
        """
        parent = self.ledger.find(channel, ts)
        if parent is not None:
            return parent.thread_ts or parent.ts
        if any(one.thread_ts == ts for one in self.ledger.messages(channel)):
            return ts
        if self.refuses_orphans:
            raise Rejected("thread_not_found")
        return None

    def over_limit(self, method: str, token: str | None, body: Mapping[str, Any]) -> int | None:
        """Count a call; returns for how many seconds no more of it is taken, None where it is."""
        workspace, now = self.workspaces.get(token or ""), self.clock.now()
        if workspace is None:
            return None
        if self.paced and method == "chat.postMessage":
            last, channel = self._last_post.get(str(body.get("channel"))), str(body.get("channel"))
            if last is not None and now - last < timedelta(seconds=1):
                return 1
            self._last_post[channel] = now
        if workspace.per_minute is None:
            return None
        began, count = self._windows.get((token, method), (now, 0))
        if now - began >= timedelta(minutes=1):
            began, count = now, 0
        self._windows[token, method] = began, count + 1
        return None if count < workspace.per_minute else ceil((began - now).total_seconds() + 60)

    def block_problems(self, blocks: Any) -> list[str]:
        """Return what Block Kit would say against *blocks*."""
        return rules.problems(blocks)

    def view_problems(self, view: Json) -> list[str]:
        """Return what Block Kit would say against *view*."""
        return rules.view_problems(view)


@asynccontextmanager
async def slack_stand_in(port: int = 0, clock: SetClock | None = None) -> AsyncIterator[SlackStandIn]:
    """Return a Slack that listens on loopback for as long as one is inside."""
    slack = SlackStandIn(port, clock)
    await slack.start()
    try:
        yield slack
    finally:
        await slack.stop()
