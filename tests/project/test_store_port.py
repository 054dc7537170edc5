"""The memory is asked about one channel or one workspace at a time: no method reaches across."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.delivery import Delivery
from bot.domain.kept import Kept
from bot.domain.subscription import Channel, Settings, Subscription
from bot.store import Store
from storage.store import SqlStore

EXEMPT = {
    "known": "what the page said belongs to nobody",
    "records_by_official_id": "what the page said belongs to nobody",
    "history": "what the page said belongs to nobody; tests and notices are left out",
    "records_since": "what the page said belongs to nobody; tests and notices are left out",
    "covered_since": "what the page said belongs to nobody",
    "record": "new knowledge wakes every subscription that wants it; it hands out a number",
    "health": "how reading the page goes",
    "set_health": "how reading the page goes",
    "lead": "which process has a duty",
    "give_up": "which process has a duty",
    "learn": "how fast Slack lets each workspace be told; nothing of a subscription",
    "learnt": "how fast Slack lets each workspace be told; nothing of a subscription",
    "claim": "the courier's: it serves all, each delivery with its own channel",
    "settle": "the courier's: each result names the claim it belongs to, fenced by its lease",
    "release_all": "leases of a process that is gone; it hands out a number",
    "next_due": "hands out a moment",
    "queue": "counts by platform, for whoever runs the bot",
    "ring": "the doorbell",
    "rung": "the doorbell",
    "first_time": "names of requests",
    "first_times": "names of requests",
    "not_yet": "names of requests",
    "spend": "names of budgets",
    "present": "the gateway's: which servers there are; it changes no subscription, and notes who is gone",
    "forget": "retention: what is over for everybody alike; it hands out a number",
}
"""The methods that take neither a channel nor a workspace, and why that is right."""

THEIRS = (Subscription, Settings, Delivery, Kept)
"""What belongs to a channel or a workspace."""

HAND_OUT_ALL = {"claim"}
"""The methods that hand out what belongs to many; only the courier calls them."""


def methods(of: type) -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(of, inspect.isfunction)
    return {name: one for name, one in found if not name.startswith("_")}


def takes_a_place(method: Callable[..., Any]) -> bool:
    """Return whether *method* is told which channel, or which workspace of which platform."""
    hints = typing.get_type_hints(method)
    parameters = inspect.signature(method).parameters
    channel = parameters.get("channel")
    if channel is not None:
        return channel.default is inspect.Parameter.empty and hints["channel"] is Channel
    named = [parameters.get(name) for name in ("platform", "workspace")]
    return all(one is not None and one.default is inspect.Parameter.empty for one in named)


@pytest.mark.parametrize("of", [Store, SqlStore])
def test_every_method_about_a_subscription_takes_a_channel_or_a_workspace(of: type) -> None:
    without = {name for name, method in methods(of).items() if not takes_a_place(method)}
    assert without - {"close"} == set(EXEMPT), "take a Channel or platform and workspace, or give the reason"


def test_no_exempt_method_hands_out_what_belongs_to_a_channel() -> None:
    for name in set(EXEMPT) - HAND_OUT_ALL:
        handed_out = str(typing.get_type_hints(methods(Store)[name])["return"])
        assert not any(one.__name__ in handed_out for one in THEIRS), name


def test_a_method_that_forgot_to_ask_whose_is_found() -> None:
    class Careless(typing.Protocol):
        async def everything(self) -> list[Subscription]: ...
        async def of_a_workspace(self, workspace: str) -> list[Subscription]: ...
        async def of_any(self, channel: Channel | None = None) -> list[Subscription]: ...
        async def right(self, channel: Channel) -> Subscription: ...

    found = {name: takes_a_place(one) for name, one in methods(Careless).items()}
    assert found == {"everything": False, "of_a_workspace": False, "of_any": False, "right": True}
