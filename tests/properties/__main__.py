"""The long campaign: many random histories, judged. Ends with 1 if any of them went wrong."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from math import ceil

from tests.properties.campaign import campaign, words, worlds
from tests.properties.history import CHANNELS


def main(arguments: Sequence[str]) -> int:
    """Run the campaign that *arguments* ask for, and print its figures."""
    options = _options(arguments)
    began = time.monotonic()
    figures = list(worlds(range(options.seed, options.seed + ceil(options.histories / CHANNELS))))
    came_to = campaign(figures, options.seed, time.monotonic() - began)
    print(json.dumps(asdict(came_to), ensure_ascii=False) if options.json else words(came_to))
    return 1 if came_to.violations else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py properties", description=__doc__)
    parser.add_argument("histories", nargs="?", type=int, default=10_000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first world (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one object")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
