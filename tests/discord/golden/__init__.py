"""What Discord receives for each state of a card and for each answer, kept as files beside this one."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.discord.embeds import Rendered
from tests.discord.reading import payload

HERE = Path(__file__).parent


def written(rendered: Rendered) -> str:
    """Return a message as its golden file has it."""
    return json.dumps(payload(rendered), ensure_ascii=False, indent=2) + "\n"
