"""What came of one interaction, as the person sees it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.discord.component_rules import walk
from tests.fakes.discord.interactions import EPHEMERAL, LATER_HERE, UPDATE, Open
from tests.fakes.discord.ledger import Json, Message


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one interaction. *message* is what the answer shows now, None where it shows none."""

    open: Open

    @property
    def message(self) -> Message:
        """What was said in answer, or the message that was pressed as it is now."""
        if self.open.answer in {UPDATE, LATER_HERE} and not self.open.said:
            assert self.open.source is not None
            return self.open.source
        assert self.open.said, f"nothing was said, but {self.open}"
        return self.open.said[-1]

    @property
    def is_private(self) -> bool:
        """Whether only the person sees it."""
        return bool(self.message.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """All words of it: content, embeds, and what stands above the menus."""
        return said_in(self.message)

    @property
    def actions(self) -> list[str]:
        """The actions of its buttons and menus."""
        ids = (one.get("custom_id", "") for one in walk(self.message.components))
        return [one.split(":")[1] for one in ids if one.startswith("cs1:")]

    def component(self, action: str) -> Json:
        """Return the button or menu that does *action*."""
        return component_of(self.message, action)

    def chosen(self, action: str) -> list[str]:
        """Return the values that are chosen in the menu of *action*."""
        return [one["value"] for one in self.component(action)["options"] if one.get("default")]


def said_in(message: Message) -> str:
    """Return all words of *message*."""
    embeds = [f"{one.get('title', '')}\n{one.get('description', '')}" for one in message.embeds]
    texts = [one["content"] for one in walk(message.components) if one.get("type") == 10]
    return "\n".join([message.content, *embeds, *texts])


def component_of(message: Message, action: str) -> Json:
    """Return the button or menu of *message* that does *action*."""
    found = (one for one in walk(message.components) if str(one.get("custom_id")).split(":")[1:2] == [action])
    return next(found)
