"""The campaign of kills. Prints its figures, and ends with 1 if the delivery contract was broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.chaos.kills import Figures, campaign


def main(arguments: Sequence[str]) -> int:
    """Run the campaign that *arguments* ask for."""
    options = _options(arguments)
    figures = asyncio.run(campaign(options.kills, options.seed, options.ledger))
    print(json.dumps(asdict(figures), ensure_ascii=False) if options.json else words(figures))
    return 1 if figures.found.count else 0


def words(figures: Figures) -> str:
    """Return the figures for people."""
    found = figures.found
    seconds, kinds = round(figures.seconds), [f"{name} {len(lines)}" for name, lines in asdict(found).items()]
    text = f"""\
{figures.kills} kills in {seconds} s, {figures.accepted} of them between Discord's acceptance and our receipt
{figures.incidents} incidents with {figures.updates} updates, in three channels of three styles
{figures.messages} messages; {figures.recognised} repeated sends were recognised by their nonce
{", ".join(kinds)}"""
    later = [f"doubled later than Discord remembers: {line}" for line in found.forgotten]
    return "\n".join([text, *found.lines, *later])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py chaos", description=__doc__)
    parser.add_argument("--discord", action="store_true", required=True, help="with Discord's stand-in")
    parser.add_argument("--kills", type=int, default=200, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (%(default)s)")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="write what Discord held to FILE")
    parser.add_argument("--json", action="store_true", help="print one object")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
