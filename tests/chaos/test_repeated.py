"""What was made twice under one nonce, what was recognised, and what Discord held in the end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.held import write
from tests.chaos.kills import POSTING, recognised
from tests.chaos.planted import BEGAN, as_it_should_be, call, found_in, message, told_to_its_end, tried
from tests.chaos.verdict import violations
from tests.fakes.discord.ledger import Ledger
from tests.fakes.discord.places import TEXT


def repeated(ledger: Ledger, identity: str, after: float, *, status: int | None, restarted: bool) -> None:
    """Let a message have been made a first time before, under the same nonce."""
    later = found_in(ledger, identity)
    ledger.all_messages.insert(
        0, replace(later, id=f"{identity}-first", made_at=BEGAN - timedelta(seconds=after))
    )
    tried(ledger, identity, -after, status=status)
    if restarted:
        ledger.calls.append(call("GET", "/users/@me", -1))
    tried(ledger, identity, 0)


@pytest.mark.parametrize("identity", ["1", "2", "40", "43", "33", "5", "11"])
@pytest.mark.parametrize(
    ("after", "status", "restarted", "is_allowed"),
    [
        (121, None, False, True),
        (121, 200, True, True),
        (121, 200, False, False),
        (119, None, True, False),
    ],
)
def test_doubled_is_allowed_after_discords_memory_where_the_outcome_was_unknown(
    identity: str, after: float, status: int | None, *, restarted: bool, is_allowed: bool
) -> None:
    ledger = as_it_should_be()
    repeated(ledger, identity, after, status=status, restarted=restarted)
    found = violations(ledger, told_to_its_end())
    assert (bool(found.forgotten), bool(found.count)) == (is_allowed, not is_allowed)


def test_what_discord_held_can_be_read(tmp_path: Path) -> None:
    ledger, file = as_it_should_be(), tmp_path / "held.jsonl"
    tried(ledger, "1", 0, status=None)
    tried(ledger, "1", 2)
    write(ledger, file)
    first, *others = map(json.loads, file.read_text("utf-8").splitlines())
    assert len(others) == len(ledger.all_messages) - 1
    assert (first["channel"], first["id"], first["nonce"]) == (TEXT, "1", "nonce-1")
    assert [one["status"] for one in first["tries"]] == [None, 200]
    assert "Step 3" in first["words"]
    assert "Step 3" not in first["edits"][0]


def test_nothing_accepted_is_nothing_recognised() -> None:
    assert recognised(Ledger()) == 0


def test_a_repeated_try_is_recognised_once() -> None:
    ledger = Ledger([message("1", TEXT, 0)])
    for after in (0, 5):
        tried(ledger, "1", after)
    ledger.calls[:] = [replace(one, route=POSTING) for one in ledger.calls]
    assert recognised(ledger) == 1
