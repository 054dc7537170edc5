"""What holds for every test: loopback servers are reached directly, and a slow machine is no failure."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.contracts")  # its asserts explain themselves as a test's own do
hypothesis.settings.register_profile("tests", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def _without_proxies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        yield
