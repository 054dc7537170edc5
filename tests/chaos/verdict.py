"""The judge: reads what the stand-in accepted and what the page told, and nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field

from tests.fakes.discord.ledger import Ledger, Message
from tests.fakes.discord.places import ANNOUNCEMENTS, OTHER_TEXT, TEXT
from tests.program.timeline import COURSE, Story, Timeline

STEP = re.compile(r"Step (\d) of (incident\d{4})")
LAST = len(COURSE) - 1
CARDS = "the channel of cards"


@dataclass
class Violations:
    """What broke the contract, a line each: its points 1 (lost), 3 (doubled), 4 (order) and 7 (false)."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.disordered) + len(self.false)


def agrees(ledger: Ledger, timeline: Timeline) -> bool:
    """Return whether nothing is lost and nothing false (any more)."""
    found = violations(ledger, timeline)
    return not found.lost and not found.false


def violations(ledger: Ledger, timeline: Timeline) -> Violations:
    """Judge every channel, each by its style."""
    found = Violations()
    for story in timeline.stories:
        _judge_card(_about(ledger.messages(TEXT), story), story, CARDS, found)
        _judge_thread(ledger, story, found)
        posts = _about(ledger.messages(OTHER_TEXT), story)
        _judge_history(posts[:1], posts[1:], story, "the channel of posts", found)
    return found


def _judge_card(cards: list[Message], story: Story, where: str, found: Violations) -> None:
    """There is one card, it says how things stand, and it tells everything where nothing else does."""
    if not cards:
        found.lost.append(f"{story.identifier}: no card in {where}")
        return
    if len(cards) > 1:
        found.doubled.append(f"{story.identifier}: {len(cards)} cards in {where}")
    if not story.is_open and "Resolved" not in _words(cards[0]):
        found.false.append(f"{story.identifier}: its card in {where} is not resolved")
    missing = len(story.updates) - len(_steps(cards[0], story))
    if where == CARDS and missing:
        found.lost.append(f"{story.identifier}: its card in {where} lacks {missing} updates")


def _judge_thread(ledger: Ledger, story: Story, found: Violations) -> None:
    """There is one card with a thread, which is its history; the end may be said in the channel once more."""
    about = _about(ledger.messages(ANNOUNCEMENTS), story)
    thread = [reply for card in about[:1] for reply in ledger.messages(card.thread or "")]
    has_ended = any(LAST in _steps(reply, story) for reply in thread)
    echoes = [one for one in about[1:] if has_ended and LAST in _steps(one, story)][:1]
    cards = [one for one in about if one not in echoes]
    _judge_card(cards, story, "the channel of threads", found)
    _judge_history(cards, thread, story, "the thread", found)


def _judge_history(
    cards: list[Message], others: list[Message], story: Story, where: str, found: Violations
) -> None:
    """Each update is told in one message, and they are in order.

    A card tells what it says, but for the newest update, which it quotes also where another tells it.
    """
    history = [_steps(one, story) for one in others]
    elsewhere = {step for steps in history for step in steps}
    newest = len(story.updates) - 1
    of_cards = [
        [step for step in _steps(one, story) if step != newest or newest not in elsewhere] for one in cards
    ]
    told = [step for steps in (*of_cards, *history) for step in steps]
    counted = Counter(told)
    for step in range(len(story.updates)):
        if not counted[step]:
            found.lost.append(f"{story.identifier}: {COURSE[step]} is not in {where}")
        if counted[step] > 1:
            found.doubled.append(f"{story.identifier}: {COURSE[step]} is {counted[step]} times in {where}")
    if list(dict.fromkeys(told)) != sorted(set(told)):
        found.disordered.append(f"{story.identifier}: {told} in {where}")


def _about(messages: list[Message], story: Story) -> list[Message]:
    """Return those of *messages* that quote an update of *story*."""
    return [message for message in messages if _steps(message, story)]


def _steps(message: Message, story: Story) -> list[int]:
    """Return the updates of *story* that *message* quotes now, each once, in order."""
    found = STEP.findall(_words(message))
    return sorted({int(step) for step, identifier in found if identifier == story.identifier})


def _words(message: Message) -> str:
    return json.dumps(message.embeds)
