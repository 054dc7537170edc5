"""The states a message goes through, played on the real domain and rendered for Slack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from adapters.slack.blocks import Rendered, render
from bot.commands import Caller
from bot.domain.card import card
from bot.domain.delivery import Post, PostKind
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel, Mention
from tests import factories
from tests.commands.world import World
from tests.domain.builders import PAGE_URL, at, change, maintenance, started, summary, update
from tests.fakes.clock import SetClock
from tests.mirror.stage import Stage, opened
from tests.stores import empty_store

NAME = "Elevated errors on Chat & API"
BODIES = {
    "investigating": "We are seeing elevated error rates and are investigating.",
    "identified": "The cause is known: a change to our load balancers. It is being taken back.\n\n"
    "Requests to the API may fail with <overloaded_error>; retrying helps.",
    "monitoring": "The change was taken back and error rates are falling. We keep watching.",
    "resolved": "Error rates have been normal for half an hour.",
}
ALICE = Caller(Channel("console", "home", "general"), "U0ALICE", may_configure=True, may_list=True)


async def states() -> dict[str, Rendered]:
    """Return every state by the name of its golden file."""
    return {**dict(_cards()), **await _answers()}


def _outage() -> Stage:
    broken = (change("chat", "partial_outage"), change("api", "degraded_performance"))
    first = update(0, "investigating", *broken, body=BODIES["investigating"])
    stage = opened(first, impact="minor", seen=0.5, mention=Mention("here"))
    stage.record = replace(stage.record, incident=replace(stage.record.incident, name=NAME))
    return stage


def _sent(stage: Stage, minute: float) -> Post:
    stage.serve(minute)
    return stage.sends[-1]


def _card_of(stage: Stage, minute: float) -> Rendered:
    (post,) = (one for one in stage.thread(minute).posts if one.key == "card")
    return render(post.message)


def _rendered(post: Post) -> Rendered:
    return render(post.message, mention=post.mention, small=post.kind is PostKind.REPLY)


def _cards() -> Iterator[tuple[str, Rendered]]:
    stage = _outage()
    yield "card_opened", _rendered(_sent(stage, 0.5))
    worse = change("api", "major_outage", "degraded_performance")
    stage.tell(20.5, update(20, "identified", worse, body=BODIES["identified"]), impact="critical")
    yield "reply_worse", _rendered(_sent(stage, 20.5))
    yield "card_worse", _card_of(stage, 20.5)
    better = change("api", "operational", "major_outage")
    stage.tell(50.5, update(50, "monitoring", better, body=BODIES["monitoring"]))
    yield "reply_update", _rendered(_sent(stage, 50.5))
    yield "card_monitoring", _card_of(stage, 50.5)
    over = change("chat", "operational", "partial_outage")
    stage.tell(84.5, update(84, "resolved", over, body=BODIES["resolved"]))
    yield "reply_resolved", _rendered(_sent(stage, 84.5))
    assert stage.sends[-1].loud == (MarkKind.RESOLVED,)
    yield "card_resolved", _card_of(stage, 84.5)
    yield from _other_cards()


def _other_cards() -> Iterator[tuple[str, Rendered]]:
    withdrawn = _outage()
    withdrawn.serve(1)
    withdrawn.record = replace(withdrawn.record, withdrawn_at=at(30))
    yield "card_withdrawn", _card_of(withdrawn, 30)
    planned = maintenance("m", update(0, "scheduled", body="We will move a database."), name="Database move")
    yield "card_maintenance", _rendered(_sent(opened(told=planned, since=-60), 0))
    reader = started()
    reader.hold(summary(1, code="major_outage"), 1, 2, 3, 4, 5, 6)
    (own,) = reader.ours
    yield "card_own", render(card(own, PAGE_URL, ()))
    statuses = ["investigating", "identified", "identified", "monitoring"]
    late = opened(*(update(9 * n, one, body=BODIES[one]) for n, one in enumerate(statuses)), seen=30)
    yield "card_catching_up", _rendered(_sent(late, 30))
    body = "We are still working on it, and will say more as soon as there is more to say. " * 40
    long = opened(*(update(30 * n, "identified", body=body) for n in range(60)), seen=1800)
    yield "card_very_long", _rendered(_sent(long, 1800))
    yield "card_unfollowed", render(card(_outage().record, PAGE_URL, (), followed=False))
    reminded = opened(update(0), reminder=timedelta(hours=1))
    reminded.serve(0)
    yield "reminder", _rendered(_sent(reminded, 61))


async def _answers() -> dict[str, Rendered]:
    async with empty_store() as store:
        return await _answers_of(World(store, SetClock()))


async def _answers_of(world: World) -> dict[str, Rendered]:
    await world.page_says()
    await world.page_lists()
    found = {"answer_up": await _said(world, "")}
    await world.do("subscribe impact=minor mention=here quiet=22:00-07:00 zone=Europe/Berlin", ALICE)
    for name, typed in (("settings", "settings"), ("help", "help"), ("not_understood", "histroy")):
        found[name] = await _said(world, typed)
    world.clock.advance(timedelta(minutes=10))
    update = factories.update("identified", BODIES["identified"], at=factories.minute(8))
    open_now = factories.incident("incident0001", NAME, updates=[update], impact="major")
    await world.page_says(open_now, parts=factories.components(chat="major_outage"))
    await world.page_lists(open_now)
    found["answer_down"] = await _said(world, "")
    found["answer_component"] = await _said(world, "api")
    found["history"] = await _said(world, "history")
    found["uptime"] = await _said(world, "uptime")
    await world.blind_since(world.clock.now())
    world.clock.advance(timedelta(minutes=3))
    found["answer_blind"] = await _said(world, "")
    return found


async def _said(world: World, typed: str) -> Rendered:
    return render((await world.do(typed, ALICE)).message, private=True)
