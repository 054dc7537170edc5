"""In the end every channel shows what it should, whatever happened; and the judge finds mistakes."""

from __future__ import annotations

import pytest

from tests.properties.arena import Arena
from tests.properties.flaws import FLAWS, Flaw
from tests.properties.history import CHANNELS, live

HISTORIES = 200
FEW_CHANNELS = 4
MOST_SEEDS = 30
LIKELY_SEEDS = {
    "an edit is written down before it is accepted": (5, 8, 16),
    "a deleted message is taken for alive": (1, 3),
    "a lost card comes back under its old nonce": (5, 4, 7),
    "a loud word is not remembered": (122, 114, 103),
    "a mute is ignored": (2,),
    "what failed is not tried again": (6,),
}
"""Where a flaw was found before: looked at first, to come to it sooner. Others are looked at all the same."""


@pytest.mark.parametrize("seed", range(1, HISTORIES // CHANNELS + 1))
def test_a_channel_converges_whatever_happens_on_the_way(arena: Arena, seed: int) -> None:
    assert live(arena, seed).violations == ()


def test_a_seed_shows_the_same_again(arena: Arena) -> None:
    assert live(arena, 5, channels=FEW_CHANNELS) == live(arena, 5, channels=FEW_CHANNELS)


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=FLAWS.keys())
def test_a_mistake_is_found(arena: Arena, flaw: Flaw, request: pytest.FixtureRequest) -> None:
    seeds = (*LIKELY_SEEDS.get(request.node.callspec.id, ()), *range(1, 1 + MOST_SEEDS))
    assert any(live(arena, seed, flaw=flaw).violations for seed in seeds)
