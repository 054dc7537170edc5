"""One arena for the histories of a file, and no log of the refusals and crashes that are wanted there."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.properties.arena import Arena


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Arena() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _without_logs() -> Iterator[None]:
    log = logging.getLogger("bot")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    yield
    log.setLevel(before)
