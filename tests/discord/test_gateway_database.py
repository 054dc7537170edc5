"""No session is begun that is not counted, and none beyond the budget; what is wrong is told once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import pytest

from adapters.discord.identify import BUDGET
from bot.ports import Store
from storage.store import SqlStore
from tests.discord.gateway_bot import eventually, gateway_bot, lines
from tests.fakes.discord.gateway import Gateway as StandInGateway
from tests.stores import empty_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with empty_store() as opened:
        yield opened


async def test_a_spent_budget_is_one_line_and_no_identify_until_there_is_more(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Alerts go out all the same: only the gateway waits."""
    caplog.set_level(logging.INFO)

    async def spent(gateway: StandInGateway) -> None:
        now = gateway.standin.clock.now()
        for _ in range(20):
            assert not await store.spend(BUDGET, now, [(timedelta(hours=1), 20)])

    async with gateway_bot(store, before=spent) as on:
        await on.up()
        await eventually(lambda: len(lines(caplog)) == 2)
        (identified,) = on.gateway.identified
        assert on.slept == [3600]
        assert identified.at.hour == 13
    away, back = lines(caplog)
    assert away.startswith(
        "Discord's gateway is left alone until 2026-05-04 13:00 UTC, because too many sessions"
    )
    assert "Alerts go out" in away
    assert back.startswith("Discord is connected again")


async def test_discords_own_limit_of_sessions_is_kept(store: SqlStore) -> None:
    def none_left(gateway: StandInGateway) -> None:
        gateway.starts, gateway.resets_in = 0, 7_200_000

    async with gateway_bot(store, before=none_left) as on:
        await eventually(lambda: on.slept != [] or on.bot.trouble is not None)
        assert on.gateway.identified == []
        assert "until 2026-05-04 14:00 UTC, because Discord allows no new session" in str(on.bot.trouble)
        on.gateway.starts = 1000
        await on.up()
        assert on.slept[0] == 7200


async def test_without_a_database_discord_is_not_bothered(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody could say how often a session was begun before; and it is no fault of Discord's."""
    async with empty_store() as closed:
        pass
    async with gateway_bot(closed) as on:
        await eventually(lambda: len(on.slept) >= 8)
        assert on.discord.ledger.calls == []
        assert on.gateway.connections == []
        assert 15 <= on.slept[-1] <= 30
        assert on.bot.trouble is not None
    (line,) = lines(caplog)
    assert line.startswith("the database cannot be used (")
    assert "`check` says what is wrong with the database" in line
    assert "proxy" not in line


async def test_a_database_that_goes_between_login_and_session_is_not_discords_fault(store: SqlStore) -> None:
    async with gateway_bot(cast("Store", WithoutSessions(store))) as on:
        await eventually(lambda: len(on.slept) >= 2)
        assert on.gateway.identified == []
        assert str(on.bot.trouble).startswith("the database cannot be used (OSError")
        assert "secret" not in str(on.bot.trouble)


class WithoutSessions:
    """A store that counts logins, and fails to count sessions."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def spend(self, budget: str, *given: Any) -> timedelta:
        if budget == BUDGET:
            raise OSError("password=secret")
        return await self._store.spend(budget, *given)
