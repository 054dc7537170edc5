"""The states a message goes through, played on the real domain and rendered for Discord."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from adapters.discord.embeds import Rendered, render
from bot.commands import Caller
from bot.commands.trial import test_record
from bot.domain.card import card
from bot.domain.delivery import Post, PostKind
from bot.domain.notice import Notice, NoticeKind
from bot.domain.notice_words import notice_message
from bot.domain.status import Update
from bot.domain.subscription import Channel, Mention, Settings, Style
from tests import factories
from tests.commands.world import World
from tests.domain.builders import PAGE_URL, at, change, maintenance, started, summary, update
from tests.fakes.clock import SetClock
from tests.mirror.stage import Stage, opened
from tests.stores import empty_store

ROLE = "500000000000000500"
PERSON = "400000000000000400"
NAME = "Elevated errors on Chat & API"
BODIES = {
    "investigating": "We are seeing elevated error rates and are investigating.",
    "identified": "The cause is known: a change to our load balancers. It is being taken back.\n\n"
    "Requests to the API may fail with <overloaded_error>; retrying *helps*.",
    "monitoring": "The change was taken back and error rates are falling. We keep watching.",
    "resolved": "Error rates have been normal for half an hour.",
}
ANN = Caller(
    Channel("discord", "200000000000000200", "300000000000000300"),
    PERSON,
    may_configure=True,
    may_list=True,
    default_style=Style.CARD,
    workspace="server",
)


async def states() -> dict[str, Rendered]:
    """Return every state by the name of its golden file."""
    return {**dict(_outage()), **dict(_other_cards()), **dict(_notices()), **await _answers()}


def _begun(style: Style) -> Stage:
    broken = (change("chat", "partial_outage"), change("api", "degraded_performance"))
    first = update(0, "investigating", *broken, body=BODIES["investigating"])
    stage = opened(first, impact="minor", seen=0.5, mention=Mention(ROLE), style=style)
    stage.record = replace(stage.record, incident=replace(stage.record.incident, name=NAME))
    return stage


def _sent(stage: Stage, minute: float) -> Post:
    stage.serve(minute)
    return stage.sends[-1]


def _rendered(post: Post) -> Rendered:
    small = post.kind is PostKind.REPLY
    return render(post.message, mention=post.mention, small=small, spoken=bool(post.loud))


def _card_of(stage: Stage, minute: float) -> Rendered:
    (post,) = (one for one in stage.thread(minute).posts if one.key == "card")
    return render(post.message)


def _outage() -> Iterator[tuple[str, Rendered]]:
    """Play one outage in the three styles: the card with its timeline, the thread, the single posts."""
    stages = {style: _begun(style) for style in Style}
    kinds = {Style.CARD: "card", Style.THREAD: "reply", Style.POST: "post"}
    opening = {style: _rendered(_sent(stage, 0.5)) for style, stage in stages.items()}
    yield "card_opened", opening[Style.CARD]
    yield "post_opened", opening[Style.POST]
    worse = change("api", "major_outage", "degraded_performance")
    better = change("api", "operational", "major_outage")
    over = change("chat", "operational", "partial_outage")
    told: tuple[tuple[int, str, Update, dict[str, str]], ...] = (
        (20, "worse", update(20, "identified", worse, body=BODIES["identified"]), {"impact": "critical"}),
        (50, "monitoring", update(50, "monitoring", better, body=BODIES["monitoring"]), {}),
        (84, "resolved", update(84, "resolved", over, body=BODIES["resolved"]), {}),
    )
    for minute, name, news, fields in told:
        for style, stage in stages.items():
            stage.tell(minute + 0.5, news, **fields)
            before = len(stage.sends)
            stage.serve(minute + 0.5)
            if len(stage.sends) > before:
                kind = "loud" if style is Style.CARD else kinds[style]
                yield f"{kind}_{name}", _rendered(stage.sends[-1])
        yield f"card_{name}", _card_of(stages[Style.CARD], minute + 0.5)


def _other_cards() -> Iterator[tuple[str, Rendered]]:
    withdrawn = _begun(Style.CARD)
    withdrawn.serve(1)
    withdrawn.record = replace(withdrawn.record, withdrawn_at=at(30))
    yield "card_withdrawn", _card_of(withdrawn, 30)
    planned = maintenance("m", update(0, "scheduled", body="We will move a database."), name="Database move")
    yield "card_maintenance", _rendered(_sent(opened(told=planned, since=-60, style=Style.CARD), 0))
    reader = started()
    reader.hold(summary(1, code="major_outage"), 1, 2, 3, 4, 5, 6)
    (own,) = reader.ours
    yield "card_own", render(card(own, PAGE_URL, ()))
    statuses = ["investigating", "identified", "identified", "monitoring"]
    told = (update(9 * n, one, body=BODIES[one]) for n, one in enumerate(statuses))
    yield "card_catching_up", _rendered(_sent(opened(*told, seen=30, style=Style.CARD), 30))
    body = "We are still working on it, and will say more as soon as there is more to say. " * 40
    parts = [change(f"part{n}", "major_outage") for n in range(60)]
    updates = (update(30 * n, "identified", *parts, body=body) for n in range(60))
    yield "card_very_long", _rendered(_sent(opened(*updates, seen=1800, style=Style.CARD), 1800))
    yield "card_unfollowed", render(card(_begun(Style.CARD).record, PAGE_URL, (), followed=False))
    reminded = opened(update(0), reminder=timedelta(hours=1), style=Style.THREAD)
    reminded.serve(0)
    yield "reminder", _rendered(_sent(reminded, 61))


def _notices() -> Iterator[tuple[str, Rendered]]:
    before = Settings(style=Style.CARD)
    after = replace(before, components=frozenset({"chat"}), least_impact="major", mention=Mention(ROLE))
    names = (("chat", "Chat [web]"),)
    changed = Notice(NoticeKind.CHANGED, PERSON, before, after, names)
    yield "notice_changed", render(notice_message(changed))
    yield "notice_muted", render(notice_message(Notice(NoticeKind.MUTED, PERSON, until=at(120))))


async def _answers() -> dict[str, Rendered]:
    async with empty_store() as store:
        return await _answers_of(World(store, SetClock()))


async def _answers_of(world: World) -> dict[str, Rendered]:
    await world.page_says()
    await world.page_lists()
    found = {"answer_up": await _said(world, "")}
    await world.do(f"subscribe impact=minor mention={ROLE} quiet=22:00-07:00 zone=Europe/Berlin", ANN)
    for name, typed in (("settings", "settings"), ("test", "test"), ("list", "list")):
        found[name] = await _said(world, typed)
    subscription = await world.store.subscription(ANN.channel)
    assert subscription is not None
    trial = test_record(
        ANN.channel, subscription.settings, await world.store.known(), world.clock.now(), calls=True
    )
    found["card_test"] = render(card(trial, PAGE_URL, ()), mention=ROLE, spoken=True)
    world.clock.advance(timedelta(minutes=10))
    news = factories.update("identified", BODIES["identified"], at=factories.minute(8))
    open_now = factories.incident("incident0001", NAME, updates=[news], impact="major")
    await world.page_says(open_now, parts=factories.components(chat="major_outage"))
    await world.page_lists(open_now)
    for name, typed in (("answer_down", ""), ("answer_component", "api"), ("why", "why")):
        found[name] = await _said(world, typed)
    for name in ("history", "uptime"):
        found[name] = await _said(world, name)
    await world.blind_since(world.clock.now())
    world.clock.advance(timedelta(minutes=3))
    found["answer_blind"] = await _said(world, "")
    return found


async def _said(world: World, typed: str) -> Rendered:
    return render((await world.do(typed, ANN)).message)
