"""Discord's rules for components, written from its documentation and independent of what makes them.

https://docs.discord.com/developers/components/reference; lengths are counted in UTF-16 units, which is
never less than what Discord counts (see `rules.units`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 12, 13, 14, 17, 18
TOP_OF_V2 = frozenset({ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER})
MOST_ROWS, MOST_OF_V2, MOST_TEXT_OF_V2 = 5, 40, 4000
LINK, PREMIUM = 5, 6


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message_component_problems(components: Any, *, v2: bool) -> list[str]:
    """Return why Discord would refuse *components* in a message, with or without IS_COMPONENTS_V2."""
    if not isinstance(components, list):
        return ["/components: no list"]
    found = list(_v2(components) if v2 else _v1(components))
    found += [f"/components: custom_id {one!r} twice" for one in _twice(_custom_ids(components))]
    return found


def _v1(components: list[Any]) -> Iterator[str]:
    if len(components) > MOST_ROWS:
        yield f"/components: {len(components)} rows, at most {MOST_ROWS}"
    for index, row in enumerate(components):
        where = f"/components/{index}"
        if not isinstance(row, dict) or row.get("type") != ROW:
            yield f"{where}: only action rows without IS_COMPONENTS_V2"
        else:
            yield from row_problems(row, where)


def _v2(components: list[Any]) -> Iterator[str]:
    if not components:
        yield "/components: nothing to show"
    for index, one in enumerate(components):
        where = f"/components/{index}"
        if not isinstance(one, dict) or one.get("type") not in TOP_OF_V2:
            yield f"{where}: not allowed at the top"
        else:
            yield from _v2_problems(one, where)
    every = list(walk(components))
    if len(every) > MOST_OF_V2:
        yield f"/components: {len(every)} in all, at most {MOST_OF_V2}"
    size = sum(units(one.get("content", "")) for one in every if one.get("type") == TEXT_DISPLAY)
    if size > MOST_TEXT_OF_V2:
        yield f"/components: {size} characters of text, at most {MOST_TEXT_OF_V2}"


def _v2_problems(one: Json, where: str) -> Iterator[str]:
    kind = one["type"]
    if kind == ROW:
        yield from row_problems(one, where)
    elif kind == TEXT_DISPLAY and not str(one.get("content", "")).strip():
        yield f"{where}/content: empty"
    elif kind == SECTION:
        yield from _section_problems(one, where)
    elif kind == CONTAINER:
        for index, inner in enumerate(one.get("components", ())):
            if inner.get("type") == CONTAINER:
                yield f"{where}/components/{index}: a container in a container"
            else:
                yield from _v2_problems(inner, f"{where}/components/{index}")


def _section_problems(one: Json, where: str) -> Iterator[str]:
    texts = one.get("components", ())
    if not 1 <= len(texts) <= 3 or "accessory" not in one:
        yield f"{where}: a section has 1 to 3 texts and an accessory"
    elif one["accessory"].get("type") == BUTTON:
        yield from button_problems(one["accessory"], f"{where}/accessory")
    for index, inner in enumerate(texts):
        yield from _v2_problems(inner, f"{where}/components/{index}")


def row_problems(row: Json, where: str) -> Iterator[str]:
    """Yield what is wrong with an action row: up to five buttons, or one select."""
    inside = row.get("components")
    if not isinstance(inside, list) or not 1 <= len(inside) <= 5:
        yield f"{where}/components: 1 to 5"
        return
    kinds = [one.get("type") for one in inside]
    if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
        yield f"{where}/components: a select stands alone in its row"
    for index, one in enumerate(inside):
        inner = f"{where}/components/{index}"
        if one.get("type") == BUTTON:
            yield from button_problems(one, inner)
        elif one.get("type") in SELECTS:
            yield from select_problems(one, inner)
        else:
            yield f"{inner}: type {one.get('type')!r} is not allowed in a row"


def button_problems(one: Json, where: str) -> Iterator[str]:
    """Yield what is wrong with a button."""
    style = one.get("style")
    if style not in range(1, 7):
        yield f"{where}/style: {style!r}"
    if style == LINK:
        if "custom_id" in one:
            yield f"{where}/custom_id: not on a link"
        if not well_formed(one.get("url"), "http", "https", "discord") or units(one["url"]) > 512:
            yield f"{where}/url: {one.get('url')!r}"
    elif style != PREMIUM:
        yield from custom_id_problems(one, where)
        if "url" in one:
            yield f"{where}/url: only on a link"
    label = one.get("label")
    if not one.get("emoji") and not (isinstance(label, str) and label.strip()) and style != PREMIUM:
        yield f"{where}: neither label nor emoji"
    if isinstance(label, str) and units(label) > 80:
        yield f"{where}/label: {units(label)} characters, at most 80"


def custom_id_problems(one: Json, where: str) -> Iterator[str]:
    """Yield what is wrong with a custom_id that must be there."""
    custom_id = one.get("custom_id")
    if not isinstance(custom_id, str) or not 1 <= units(custom_id) <= 100:
        yield f"{where}/custom_id: {custom_id!r}, 1 to 100 characters"


def select_problems(one: Json, where: str) -> Iterator[str]:
    """Yield what is wrong with a select."""
    yield from custom_id_problems(one, where)
    if units(one.get("placeholder") or "") > 150:
        yield f"{where}/placeholder: at most 150"
    least, most = one.get("min_values", 1), one.get("max_values", 1)
    if not (0 <= least <= 25 and 1 <= most <= 25 and least <= most):
        yield f"{where}: min_values {least}, max_values {most}"
    if one["type"] == STRING_SELECT:
        yield from _option_problems(one, where, most)
    elif len(one.get("default_values", ())) > most:
        yield f"{where}/default_values: more than max_values"


def _option_problems(one: Json, where: str, most: int) -> Iterator[str]:
    options = one.get("options", [])
    if not 1 <= len(options) <= 25:
        yield f"{where}/options: {len(options)}, 1 to 25"
    if most > len(options):
        yield f"{where}/max_values: more than there are options"
    for index, option in enumerate(options):
        for key in ("label", "value"):
            text = option.get(key)
            if not isinstance(text, str) or not text.strip() or units(text) > 100:
                yield f"{where}/options/{index}/{key}: {text!r}, 1 to 100 characters"
        if units(option.get("description") or "") > 100:
            yield f"{where}/options/{index}/description: at most 100"
    yield from (f"{where}/options: {one!r} twice" for one in _twice(one.get("value") for one in options))
    if sum(bool(option.get("default")) for option in options) > most:
        yield f"{where}/options: more defaults than max_values"


def modal_problems(modal: Json) -> list[str]:
    """Return why Discord would refuse *modal*, the data of a MODAL response.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
    """
    found = list(custom_id_problems(modal, "/modal"))
    title = modal.get("title")
    if not isinstance(title, str) or not title.strip() or units(title) > 45:
        found.append(f"/modal/title: {title!r}, 1 to 45 characters")
    components = modal.get("components", [])
    if not 1 <= len(components) <= MOST_ROWS:
        found.append(f"/modal/components: {len(components)}, 1 to {MOST_ROWS}")
    for index, one in enumerate(components):
        found += _modal_part_problems(one, f"/modal/components/{index}")
    return found + [f"/modal: custom_id {one!r} twice" for one in _twice(_custom_ids(components))]


def _modal_part_problems(one: Json, where: str) -> Iterator[str]:
    inner = one.get("component") if one.get("type") == LABEL else (one.get("components") or [None])[0]
    if one.get("type") == TEXT_DISPLAY:
        return
    if one.get("type") == LABEL and not 1 <= units(one.get("label") or "") <= 45:
        yield f"{where}/label: 1 to 45 characters"
    if one.get("type") == LABEL and units(one.get("description") or "") > 100:
        yield f"{where}/description: at most 100"
    if one.get("type") not in (ROW, LABEL) or not isinstance(inner, dict):
        yield f"{where}: a row or a label with one component"
        return
    if inner.get("type") in SELECTS:
        yield from select_problems(inner, where)
        return
    yield from custom_id_problems(inner, where)
    if inner.get("type") == TEXT_INPUT:
        if inner.get("style") not in (1, 2):
            yield f"{where}/style: {inner.get('style')!r}"
        if units(inner.get("placeholder") or "") > 100 or units(inner.get("value") or "") > 4000:
            yield f"{where}: placeholder at most 100, value at most 4000"


def well_formed(url: Any, *schemes: str) -> bool:
    """Return whether *url* is one that Discord calls well formed: a scheme of *schemes*, a host, no blank."""
    if not isinstance(url, str) or any(one.isspace() for one in url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in schemes or not host:
        return False
    return parts.scheme == "discord" or "." in host.strip(".")


def walk(components: Any) -> Iterator[Json]:
    """Yield every component in *components*, however deep."""
    for one in components if isinstance(components, list) else ():
        if isinstance(one, dict):
            yield one
            yield from walk(one.get("components"))
            yield from walk([one[key] for key in ("accessory", "component") if key in one])


def _custom_ids(components: Any) -> Iterator[str]:
    return (one["custom_id"] for one in walk(components) if "custom_id" in one)


def _twice(values: Iterator[Any]) -> list[Any]:
    return [one for one, count in Counter(values).items() if count > 1]
