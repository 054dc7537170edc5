"""Removals: whatever order their events come in, the token goes, and a new installation stays."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from storage.errors import StorageError
from tests.fakes.slack.http_sender import JSON
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.removal import revoke, revoked_event, uninstall, uninstalled_event
from tests.slack.many import ManyScene, many_scene


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


ORDERS = [*itertools.permutations([0, 1]), (0,), (1,), (0, 0, 1), (1, 0, 1, 0)]


async def test_in_whatever_order_they_come_the_token_is_deleted(scene: ManyScene) -> None:
    await scene.installed("T0")
    for index, order in enumerate(ORDERS, 1):
        workspace = await scene.installed(f"T{index}")
        events = uninstall(scene.slack, workspace)
        for number in order:
            assert (await scene.process.sender.event(events[number])).status == 200
            assert await scene.kept() == ["T0"], order


async def test_late_ones_never_wipe_a_new_installation(scene: ManyScene) -> None:
    for index, order in enumerate(ORDERS):
        workspace = await scene.installed(f"T{index}")
        events = uninstall(scene.slack, workspace)
        scene.clock.advance(timedelta(seconds=1))
        await scene.installs(workspace)
        kept = await scene.installations.find(workspace.team_id)
        assert kept is not None
        for number in order:
            assert (await scene.process.sender.event(events[number])).status == 200
        assert await scene.installations.find(workspace.team_id) == kept, order


async def test_a_late_one_counts_by_slack_s_clock_whatever_ours_says(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    early = uninstalled_event(scene.slack, workspace) | {"event_time": 0}
    assert (await scene.process.sender.event(early)).status == 200
    assert await scene.kept() == ["T1"]


async def test_between_two_installations_the_first_removal_counts_and_the_second_does_too(
    scene: ManyScene,
) -> None:
    workspace = await scene.installed("T1")
    late = (await scene.uninstalls(workspace))[1]
    scene.clock.advance(timedelta(seconds=5))
    await scene.installs(workspace)
    scene.clock.advance(timedelta(seconds=5))
    await scene.process.sender.event(late | {"event_id": "EvANEW"})
    assert await scene.kept() == ["T1"]
    await scene.uninstalls(workspace)
    assert await scene.kept() == []


async def test_the_tokens_of_people_are_none_of_ours(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    event = revoked_event(scene.slack, workspace, bot=False, people=("U0ADMIN",))
    assert (await scene.process.sender.event(event)).status == 200
    assert await scene.kept() == ["T1"]


async def test_a_removal_from_nobody_s_workspace_is_acknowledged(scene: ManyScene) -> None:
    event = uninstalled_event(scene.slack, scene.workspace("T9"))
    assert (await scene.process.sender.event(event)).status == 200


SPOILT: list[Callable[[Json], Json]] = [
    lambda event: {key: value for key, value in event.items() if key != "event_time"},
    lambda event: event | {"event_time": "soon"},
    lambda event: event | {"event_time": True},
    lambda event: event | {"event_time": 10**30},
    lambda event: event | {"event_time": -(10**30)},
    lambda event: event | {"team_id": ""},
    lambda event: event | {"event": {"type": "tokens_revoked", "tokens": ["bot"]}},
    lambda event: event | {"event": {"type": "tokens_revoked"}},
]


async def test_one_that_cannot_be_read_removes_nothing_and_does_not_come_again(scene: ManyScene) -> None:
    workspace = await scene.installed("T1")
    for spoil in SPOILT:
        answer = await scene.process.sender.event(spoil(uninstalled_event(scene.slack, workspace)))
        assert (answer.status, answer.retry, await scene.kept()) == (200, 0, ["T1"])


class _Failing:
    """Installations whose removals fail *left* times."""

    def __init__(self, scene: ManyScene, left: int) -> None:
        self._scene = scene
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene.installations, name)

    async def remove(self, *given: Any) -> bool:
        self._left -= 1
        if self._left >= 0:
            raise StorageError("The database failed: canary")
        return await self._scene.installations.remove(*given)


@pytest.mark.parametrize("make", [uninstalled_event, revoked_event])
async def test_one_that_could_not_be_written_down_comes_again(
    scene: ManyScene, make: Callable[..., Json], caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt acknowledges events before their listeners end; this one must not be."""
    workspace = await scene.installed("T1")
    failing = await scene.start(kept=_Failing(scene, 2))
    revoke(scene.slack, workspace)
    answer = await failing.sender.event(make(scene.slack, workspace))
    assert [one.status for one in failing.sender.answers] == [500, 500, 200]
    assert (answer.retry, await scene.kept()) == (2, [])
    assert "canary" not in caplog.text


async def test_the_same_event_twice_is_handled_once(scene: ManyScene) -> None:
    """Or a repetition could be taken for a removal of the new installation."""
    workspace = await scene.installed("T1")
    (event, _) = await scene.uninstalls(workspace)
    await scene.installs(workspace)  # within the same second
    body = json.dumps(event).encode()
    assert (await scene.process.sender.send(body, JSON)).status == 200
    assert await scene.kept() == ["T1"]


async def test_one_that_is_not_signed_removes_nothing(scene: ManyScene) -> None:
    event = uninstalled_event(scene.slack, await scene.installed("T1"))
    body = json.dumps(event).encode()
    headers = scene.process.sender.signed(body, secret="guessed")
    assert (await scene.process.sender.send(body, JSON, headers=headers)).status == 401
    assert await scene.kept() == ["T1"]


async def test_the_removal_is_told_in_the_log_without_a_token(
    scene: ManyScene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    workspace = await scene.installed("T1")
    await scene.uninstalls(workspace)
    assert [one for one in caplog.messages if "T1" in one] == [
        "the app was installed workspace=T1",
        "the app was removed, its token is deleted workspace=T1",
    ]
    assert workspace.token not in caplog.text
