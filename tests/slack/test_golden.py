"""The golden files: what Slack receives for each state is what they hold, and obeys Slack's rules.

After a change that is meant: `python -m tests.slack.golden`, then look at what changed in the files.
"""

from __future__ import annotations

import json

import pytest

from adapters.slack.blocks import Rendered
from tests.fakes.slack.rules import mrkdwn_tokens, tokens_of
from tests.slack.golden import HERE, written
from tests.slack.golden.states import states
from tests.slack.reading import faults

FILES = {file.stem: file for file in HERE.glob("*.json")}


async def test_every_state_is_shown_as_its_file_has_it() -> None:
    found = await states()
    assert sorted(found) == sorted(FILES)
    for name, rendered in found.items():
        assert written(rendered) == FILES[name].read_text(encoding="utf-8"), name


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_obeys_slacks_rules(name: str) -> None:
    message = json.loads(FILES[name].read_text(encoding="utf-8"))
    found = faults(Rendered(message["text"], message["blocks"]), "status.example.com")
    assert [
        one for one in found if one != "broadcast here" and not one.startswith("context: bold */cl")
    ] == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_only_what_begins_or_worsens_calls_somebody(name: str) -> None:
    message = json.loads(FILES[name].read_text(encoding="utf-8"))
    called = [one for one in tokens_of(message["blocks"]) if one.startswith(("broadcast", "group", "user"))]
    assert called == (["broadcast here"] if name in {"card_opened", "reply_worse"} else [])
    assert ("broadcast here" in mrkdwn_tokens(message["text"])) is bool(called)
