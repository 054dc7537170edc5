"""One incident and one channel: the page tells, steps are taken, and what was shown is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.delivery import Delivery, Edit, Origin, Post, Reference, Send, Step, Thread, plan
from bot.domain.message import plain_lines
from bot.domain.outcomes import edited, found_dead, given_up, sent
from bot.domain.record import MarkKind, Record
from bot.domain.remember import remember
from bot.domain.status import Incident, Update
from bot.domain.subscription import Channel, Mute, Settings, State, Subscription
from bot.domain.thread import compose
from tests.domain.builders import PAGE_URL, at, incident

CHANNEL = Channel("terminal", "home", "alerts")
MOST_STEPS = 40
OVERNIGHT = 24 * 60


@dataclass
class Stage:
    """Plays the page, the clock and the platform; every moment is in minutes after midday."""

    record: Record
    subscription: Subscription
    delivery: Delivery
    sends: list[Post] = field(default_factory=list)

    def tell(self, minute: float, *updates: Update, **fields: Any) -> None:
        """Let the page add *updates* and change *fields* of the incident; it is read at *minute*."""
        before = self.record.incident
        told = incident(
            before.id,
            *before.updates,
            *updates,
            **{"impact": before.impact, "name": before.name, "kind": before.kind} | fields,
        )
        self.hear(minute, told)

    def hear(self, minute: float, told: Incident) -> None:
        """Let the page tell the incident as *told*."""
        self.record = remember(self.record, told, at(minute), first=False)

    def thread(self, minute: float) -> Thread:
        return compose(self.record, self.subscription, self.delivery, PAGE_URL, at(minute))

    def step(self, minute: float) -> Step | None:
        """Return the next step at *minute* without taking it."""
        return plan(self.thread(minute), self.delivery, CHANNEL)

    def serve(self, minute: float) -> list[Step]:
        """Take every step there is at *minute*, and note why there is no other."""
        steps: list[Step] = []
        while step := self.step(minute):
            self.take(step, minute)
            steps.append(step)
            assert len(steps) < MOST_STEPS, "the channel never comes to rest"
        self.delivery = replace(self.delivery, conclusion=self.thread(minute).conclusion)
        return steps

    def take(self, step: Step, minute: float) -> None:
        """Let the platform accept *step*."""
        if isinstance(step, Edit):
            self.delivery = edited(self.delivery, step, at(minute))
            return
        self.sends.append(step.post)
        reference = Reference(f"message{len(self.sends)}", f"thread{len(self.sends)}")
        self.delivery = sent(self.delivery, step, reference, at(minute), self.subscription.settings.style)

    def lose(self, minute: float, key: str = "card") -> None:
        """Let the platform say that the message of the post *key* is gone."""
        post = next(one for one in self.thread(minute).posts if one.key == key)
        receipt = self.delivery.receipt(key)
        assert receipt is not None
        self.delivery = found_dead(self.delivery, Edit(post, receipt.reference), at(minute))

    def refuse(self, step: Step, minute: float) -> None:
        """Let the platform refuse *step* for good."""
        self.delivery = given_up(self.delivery, step, at(minute))

    def subscribe_anew(self, minute: float) -> None:
        self.subscription = replace(self.subscription, since=at(minute))

    def unsubscribe(self) -> None:
        self.subscription = replace(self.subscription, state=State.ENDED)

    def mute(self, begin: float, end: float) -> None:
        """Mute the channel, as `mute` does: an earlier mute is forgotten."""
        self.subscription = replace(self.subscription, mute=Mute(at(begin), at(end)))

    def mute_incident(self, minute: float) -> None:
        self.delivery = replace(self.delivery, muted=at(minute))

    def choose(self, **settings: Any) -> None:
        """Change settings of the channel."""
        chosen = replace(self.subscription.settings, **settings)
        self.subscription = replace(self.subscription, settings=chosen)


def opened(
    *updates: Update,
    impact: str = "minor",
    seen: float = 0,
    since: float = -60,
    origin: Origin = Origin.NEWS,
    due: float | None = None,
    told: Incident | None = None,
    **settings: Any,
) -> Stage:
    """Return the stage where an incident is first seen at *seen*, in a channel subscribed at *since*.

    *due* is when the delivery was made, by default when the incident was seen; *told* is the incident
    where its updates and impact do not say enough; *settings* are the channel's.
    """
    record = remember(None, told or incident("a", *updates, impact=impact), at(seen), first=False)
    made = at(seen if due is None else due)
    subscription = Subscription(1, CHANNEL, Settings(**settings), at(since), "somebody")
    return Stage(record, subscription, Delivery(7, 1, record.key, origin, made))


def keys(steps: list[Step]) -> list[str]:
    """Return what was done, as `send card` or `edit update:u3`."""
    return [f"{'send' if isinstance(one, Send) else 'edit'} {one.post.key}" for one in steps]


def loud(steps: list[Step]) -> list[MarkKind]:
    """Return the loud words spoken, in order."""
    return [kind for one in steps if isinstance(one, Send) for kind in one.post.loud]


def only(steps: list[Step]) -> Send:
    """Return the only message sent."""
    (send,) = (one for one in steps if isinstance(one, Send))
    return send


def words(post: Post) -> str:
    return "\n".join(plain_lines(post.message))
