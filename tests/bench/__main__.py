"""`python -m tests.bench [SCENARIO …] [--rounds N] [--json]`: exit 1 where a ratio is over its limit."""

from __future__ import annotations

import argparse
import sys

from tests.bench import poll
from tests.bench.figures import Figure

SCENARIOS = {"poll": poll.measured}


def main() -> int:
    """Run the scenarios named, all if none is, and print a line for each figure."""
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], default=list(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: list[Figure] = []
    for name in options.scenarios:
        figures.extend(SCENARIOS[name](options.rounds))
    print(poll.as_document(figures) if options.json else "\n".join(map(str, figures)))
    return 0 if all(one.holds or one.ratio is None for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
