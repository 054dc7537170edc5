"""Two workspaces that install the app, a Discord server, and one recorded outage: one program for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from adapters.clock import SystemClock
from adapters.slack.http import PATH
from adapters.slack.oauth import INSTALL, REDIRECT
from tests.factories import Document
from tests.fakes.page import FakePage, fake_page
from tests.fakes.slack.browser import Browser
from tests.fakes.slack.heard import shown
from tests.fakes.slack.http_sender import HttpSender
from tests.fakes.slack.ledger import Message
from tests.fakes.slack.people import People, Somebody
from tests.fakes.slack.removal import uninstall
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.fakes.slack.workspaces import Workspace
from tests.program.discord import DiscordSide, discord_side
from tests.program.process import ended, killed, line_with, start, until
from tests.program.recorded import BATCHES, at_step, needs_recording, recorded, said, show, squeezed, told_in
from tests.program.slack import SECRET, free_port
from tests.slack.ways import signed_way

pytestmark = needs_recording

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@dataclass
class Hosted:
    """The program at work for many, with Slack, Discord and the page before it."""

    slack: SlackStandIn
    side: DiscordSide
    page: FakePage
    people: People
    sender: HttpSender
    browser: Callable[[], Browser]
    url: str
    process: asyncio.subprocess.Process

    async def installs(self, team: Workspace) -> None:
        """Install the app in *team* from a browser of its own, and let Slack's time go on."""
        seen = await self.browser().installs(self.url + INSTALL, team)
        assert seen.status == 200, seen.words
        assert team.name in seen.words
        self.slack.clock.advance(timedelta(seconds=10))

    async def removes(self, team: Workspace) -> int:
        """Uninstall the app in *team*; returns how many calls had been made with its token before."""
        before = len(self.calls(team))
        self.slack.clock.advance(timedelta(seconds=10))
        for event in uninstall(self.slack, team):
            assert (await self.sender.event(event)).status == 200
        self.slack.clock.advance(timedelta(seconds=10))
        return before

    def calls(self, team: Workspace) -> list[str]:
        """Return the calls made with a token of *team*, in their order."""
        return [one.method for one in self.slack.ledger.calls if one.workspace == team.team_id]

    def told(self, team: Workspace) -> list[Message]:
        """Return what the bot told *team* of the incident: the notices of its settings are left out."""
        there = [one for one in self.slack.ledger.all_messages if one.workspace == team.team_id]
        return [one for one in there if one.author == team.bot_user and "<@U0ADMIN>" not in one.text]


@asynccontextmanager
async def hosted(folder: Path) -> AsyncIterator[Hosted]:
    """Run the program on a good day of the page, for whoever installs it."""
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(fake_page())
        show(page, None)
        slack = await stack.enter_async_context(slack_stand_in())
        side = await stack.enter_async_context(discord_side())
        session = await stack.enter_async_context(ClientSession())
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        slack.oauth.redirect_urls.add(url + REDIRECT)
        process = await start(
            folder,
            "run",
            **side.variables,
            STATUS_PAGE_URL=page.url,
            POLL_SECONDS="0.2",
            SLACK_API_URL=slack.base_url,
            SLACK_CLIENT_ID=slack.oauth.client_id,
            SLACK_CLIENT_SECRET=slack.oauth.client_secret,
            SLACK_SIGNING_SECRET=SECRET,
            TOKEN_ENCRYPTION_KEY=KEY,
            PORT=str(port),
            PUBLIC_URL=url,
        )
        stack.push_async_callback(killed, process)
        await line_with(process, "is up")
        await side.gateway.until_identified(1)
        sender = HttpSender(session, url + PATH, SECRET, SystemClock())
        people = People(slack, signed_way(sender), _nothing_to_settle)
        yield Hosted(slack, side, page, people, sender, lambda: Browser(session, slack.oauth), url, process)


async def _nothing_to_settle() -> None:
    """The program is another process: what it does is waited for in the ledger."""


def team(number: int) -> Workspace:
    """Return a workspace of its own, with one channel and an admin."""
    made = Workspace(f"T{number}", "", name=f"Team number {number}", bot_user=f"U{number}BOT")
    made.add_member(made.bot_user, bot=True)
    made.add_member("U0ADMIN", admin=True)
    made.add_channel(f"C{number}")
    return made


def admin(of: Workspace) -> Somebody:
    return Somebody("U0ADMIN", f"C{of.team_id[1:]}", of.team_id, of.team_id)


async def test_each_channel_is_told_in_its_own_settings_whatever_the_others_do(tmp_path: Path) -> None:
    """One workspace removes the app in the middle of the outage, and installs it again before its end."""
    incident = recorded()
    begun = datetime.fromisoformat(incident["created_at"])
    leaving, staying = team(1), team(2)
    async with hosted(tmp_path) as world:
        await subscribe(world, leaving, staying)
        incident = squeezed(incident, begun, datetime.now(UTC))
        await live(world, incident, leaving, staying)
        world.process.terminate()
        end = await ended(world.process)

    judge(world, incident, leaving, staying)
    assert (end.code, [line for line in end.err.splitlines() if "error" in line]) == (0, [])
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"xoxb-" not in path.read_bytes(), path


async def subscribe(world: Hosted, leaving: Workspace, staying: Workspace) -> None:
    """Let both workspaces install the app, and each channel have settings of its own."""
    for one, settings in ((leaving, ""), (staying, " style=post echo=off")):
        await world.installs(one)
        await world.people.types(f"subscribe{settings}", admin(one))
    await world.side.people.types("claudealerts subscribe")
    await until(lambda: all("chat.postMessage" in world.calls(one) for one in (leaving, staying)))


async def live(world: Hosted, incident: Document, leaving: Workspace, staying: Workspace) -> None:
    """Let the page tell of *incident* step by step; for two steps one workspace is without the app."""
    first, second, third, fourth = (at_step(incident, count) for count in BATCHES)
    show(world.page, first)
    await until(lambda: len(world.told(leaving)) == len(world.told(staying)) == 1)
    before = await world.removes(leaving)
    show(world.page, second)
    await until(lambda: len(world.told(staying)) == 2)
    show(world.page, third)
    await until(lambda: len(world.told(staying)) == 3)
    assert len(world.calls(leaving)) - before <= 1

    await world.installs(leaving)
    leaving.channels["C1"].bot_in = True
    await world.people.types("subscribe", admin(leaving))
    await until(lambda: len(world.told(leaving)) == 2)
    show(world.page, fourth)
    await until(lambda: len(world.told(leaving)) == 3 and len(world.told(staying)) == 4)
    await until(lambda: "Resolved" in shown(world.told(leaving)[0].blocks))
    await until(lambda: any("Resolved" in one.content for one in world.side.channel()))


def judge(world: Hosted, incident: Document, leaving: Workspace, staying: Workspace) -> None:
    """Each update once in each channel, the two that the one workspace missed together in one reply."""
    thread, posts = world.told(leaving), world.told(staying)
    assert [one.thread_ts for one in thread] == [None, thread[0].ts, thread[0].ts], "one card, told on"
    assert told_in(incident, list(map(words_of, thread))) == [0, 1, 1, 1, 2, 2]
    assert told_in(incident, list(map(words_of, posts))) == [0, 1, 1, 2, 3, 3]
    assert not any(one.thread_ts for one in posts)
    assert told_in(incident, [said(world.side.channel()[0].embeds)]) == [0] * 6


def words_of(message: Message) -> str:
    """Return what a message said at first."""
    return shown(message.edits[0][1] if message.edits else message.blocks)
