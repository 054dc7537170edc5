"""Five kills of the long campaign, and the judge's own sight."""

from __future__ import annotations

from tests.chaos.__main__ import words
from tests.chaos.kills import campaign


async def test_five_kills_lose_double_and_disorder_nothing() -> None:
    figures = await campaign(5, seed=3)
    assert figures.kills == 5
    assert figures.accepted >= 2
    assert figures.found.count == 0, words(figures)
