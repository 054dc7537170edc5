"""Discord's rules for application commands, among them those its API description lacks.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord.component_rules import units

Json = dict[str, Any]

CHAT_INPUT, USER, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
SUBCOMMAND, GROUP = 1, 2
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15, ENTRY_POINT: 1}
MOST_CHARACTERS = 8000
NAME = re.compile(r"[-_'\w]{1,32}")
"""The documented pattern; `\\w` is what Python has for `\\p{L}\\p{N}`."""


def command_problems(commands: list[Json]) -> list[str]:
    """Return why Discord would refuse *commands*, the body of a bulk overwrite."""
    kinds = Counter(one.get("type", CHAT_INPUT) for one in commands)
    found = [f"/: {count} of type {kind}, at most {MOST.get(kind, 0)}" for kind, count in kinds.items()
             if count > MOST.get(kind, 0)]  # fmt: skip
    names = Counter((one.get("type", CHAT_INPUT), one.get("name")) for one in commands)
    found += [f"/: {name!r} twice" for name, count in names.items() if count > 1]
    for index, one in enumerate(commands):
        found += _command(one, f"/{index}")
    return found


def _command(one: Json, where: str) -> Iterator[str]:
    name, description = str(one.get("name", "")), one.get("description") or ""
    if one.get("type", CHAT_INPUT) == CHAT_INPUT:
        yield from _chat_input_name(name, where)
        yield from _description(description, where)
        yield from _options(one.get("options") or [], where, 0)
    else:
        if not 1 <= units(name.strip()) <= 32:
            yield f"{where}/name: {name!r}, 1 to 32 characters"
        if description:
            yield f"{where}/description: only CHAT_INPUT has one"
    size = _characters(one)
    if size > MOST_CHARACTERS:
        yield f"{where}: {size} characters in all, at most {MOST_CHARACTERS}"
    if one.get("contexts") is not None and not set(one["contexts"]) <= {0, 1, 2}:
        yield f"{where}/contexts: {one['contexts']!r}"
    if one.get("integration_types") is not None and not set(one["integration_types"]) <= {0, 1}:
        yield f"{where}/integration_types: {one['integration_types']!r}"


def _chat_input_name(name: str, where: str) -> Iterator[str]:
    if not NAME.fullmatch(name) or name != name.lower():
        yield f"{where}/name: {name!r} is no name of a command"


def _description(description: str, where: str) -> Iterator[str]:
    if not 1 <= units(description) <= 100:
        yield f"{where}/description: {units(description)} characters, 1 to 100"


def _options(options: list[Json], where: str, depth: int) -> Iterator[str]:
    if len(options) > 25:
        yield f"{where}/options: {len(options)}, at most 25"
    names = Counter(option.get("name") for option in options)
    yield from (f"{where}/options: {name!r} twice" for name, count in names.items() if count > 1)
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        yield f"{where}/options: subcommands and values together"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{where}/options: a required one after an optional one"
    for index, option in enumerate(options):
        yield from _option(option, f"{where}/options/{index}", depth)


def _option(option: Json, where: str, depth: int) -> Iterator[str]:
    yield from _chat_input_name(str(option.get("name", "")), where)
    yield from _description(option.get("description") or "", where)
    kind = option.get("type")
    if kind == GROUP and depth > 0:
        yield f"{where}: a group in a group"
    if kind in (SUBCOMMAND, GROUP):
        yield from _options(option.get("options") or [], where, depth + 1)
        return
    choices = option.get("choices") or []
    if len(choices) > 25:
        yield f"{where}/choices: {len(choices)}, at most 25"
    if choices and option.get("autocomplete"):
        yield f"{where}: choices and autocomplete exclude each other"
    for index, choice in enumerate(choices):
        yield from choice_problems(choice, f"{where}/choices/{index}")


def choice_problems(choice: Json, where: str) -> Iterator[str]:
    """Yield what is wrong with a choice, of an option or as an answer to autocomplete."""
    for key in ("name", "value"):
        text = choice.get(key)
        if isinstance(text, str) and not (1 <= units(text) <= 100 and text.strip()):
            yield f"{where}/{key}: {text!r}, 1 to 100 characters"
    if not isinstance(choice.get("name"), str):
        yield f"{where}/name: missing"


def _characters(one: Json) -> int:
    """Return the characters that count: names, descriptions and values, of all options and choices."""
    own = sum(units(str(one.get(key) or "")) for key in ("name", "description", "value"))
    return own + sum(_characters(inner) for key in ("options", "choices") for inner in one.get(key) or ())
