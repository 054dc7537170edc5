"""A process that stops leaves what it led to the one that stands by; one without couriers answers people."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from pathlib import Path

from adapters.clock import SystemClock
from bot.courier import Courier
from bot.domain.delivery import Post, Reference, Scope, Verdict
from bot.domain.subscription import Channel
from bot.leading import LEASE
from bot.ports import Refused
from storage.opening import open_store
from tests.fakes.slack.people import People
from tests.program.outage import Outage
from tests.program.process import ended, line_with, until
from tests.program.side_by_side import Database, installation
from tests.program.slack import SECRET, free_port, over_http
from tests.program.test_roles import started


class Closed:
    """A `Chat` into which nobody lets us: what another process finds."""

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Be refused."""
        raise Refused(Verdict.PAUSE, Scope.CHANNEL, "not_in_channel", "I am not a member.")

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Be refused."""
        raise AssertionError("there is nothing to edit")


async def _nothing_to_settle() -> None:
    """The program is another process: what it does is waited for in the ledger."""


async def test_a_clean_stop_hands_watch_and_gateway_over_at_once(tmp_path: Path, emptied_schema: str) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(installation())
        Outage(here.page).show()
        gateway, database = here.discord.gateway, Database(emptied_schema)
        variables = {**here.variables, "DATABASE_URL": emptied_schema}
        one = await started(tmp_path / "one", stack, "watch", "discord", **variables)
        await gateway.until_identified(1)
        two = await started(tmp_path / "two", stack, "watch", "discord", **variables)
        await line_with(two, "Storing")
        one.terminate()
        began = time.monotonic()
        assert (await ended(one)).code == 0
        polls = len(here.page.requests)
        await until(lambda: len(here.page.requests) > polls)
        watched = time.monotonic() - began
        await gateway.until_identified(2)
        heard = time.monotonic() - began
        assert set(database.leads().values()) == {two.pid}
        two.terminate()
        assert (await ended(two)).code == 0
        assert len(gateway.identified) == 2
    assert max(watched, heard) < LEASE.total_seconds() / 2  # on an idle machine it takes one second or two
    print(f"polled again after {watched:.1f} s, in Discord again after {heard:.1f} s")


async def test_a_web_process_alone_answers_and_tells_what_became_of_it_elsewhere(
    tmp_path: Path, emptied_schema: str
) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(installation())
        variables = {
            **here.variables,
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": SECRET,
            "PORT": str(port),
            "DATABASE_URL": emptied_schema,
        }
        process = await started(tmp_path / "web", stack, "web", **variables)
        await line_with(process, "Listening")
        people = People(here.slack, await over_http(stack, port, []), _nothing_to_settle)
        heard = await people.types("subscribe")
        assert heard.ack.status == 200
        assert (here.page.requests, here.discord.standin.ledger.calls) == ([], [])
        store = await open_store(emptied_schema)
        courier = Courier(store, {"slack": Closed()}, SystemClock(), owner="another:0")
        assert await courier.run_dry() >= 1
        await store.close()
        await until(lambda: any("/invite" in str(one.body) for one in here.slack.ledger.responses))
        process.terminate()
        assert (await ended(process)).code == 0
    assert here.slack.ledger.counts()["chat.postMessage"] == 0
