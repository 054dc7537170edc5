"""Components, as the page lists them and as its updates speak of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TypeVar

from adapters.statuspage import fields
from adapters.statuspage.fields import Unusable
from bot.domain.status import Component, ComponentChange

_Read = TypeVar("_Read")


def component(entry: Mapping[str, object]) -> Component:
    """Return one component. Raises `Unusable`, also for want of a status, which must not be guessed."""
    component_id = fields.required_identifier(entry.get("id"))
    status = fields.word(entry.get("status"))
    if not status:
        raise Unusable("has no usable status")
    return Component(
        id=component_id,
        name=fields.name(entry.get("name")) or component_id,
        status=status,
        position=fields.position(entry.get("position")),
        group=entry.get("group") is True,
    )


def component_change(entry: Mapping[str, object]) -> ComponentChange:
    """Return what an update says of one component; a status not given is the other one. Raises `Unusable`."""
    component_id = fields.required_identifier(entry.get("code") or entry.get("id"))
    old, new = fields.word(entry.get("old_status")), fields.word(entry.get("new_status"))
    if not old and not new:
        raise Unusable("has no usable status")
    name = fields.name(entry.get("name")) or component_id
    return ComponentChange(component_id, name, old or new, new or old)


def component_reader() -> Callable[[Mapping[str, object]], Component]:
    """Return `component`, made fast for one document, in which the same few are listed over and over."""
    return _remembering(component, "id", "name", "status", "position", "group")


def component_change_reader() -> Callable[[Mapping[str, object]], ComponentChange]:
    """Return `component_change`, made fast for one document."""
    return _remembering(component_change, "code", "name", "old_status", "new_status")


def _remembering(
    read: Callable[[Mapping[str, object]], _Read], *names: str
) -> Callable[[Mapping[str, object]], _Read]:
    """Return *read*, called only once for entries whose fields *names*, all it looks at, are equal."""
    pick = itemgetter(*names)
    made: dict[tuple[object, ...], _Read] = {}

    def recall(entry: Mapping[str, object]) -> _Read:
        try:
            key = pick(entry)
            known = made.get(key)
        except (KeyError, TypeError):  # a field is absent, or a list where a plain value belongs
            return read(entry)
        if not key[0]:
            return read(entry)  # its id is in another field
        if known is None:
            made[key] = known = read(entry)
        return known

    return recall
