"""The long campaign plays what it is asked for, says what came of it, and fails if anything went wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import dev
from tests.properties.campaign import campaign, words
from tests.properties.history import CHANNELS, Figures

GOOD = Figures(seed=7, histories=CHANNELS, violations=(), messages=40, crashes=2, doubts=3, duplicates=1)


def test_a_campaign_prints_its_figures() -> None:
    asked = ["-m", "tests.properties", str(CHANNELS + 1), "--seed", "5", "--json"]
    ended = subprocess.run([sys.executable, *asked], cwd=dev.ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert (told["worlds"], told["histories"], told["first_seed"]) == (2, 2 * CHANNELS, 5)
    assert (told["violations"], told["messages"] > 0) == ([], True)


def test_a_violation_names_the_seed_that_shows_it_again() -> None:
    came_to = campaign([GOOD, replace(GOOD, seed=8, violations=("slack c1: card is not there",))], 7, 1.0)
    assert came_to.violations == ("seed 8: slack c1: card is not there",)
    assert words(came_to).endswith("1 violations\nseed 8: slack c1: card is not there")
