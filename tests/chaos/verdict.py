"""The judge: reads what the stand-in accepted and what the page told, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.repeated import forgotten
from tests.chaos.telling import END, LAST, began_open, incidents, steps, words_of
from tests.fakes.discord.ledger import Ledger, Message
from tests.fakes.discord.places import ANNOUNCEMENTS, OTHER_TEXT, TEXT
from tests.program.timeline import COURSE, Story, Timeline

CARDS, THREADS, THREAD, POSTS = (
    "the channel of cards",
    "the channel of threads",
    "the thread",
    "the channel of posts",
)


@dataclass
class Violations:
    """What broke the contract, a line each: its points 1 (lost), 3 (doubled), 4 (order) and 7 (false).

    *unexplained* are messages that no rule asks for. *forgotten* are no violations: doubled later than
    Discord remembers.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Every violation, the gravest first."""
        return [*self.lost, *self.doubled, *self.disordered, *self.false, *self.unexplained]

    @property
    def count(self) -> int:
        return len(self.lines)


def agrees(ledger: Ledger, timeline: Timeline) -> bool:
    """Return whether nothing is lost and nothing false (any more)."""
    found = violations(ledger, timeline)
    return not found.lost and not found.false


def violations(ledger: Ledger, timeline: Timeline) -> Violations:
    """Judge every message, each by the style of its channel."""
    found = Violations()
    set_aside = set()
    for first, later in forgotten(ledger):
        set_aside.add(first.id)
        apart = (later.made_at - first.made_at).total_seconds()
        found.forgotten.append(f"{_named(first)} came again after {apart:.0f} s")
    shown = [one for one in ledger.all_messages if not (one.deleted or one.ephemeral or one.id in set_aside)]
    stories = {story.identifier for story in timeline.stories}
    about = {one.id: incidents(one) for one in shown}
    for one in shown:
        if len(about[one.id]) != 1 or not about[one.id] <= stories:
            found.unexplained.append(f"{_named(one)} is about none of the incidents, or several")
    for story in timeline.stories:
        Judge(ledger, story, [one for one in shown if about[one.id] == {story.identifier}], found).judge()
    return found


@dataclass(slots=True)
class Judge:
    """Judges all messages *about* one *story*: each is claimed by a rule, or left unexplained."""

    ledger: Ledger
    story: Story
    about: list[Message]
    found: Violations

    def judge(self) -> None:
        """Let each style's rules claim what is theirs."""
        self._cards()
        self._threads()
        self._posts()
        for one in self.about:
            self.found.unexplained.append(f"{self.story.identifier}: {_named(one)} is asked for by no rule")

    def _cards(self) -> None:
        """There is one card that tells everything, and one short loud word of the end."""
        cards = self._take(TEXT, quoting=True)
        self._card(cards, CARDS)
        missing = len(self.story.updates) - len(steps(cards[0], self.story)) if cards else 0
        if missing:
            self.found.lost.append(f"{self.story.identifier}: its card in {CARDS} lacks {missing} updates")
        self._end(self._take(TEXT, ending=True, quoting=False), cards, CARDS)

    def _threads(self) -> None:
        """There is one card with a thread, which is its history; the end is said in the channel once more."""
        quoting = self._take(ANNOUNCEMENTS, quoting=True)
        echoes = [one for one in quoting[1:] if LAST in steps(one, self.story)]
        cards = [one for one in quoting if one not in echoes]
        thread = cards[0].thread if cards else None
        self._card(cards, THREADS)
        self._end(echoes, cards, THREADS)
        self._history(cards, self._take(thread, quoting=True) if thread else [], THREAD)

    def _posts(self) -> None:
        """There is one card, and a post for each of the updates it does not tell."""
        posts = self._take(OTHER_TEXT, quoting=True)
        self._card(posts[:1], POSTS)
        self._history(posts[:1], posts[1:], POSTS)

    def _take(self, channel: str, *, quoting: bool, ending: bool = False) -> list[Message]:
        """Claim what stands in *channel* and quotes updates or not; with *ending*, what tells the end."""
        there = [one for one in self.about if one.channel == channel]
        taken = [one for one in there if bool(steps(one, self.story)) is quoting]
        taken = [one for one in taken if not ending or END in words_of(one)]
        self.about = [one for one in self.about if one not in taken]
        return taken

    def _card(self, cards: list[Message], where: str) -> None:
        """There is one card, and it says how things stand."""
        if not cards:
            self.found.lost.append(f"{self.story.identifier}: no card in {where}")
            return
        if len(cards) > 1:
            self.found.doubled.append(f"{self.story.identifier}: {len(cards)} cards in {where}")
        if not self.story.is_open and END not in words_of(cards[0]):
            self.found.false.append(f"{self.story.identifier}: its card in {where} is not resolved")

    def _end(self, ends: list[Message], cards: list[Message], where: str) -> None:
        """The end is said loudly, once; not where the card was sent only when all was over."""
        who = self.story.identifier
        due = bool(cards) and not self.story.is_open and began_open(self.ledger, cards[0])
        if due and not ends:
            self.found.lost.append(f"{who}: its end is not said in {where}")
        if len(ends) > 1:
            self.found.doubled.append(f"{who}: its end is said {len(ends)} times in {where}")
        if ends and not due:
            self.found.unexplained.append(f"{who}: its end is said in {where}, unasked")

    def _history(self, cards: list[Message], others: list[Message], where: str) -> None:
        """Each update is told in one message, and they are in order.

        A card tells what it says, but for the newest update, which it quotes also where another tells it.
        """
        history = [steps(one, self.story) for one in others]
        elsewhere = {step for told in history for step in told}
        newest = len(self.story.updates) - 1
        of_cards = [
            [step for step in steps(one, self.story) if step != newest or newest not in elsewhere]
            for one in cards
        ]
        self._told([step for told in (*of_cards, *history) for step in told], where)

    def _told(self, told: list[int], where: str) -> None:
        """Judge what was *told*, in the order it was."""
        who, counted = self.story.identifier, Counter(told)
        for step in range(len(self.story.updates)):
            if not counted[step]:
                self.found.lost.append(f"{who}: {COURSE[step]} is not in {where}")
            if counted[step] > 1:
                times = counted[step]
                self.found.doubled.append(f"{who}: {COURSE[step]} is {times} times in {where}")
        if list(dict.fromkeys(told)) != sorted(set(told)):
            self.found.disordered.append(f"{who}: {told} in {where}")


def _named(message: Message) -> str:
    """Return how a message is called in a line of the verdict."""
    titles = [message.content, *(str(embed.get("title") or "") for embed in message.embeds)]
    title = next((one for one in titles if one), "no title")
    return f"message {message.id} ({title}) in {message.channel}"
