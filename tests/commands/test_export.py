"""An export is no larger than it may be: the oldest changes are left out first, and it says how many."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.discord.saying import MOST_FILE_BYTES
from bot.commands.export import MOST_BYTES, document
from bot.domain.kept import MOST_CHANNELS, Kept, KeptInstallation, KeptSubscription, KeptVersion, Tally
from bot.domain.subscription import Channel, Mention, Settings, Subscription
from storage.export import MOST_READ
from tests.factories import START, minute

LARGE = Settings(
    components=frozenset(f"component{number:04}" for number in range(20)), mention=Mention("here")
)


def channel(number: int, changes: int, count: int | None = None) -> KeptSubscription:
    """Return a channel with *changes* that were made in turns with the other channels'."""
    there = Channel("discord", "G1", f"{number:018}")
    one = Subscription(number, there, LARGE, START, created_by="1" * 18)
    versions = tuple(KeptVersion(minute(10 * at + number), "ann", "settings", LARGE) for at in range(changes))
    return KeptSubscription(one, versions, changes if count is None else count)


def kept(*channels: KeptSubscription) -> Kept:
    return Kept(Tally(len(channels), changes=sum(one.changes for one in channels)), channels)


def exported(whole: Kept, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    text = document("discord", "G1", whole, START, most_bytes=most_bytes)
    assert len(text.encode()) <= most_bytes
    found: dict[str, Any] = json.loads(text)
    return found


def test_what_fits_is_there_whole_oldest_first() -> None:
    told = exported(kept(channel(1, 3), channel(2, 2)))
    assert [len(one["changes"]) for one in told["channels"]] == [3, 2]
    assert [one["at"] for one in told["channels"][0]["changes"]] == [
        minute(1 + 10 * number).isoformat() for number in range(3)
    ]
    assert [one["changes_left_out"] for one in told["channels"]] == [0, 0]
    assert "channels_left_out" not in told


@pytest.mark.parametrize("most_bytes", [5_000, 20_000, 60_000])
def test_the_oldest_changes_of_all_are_left_out_first(most_bytes: int) -> None:
    whole = kept(channel(1, 50, 70), channel(2, 50))
    told = exported(whole, most_bytes)
    first, second = told["channels"]
    assert first["changes_left_out"] + len(first["changes"]) == 70
    assert second["changes_left_out"] + len(second["changes"]) == 50
    assert 0 <= len(second["changes"]) - len(first["changes"]) <= 1
    assert 0 < len(first["changes"]) < 50
    assert first["changes"][-1]["at"] == minute(491).isoformat()


def test_channels_are_left_out_last_and_counted() -> None:
    told = exported(kept(*[channel(number, 1) for number in range(20)]), 8_000)
    assert 0 < len(told["channels"]) < 20
    assert told["channels_left_out"] == 20 - len(told["channels"])


def test_the_largest_there_can_be_is_taken_as_a_file_by_discord() -> None:
    each = MOST_READ // 500
    whole = kept(*[channel(number, each) for number in range(500)])
    more = [channel(number, 0) for number in range(500, MOST_CHANNELS)]
    text = document("discord", "G1", kept(*whole.channels, *more), START)
    assert len(text.encode()) <= MOST_BYTES < MOST_FILE_BYTES
    assert len(json.loads(text)["channels"]) == MOST_CHANNELS


def test_who_installed_the_app_is_in_it_and_no_token() -> None:
    one = KeptInstallation(("chat:write", "commands"), "U0ANN", START + timedelta(hours=1))
    assert exported(Kept(installation=one))["installation"] == {
        "scopes": ["chat:write", "commands"],
        "installed_by": "U0ANN",
        "installed_at": minute(60).isoformat(),
    }
    erased = KeptInstallation((), "", START)
    assert exported(Kept(installation=erased))["installation"]["installed_by"] is None
