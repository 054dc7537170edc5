"""The documentation names the variables that the code reads, no more and no fewer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import SECRETS, VARIABLES, Settings, read
from bot.settings.dotenv import parse

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def comment_above(name: str) -> str:
    """Return the line before the one that sets *name*."""
    lines = EXAMPLE.splitlines()
    return lines[next(number for number, line in enumerate(lines) if line.startswith(f"{name}=")) - 1]


def test_the_example_names_every_variable_in_order() -> None:
    assert tuple(parse(EXAMPLE, ".env.example")) == VARIABLES


def test_the_example_holds_the_defaults() -> None:
    assert read(parse(EXAMPLE, ".env.example")) == Settings()


@pytest.mark.parametrize("name", VARIABLES)
def test_the_example_explains_each_variable_and_says_which_is_secret(name: str) -> None:
    comment = comment_above(name)
    assert re.fullmatch(r"# .{10,}[.]", comment)
    assert comment.endswith(" Secret.") == (name in SECRETS)


def test_the_readme_has_a_row_for_every_variable() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("README.md is not written yet")
    rows = re.findall(r"^\|([^|]*)\|", readme.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    assert named == set(VARIABLES)
