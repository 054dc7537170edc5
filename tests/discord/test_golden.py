"""The golden files: what Discord receives for each state is what they hold, and obeys Discord's rules.

After a change that is meant: `python -m tests.discord.golden`, then look at what changed in the files.
"""

from __future__ import annotations

import json

import pytest

from tests.discord.golden import HERE, written
from tests.discord.golden.states import ROLE, states
from tests.discord.reading import faults
from tests.fakes.discord.markdown_reader import read
from tests.fakes.discord.openapi import ABSENT, Description
from tests.fakes.discord.rules import problems

FILES = {file.stem: file for file in HERE.glob("*.json")}
NAMED = (f" role {ROLE}", " user 400000000000000400", " channel 300000000000000300")
CALLING = {"card_opened", "card_test", "loud_worse", "post_opened", "post_worse", "reply_worse"}
SPOKEN = CALLING | {"card_catching_up", "card_very_long", "loud_resolved", "post_resolved", "reply_resolved"}


async def test_every_state_is_shown_as_its_file_has_it() -> None:
    found = await states()
    assert sorted(found) == sorted(FILES)
    for name, rendered in found.items():
        assert written(rendered) == FILES[name].read_text(encoding="utf-8"), name
        wrong = [one for one in faults(rendered, "status.example.com") if not one.endswith(NAMED)]
        assert wrong == [], name


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_obeys_discords_rules(name: str) -> None:
    assert problems(json.loads(FILES[name].read_text(encoding="utf-8"))) == []


def test_every_file_is_a_message_by_the_api_description() -> None:
    description = Description.load()
    if not description.present:
        pytest.skip(ABSENT)
    for name, file in FILES.items():
        body = json.loads(file.read_text(encoding="utf-8"))
        assert description.schema_problems("MessageCreateRequest", body) == [], name


@pytest.mark.parametrize("name", sorted(FILES))
def test_only_what_begins_or_worsens_calls_somebody_and_only_what_is_loud_is_spoken(name: str) -> None:
    content = json.loads(FILES[name].read_text(encoding="utf-8"))["content"]
    assert read(content).found == ([f"role {ROLE}"] if name in CALLING else [])
    assert bool(content) is (name in SPOKEN)
