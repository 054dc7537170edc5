r"""The `.env` file: variables for people who do not want to set them in a shell.

Each line is empty, a comment, or `KEY=VALUE`:

- `KEY` is letters, digits and `_`, not beginning with a digit; nothing stands before it or around `=`;
- `VALUE` is taken as it is: no `$` is expanded and no backslash means anything;
- a value with spaces, quotes or `#` in it stands between two `'` or two `"`, which are taken off;
- `#` begins a comment at the start of a line, and after a value and a space;
- a key stands in one line only.
"""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings.problems import BadSettings, Problem, Wrong

LARGEST_BYTES = 1024 * 1024

_BLANK = re.compile(r"[ \t]*(#.*)?")
_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_VALUE = re.compile(r"""("[^"]*"|'[^']*'|(?:[^\s"'#][^\s"']*)?)([ \t]+#.*|[ \t]*)""")


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the variables of the file *path*, none if it does not exist.

    The real environment is meant to win: `{**read_dotenv(path), **os.environ}`. Raises `BadSettings`
    with each line that is malformed, by its number, or with the reason why *path* cannot be read.
    """
    try:
        return parse(_text(path), path.name)
    except FileNotFoundError:
        return {}
    except OSError as error:
        reason, cure = f"cannot be read ({error.strerror})", "let this user read it, or remove it"
    except ValueError:
        reason, cure = "is not UTF-8 text", "save it as UTF-8"
    except Wrong as wrong:
        reason, cure = wrong.problem, wrong.cure
    raise BadSettings((Problem(path.name, reason, cure),))


def parse(text: str, name: str) -> dict[str, str]:
    """Return the variables that *text* sets; *name* is what its problems call it. Raises `BadSettings`."""
    found: dict[str, tuple[int, str]] = {}
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            _take(line.removesuffix("\r"), number, found)
        except Wrong as wrong:
            problems.append(Problem(f"{name} line {number}", wrong.problem, wrong.cure))
    if problems:
        raise BadSettings(tuple(problems))
    return {key: value for key, (_, value) in found.items()}


def _take(line: str, number: int, found: dict[str, tuple[int, str]]) -> None:
    if _BLANK.fullmatch(line):
        return
    key = _KEY.match(line)
    if key is None:
        raise Wrong("is not KEY=VALUE", "write KEY=VALUE with nothing before KEY and no space around =")
    value = _VALUE.fullmatch(line, key.end())
    if value is None:
        raise Wrong("has a value with spaces, quotes or # in it", "put the whole value between ' and '")
    if key[1] in found:
        raise Wrong(f"sets again what line {found[key[1]][0]} sets", "remove one of the two lines")
    text = value[1]
    found[key[1]] = number, text[1:-1] if text[:1] in {'"', "'"} else text


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise Wrong("is larger than 1 MiB", "keep only variables in it")
    return content.decode("utf-8-sig")
