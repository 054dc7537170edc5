"""Several processes with different roles on one PostgreSQL: killed one by one, nobody misses anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.fakes.discord.faults import hang as hang_in_discord
from tests.fakes.slack.faults import hang as hang_in_slack
from tests.program.outage import Outage
from tests.program.process import ended, killed, start, until
from tests.program.side_by_side import (
    FIRST,
    IN_DISCORD,
    IN_SLACK,
    LAST,
    Database,
    Installation,
    Pages,
    follow,
    installation,
    surplus,
)

POSTING = "POST /channels/{channel_id}/messages"
EVERYWHERE = len(IN_SLACK) + len(IN_DISCORD)
WITHIN = 60.0

Process = asyncio.subprocess.Process


async def started(folder: Path, stack: AsyncExitStack, *roles: str, **variables: str) -> Process:
    """Start the program in a folder of its own, all of it unless *roles* say otherwise."""
    folder.mkdir(exist_ok=True)
    arguments = ("run", "--roles", ",".join(roles)) if roles else ("run",)
    process = await start(folder, *arguments, **variables)
    stack.push_async_callback(killed, process)
    return process


async def follow_by(moment: float, holds: Callable[[], bool]) -> float:
    """Wait until *holds* and return how many seconds after *moment* that was."""
    await until(holds, every=0.2)
    return time.monotonic() - moment


class Stage:
    """Four processes, each of which somebody can follow: a watcher, a Discord sender, a courier, the rest."""

    def __init__(self, here: Installation, database: Database) -> None:
        self.here = here
        self.database = database
        self.unknown: set[str] = set()
        self.times: dict[str, float] = {}

    async def open(self, folder: Path, stack: AsyncExitStack) -> None:
        """Start them, so that the first two lead what they are there for."""
        variables = {**self.here.variables, "DATABASE_URL": self.database.url}
        self.watcher = await started(folder / "w", stack, "watch", **variables)
        self.sender = await started(folder / "s", stack, "deliver", **variables)
        await until(lambda: {"watch", "discord"} <= self.database.leads().keys(), every=0.2)
        self.courier = await started(folder / "c", stack, "deliver", **variables)
        rest = ("watch", "deliver", "slack", "discord", "web")
        self.rest = await started(folder / "r", stack, *rest, **variables)
        leads = self.database.leads
        await until(lambda: sum(duty.startswith("courier") for duty in leads()) == 3, every=0.2)
        await until(lambda: "gateway" in leads(), every=0.2)
        assert (leads()["watch"], leads()["discord"]) == (self.watcher.pid, self.sender.pid)
        assert leads()["gateway"] == self.rest.pid

    async def kill_in_the_middle(self) -> None:
        """Kill one after the other, each with something in its hands."""
        slack, discord = self.here.slack, self.here.discord.standin
        await until(lambda: bool(self.here.shows(FIRST)))
        of_watcher = await self._kill(self.watcher)
        polls = len(self.here.page.requests)
        await discord.struck()
        of_sender = await self._kill(self.sender)
        posts = len(discord.ledger.calls_of(POSTING))
        await until(lambda: bool(self.database.in_hand(self.courier.pid) & set(IN_SLACK)), every=0.1)
        of_courier = await self._kill(self.courier)
        assert len(self.here.shows(FIRST)) < EVERYWHERE, "the fan-out was over before the last was killed"
        discord.heal()
        slack.heal()
        waits = [
            follow_by(of_watcher, lambda: len(self.here.page.requests) > polls),
            follow_by(of_sender, lambda: len(discord.ledger.calls_of(POSTING)) > posts),
            follow_by(of_courier, lambda: len(self.here.shows(FIRST)) == EVERYWHERE),
        ]
        names = ("watcher", "sender", "courier")
        self.times = dict(zip(names, await asyncio.gather(*waits), strict=True))
        assert self.database.leads()["watch"] == self.database.leads()["discord"] == self.rest.pid

    async def _kill(self, process: Process) -> float:
        """Kill *process*, note where nobody will know what it did, and return the moment."""
        process.kill()
        await process.wait()
        self.unknown |= self.database.in_hand(process.pid)
        return time.monotonic()

    @property
    def hung(self) -> set[str]:
        """The channels of Slack in which a message was accepted and its answer lost."""
        calls = self.here.slack.ledger.calls
        return {str(one.body["channel"]) for one in calls if one.accepted and one.answer is None}


async def test_three_of_four_processes_killed_in_a_fan_out_leave_what_one_process_leaves(
    tmp_path: Path, emptied_schema: str
) -> None:
    alone_url = f"sqlite:///{tmp_path}/alone.db"
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(installation())
        elsewhere = await stack.enter_async_context(installation())
        outage = Outage(Pages((here.page, elsewhere.page)).as_one)
        outage.show()
        for url in (emptied_schema, alone_url):
            await follow(url, IN_SLACK, IN_DISCORD)
        stage = Stage(here, Database(emptied_schema))
        await stage.open(tmp_path, stack)
        alone = await started(tmp_path / "alone", stack, **elsewhere.variables, DATABASE_URL=alone_url)
        await until(lambda: bool(elsewhere.page.requests))
        here.discord.standin.fail(POSTING, hang_in_discord(accepted=True), times=6)
        here.slack.fail("chat.postMessage", hang_in_slack(accepted=True), times=4)
        outage.says("investigating", FIRST)
        await stage.kill_in_the_middle()
        outage.says("resolved", LAST)
        await until(lambda: here.is_over and elsewhere.is_over, every=0.2)
        for process in (stage.rest, alone):
            process.terminate()
            assert (await ended(process)).code == 0

    judge(stage, here, elsewhere)


def judge(stage: Stage, here: Installation, elsewhere: Installation) -> None:
    """The same messages everywhere; in Slack one more where nobody could know that it was accepted."""
    several, one = here.told(), elsewhere.told()
    twice = {channel: surplus(several[channel], one[channel]) for channel in several}
    lacking = {channel: surplus(one[channel], several[channel]) for channel in several}
    twice = {channel: told for channel, told in twice.items() if told}
    print("taken over after", {name: round(after, 1) for name, after in stage.times.items()})
    print("of unknown outcome", sorted(stage.unknown | stage.hung))
    print("twice in Slack", {channel: len(told) for channel, told in twice.items()})
    for channel in twice:
        print(channel, "lacks", lacking[channel], "has besides", twice[channel])
    assert {channel: told for channel, told in lacking.items() if told} == {}
    assert set(twice) <= set(IN_SLACK) & (stage.unknown | stage.hung)
    assert all(len(told) == 1 for told in twice.values())
    assert max(stage.times.values()) < WITHIN
