"""What is known of people: asked seldom, kept while Slack says nothing, and never made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.members import FRESH, REMEMBERED, Members, Standing
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused
from tests.fakes.clock import SetClock

ADMIN = {"user": {"id": "U1", "is_admin": True}}
BUSY = Refused(Verdict.RETRY, Scope.WORKSPACE, "ratelimited", "Too fast.", retry_after=timedelta(seconds=30))
DOWN = Refused(Verdict.RETRY, Scope.PLATFORM, "internal_error", "Slack is unwell.")


class Slack:
    """Answers `users.info` with what it was given; None means the app may not ask."""

    def __init__(self, *answers: Mapping[str, Any] | Refused, scopes: frozenset[str] | None = None) -> None:
        self._answers = list(answers)
        self._scopes = scopes
        self.asked = 0

    async def call(self, workspace: str, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked += 1
        answer = self._answers.pop(0)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def scopes(self, workspace: str) -> frozenset[str] | None:
        return self._scopes


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


async def test_slack_is_not_asked_before_the_end_of_the_pause_it_asked_for(clock: SetClock) -> None:
    slack = Slack(BUSY, ADMIN)
    members = Members(slack, clock)
    first = [await members.standing("T1", "U1") for _ in range(5)]
    clock.advance(timedelta(seconds=30))
    assert (first, await members.standing("T1", "U1")) == ([Standing.DOUBT] * 5, Standing.ADMIN)
    assert slack.asked == 2


async def test_a_pause_of_one_workspace_is_no_pause_of_another(clock: SetClock) -> None:
    members = Members(Slack(BUSY, ADMIN), clock)
    assert await members.standing("T1", "U1") is Standing.DOUBT
    assert await members.standing("T2", "U1") is Standing.ADMIN


async def test_what_was_known_serves_for_a_day_while_slack_says_nothing(clock: SetClock) -> None:
    members = Members(Slack(ADMIN, DOWN, DOWN), clock)
    await members.standing("T1", "U1")
    clock.advance(timedelta(hours=23))
    assert await members.standing("T1", "U1") is Standing.ADMIN
    clock.advance(timedelta(hours=2))
    assert await members.standing("T1", "U1") is Standing.DOUBT


async def test_what_cannot_be_taken_back_is_never_answered_from_memory(clock: SetClock) -> None:
    slack = Slack(ADMIN, ADMIN, DOWN, BUSY)
    members = Members(slack, clock)
    await members.standing("T1", "U1")
    assert await members.fresh("T1", "U1") is Standing.ADMIN
    assert slack.asked == 1
    clock.advance(FRESH)
    assert await members.fresh("T1", "U1") is Standing.ADMIN
    clock.advance(FRESH)
    said = [await members.fresh("T1", "U1") for _ in range(3)]
    assert (said, slack.asked) == ([Standing.DOUBT] * 3, 4)
    assert await members.standing("T1", "U1") is Standing.ADMIN


async def test_who_was_no_admin_lately_is_not_asked_about_again(clock: SetClock) -> None:
    slack = Slack({"user": {}}, ADMIN)
    members = Members(slack, clock)
    assert [await members.fresh("T1", "U1") for _ in range(5)] == [Standing.MEMBER] * 5
    assert slack.asked == 1
    clock.advance(REMEMBERED)
    assert await members.fresh("T1", "U1") is Standing.ADMIN


async def test_nobody_is_asked_about_where_the_app_may_not_ask(clock: SetClock) -> None:
    slack = Slack(scopes=frozenset({"chat:write"}))
    assert await Members(slack, clock).standing("T1", "U1") is Standing.UNTOLD
    assert slack.asked == 0
