"""A text that cannot be shown by accident."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A frozen text whose repr and str never show it, nor do `dataclasses.asdict`, copies or pickles.

    It is no dataclass, because `asdict` would look inside one.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the text; call this only where it leaves for the service it belongs to."""
        value: str = object.__getattribute__(self, "_value")
        return value

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret cannot be changed")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")
