"""Write the golden files anew: `python -m tests.discord.golden`, and then read what changed."""

from __future__ import annotations

import asyncio

from tests.discord.golden import HERE, written
from tests.discord.golden.states import states


def main() -> None:
    """Write a file for each state, and take away those of states that are no more."""
    wanted = {f"{name}.json": written(one) for name, one in asyncio.run(states()).items()}
    for file in HERE.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
