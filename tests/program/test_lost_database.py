"""A PostgreSQL that is cut off in mid-work: no process ends, and everything goes on when it is back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.program.outage import Outage
from tests.program.process import ended, until
from tests.program.side_by_side import FIRST, IN_DISCORD, IN_SLACK, LAST, follow, installation
from tests.program.test_roles import started
from tests.storage.cable import cable_to

CUT_OFF_SECONDS = 3.0
"""Some polls, many ticks of the couriers, and some looks after the leads."""

SLACK, DISCORD = IN_SLACK[:12], IN_DISCORD[:4]
IN_EACH = [2, 3, 2, 3]
EVERYWHERE = len(SLACK) + len(DISCORD)


async def test_a_database_cut_off_in_the_middle_of_a_fan_out_ends_no_process_and_costs_no_message(
    tmp_path: Path, emptied_schema: str
) -> None:
    async with AsyncExitStack() as stack:
        cable = await stack.enter_async_context(cable_to(emptied_schema))
        here = await stack.enter_async_context(installation())
        outage = Outage(here.page)
        outage.show()
        await follow(emptied_schema, SLACK, DISCORD)
        variables = {**here.variables, "DATABASE_URL": cable.url, "LOG_LEVEL": "critical"}
        processes = [
            await started(tmp_path / "one", stack, "watch", "slack", "discord", **variables),
            await started(tmp_path / "two", stack, "deliver", **variables),
        ]
        await until(lambda: bool(here.page.requests))
        await here.discord.gateway.until_identified(1)
        outage.says("investigating", FIRST)
        await until(lambda: bool(here.shows(FIRST)))
        cable.cut()
        await asyncio.sleep(CUT_OFF_SECONDS)
        assert len(here.shows(FIRST)) < EVERYWHERE
        cable.mend()
        await until(lambda: len(here.shows(FIRST)) == EVERYWHERE, every=0.2)
        outage.says("resolved", LAST)
        await until(lambda: all(len(here.in_slack(channel)) == 2 for channel in SLACK), every=0.2)
        await until(lambda: [len(here.in_discord(one)) for one in DISCORD] == IN_EACH, every=0.2)
        assert [process.returncode for process in processes] == [None, None]
        for process in processes:
            process.terminate()
        codes = [(await ended(process)).code for process in processes]

    assert codes == [0, 0]
    assert [len(here.in_slack(channel)) for channel in SLACK] == [2] * len(SLACK)
    assert [len(here.in_discord(channel)) for channel in DISCORD] == IN_EACH
    assert len(here.discord.gateway.identified) == 1
