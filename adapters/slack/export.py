"""An export as messages: JSON in preformatted text, in parts that Slack takes, each a document by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.slack.text import json_bytes
from bot.commands.export import CHANGES, CHANNELS_LEFT_OUT, LEFT_OUT

Json = dict[str, Any]

MOST_PARTS = 4
"""A response_url takes five messages, and the first may be spent on the answer itself:
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses."""

PART_BYTES = 11_000
"""Of a part's blocks as JSON, below what Slack refuses: see `blocks.MOST_BYTES`."""

NUMBERS_BYTES: Final = 200
"""What the numbers in a part and in its title may take: of parts, and of what was left out."""


@dataclass(slots=True)
class Part:
    """Channels that stand in one message, which has *room* for so many more bytes."""

    room: int
    channels: list[Json] = field(default_factory=list)

    def add(self, channel: Json) -> None:
        """Put one more channel in, whether there is room or not."""
        self.channels.append(channel)
        self.room -= _size(channel)

    def change(self, change: Json) -> None:
        """Give the last channel one more change."""
        self.channels[-1][CHANGES].append(change)
        self.room -= _size(change)


def parts(document: str) -> list[Json]:
    """Return the messages that hold *document*, which has a list of "channels" with their "changes".

    A channel's changes may go on in the next part, under its id. What does not fit are the oldest
    changes of all, and then the last channels; the last part says how many.
    """
    whole = json.loads(document)
    channels = whole.pop("channels")
    room = PART_BYTES - NUMBERS_BYTES - json_bytes(_message(whole, [], (1, 1), "")["blocks"])
    fits, too_many = 0, sum(len(one[CHANGES]) for one in channels) + 1
    while too_many - fits > 1:
        tried = (fits + too_many) // 2
        if len(_filled(_with_newest(channels, tried), room)) <= MOST_PARTS:
            fits = tried
        else:
            too_many = tried
    filled = _filled(_with_newest(channels, fits), room)[:MOST_PARTS]
    return _messages(whole, len(channels), [one.channels for one in filled])


def _with_newest(channels: Sequence[Json], count: int) -> list[Json]:
    """Return *channels* with those of their changes that are among the newest *count* of all."""
    every = [
        (change["at"], number, place)
        for place, channel in enumerate(channels)
        for number, change in enumerate(channel[CHANGES])
    ]
    newest = {(place, number) for _, number, place in sorted(every, reverse=True)[:count]}
    found = []
    for place, channel in enumerate(channels):
        changes = [one for number, one in enumerate(channel[CHANGES]) if (place, number) in newest]
        older = len(channel[CHANGES]) - len(changes)
        found.append({**channel, CHANGES: changes, LEFT_OUT: channel[LEFT_OUT] + older})
    return found


def _filled(channels: Sequence[Json], room: int) -> list[Part]:
    """Return the parts that *channels* take; one that is too large for any is left out."""
    filled = [Part(room)]
    for channel in channels:
        alone = {**channel, CHANGES: []}
        if _size(alone) > room:
            continue
        if _size(alone) > filled[-1].room:
            filled.append(Part(room))
        filled[-1].add(alone)
        for change in channel[CHANGES]:
            if _size(change) > filled[-1].room:
                filled.append(Part(room))
                filled[-1].add({"channel": channel["channel"], CHANGES: []})
            filled[-1].change(change)
    return filled


def _messages(whole: Json, count: int, filled: Sequence[Sequence[Json]]) -> list[Json]:
    """Return a message for each part that is *filled* with some of *count* channels."""
    there = [one for part in filled for one in part if LEFT_OUT in one]
    older = sum(one[LEFT_OUT] for one in there)
    channels = whole.pop(CHANNELS_LEFT_OUT, 0) + count - len(there)
    numbers = {"older changes": older, "channels": channels}
    words = ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
    last = len(filled)
    messages = [_message(whole, part, (number, last), "") for number, part in enumerate(filled[:-1], 1)]
    whole |= {CHANNELS_LEFT_OUT: channels} if channels else {}
    return [*messages, _message(whole, filled[-1], (last, last), words)]


def _message(whole: Json, channels: Sequence[Json], place: tuple[int, int], rest: str) -> Json:
    """Return one part, for the person alone; *place* is its number and how many parts there are.

    *rest* are the words for what did not fit, or empty.
    """
    part = {**whole, "part": place[0], "parts": place[1], "channels": channels}
    title = f"Export, part {place[0]} of {place[1]}{f'; {rest} did not fit' if rest else ''}"
    elements = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": title}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": _text(part)}]},
    ]
    blocks = [{"type": "rich_text", "elements": elements}]
    return {"response_type": "ephemeral", "replace_original": False, "text": title, "blocks": blocks}


def _size(value: Json) -> int:
    """Return how many bytes *value* takes as one of a list in the text of a block."""
    return json_bytes(_text(value))


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))  # ASCII, and every control in it escaped
