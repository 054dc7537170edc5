"""Whatever the page or somebody writes, all that reached Slack calls nobody and leads nowhere but to us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import CHAT, PAGE_URL, Document, change, component, incident, update
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.ledger import Json, Message
from tests.fakes.slack.rules import mrkdwn_tokens, tokens_of
from tests.slack.corpus import TEXTS, TOKENS
from tests.slack.world import World

EVERY = 8
AT_ONCE = 10
"""How many incidents, each with a text of its own, the page shows together."""

CHOSEN = [text.encode("utf-8", "replace").decode() for text in (*TOKENS[::2], *TEXTS[2::EVERY])]
PARTS = [CHOSEN[first : first + AT_ONCE] for first in range(0, len(CHOSEN), AT_ONCE)]
PARTS_IDS = range(len(PARTS))

TYPED = (
    "{}",
    "settings mention={}",
    "settings components={}",
    "mute {}",
    "subscribe {}",
    "history {}",
    "uptime {}",
    "list {}",
)

DAYS = 3 * 86_400


def received(world: World) -> Iterator[tuple[str, Any]]:
    """Yield what Slack was ever sent to show, with the kind of place where it does."""
    ledger = world.slack.ledger
    for one in (*ledger.all_messages, *ledger.ephemerals):
        if one.author == "U0BOT":
            yield "message", {"text": one.text, "blocks": one.blocks}
            yield from (("edited message", {"text": text, "blocks": blocks}) for text, blocks in one.edits)
    yield from ((view.method, view.view) for view in ledger.views)
    yield from (("response", response.body) for response in ledger.responses)
    yield from (("call", call.body) for call in ledger.calls)


def wrong(world: World, body: Any) -> list[str]:
    """Return what *body* makes a client do that is none of our doing."""
    text = body.get("text", "")
    found = tokens_of(body) + (mrkdwn_tokens(text, verbatim=True) if isinstance(text, str) else [])
    return [one for one in found if not is_ours(world, one)]


def is_ours(world: World, token: str) -> bool:
    """Return whether it is a link to the page, a moment of these days, or who asked and where."""
    kind, _, what = token.partition(" ")
    match kind:
        case "link":
            return re.fullmatch(rf"{re.escape(PAGE_URL)}(?:/[\w/.-]*)?", what) is not None
        case "date":
            return abs(int(what) - world.clock.now().timestamp()) < DAYS
        case _:
            return token in {"user U0ALICE", "channel C0STATUS"}


def faulty(world: World) -> list[tuple[str, list[str]]]:
    return [(place, found) for place, body in received(world) if (found := wrong(world, body))]


def told(world: World, number: int, text: str, *, more: bool) -> Document:
    """Return an incident that writes *text* wherever it can."""
    identity = (f"part{number:08}", text)
    hurt, now = change(identity, "operational", "major_outage"), world.clock.now()
    said = [update("investigating", text, identifier=f"u{number}a", affected=[hurt], at=now)]
    if more:
        said.append(update("identified", f"{text} more", identifier=f"u{number}b", affected=[hurt], at=now))
    return incident(f"incident{number:04}", text, updates=said, impact="major")


async def page_writes(world: World, texts: list[str], *, more: bool) -> None:
    """Let the page tell of an incident and of a component for each of *texts*, and deliver it."""
    parts = [component((f"part{number:08}", text), text) for number, text in enumerate(texts)]
    shown = [told(world, number, text, more=more) for number, text in enumerate(texts)]
    await world.page_says(*shown, parts=[*parts, component(CHAT)])
    await world.page_lists(*shown)
    while len(world.notices()) < 1 + len(texts) * (1 + more):
        await world.deliver()


async def everybody_asks(world: World, part: str) -> None:
    """Do what shows the page's words: ask, ask aloud, ask beside, share, open the form and App Home."""
    people = world.people
    for words in ("", "history", "uptime", "list", f"settings components={part}", "settings"):
        world.clock.advance(timedelta(seconds=2))
        await people.types(words)
    world.clock.advance(timedelta(seconds=10))
    await people.says("<@U0BOT> is it down?")
    await people.asks_beside()
    for value in ("", part):
        await people.presses("share", value)
    world.clock.advance(timedelta(seconds=10))
    await people.types("mute 2h")
    await people.presses("settings")
    await people.submits(world.form(), {"impact": "major"})
    await people.opens_home()
    await world.deliver()


@pytest.fixture
def acknowledged(silent_world: World) -> list[Json]:
    """What the people of *silent_world* read in acknowledgements: commands and forms are answered there."""
    bodies = list[Json]()

    async def way(kind: str, payload: Json) -> Ack:
        ack = await silent_world.directly(kind, payload)
        bodies.extend(filter(None, [ack.body]))
        return ack

    silent_world.over(way)
    return bodies


def test_the_texts_are_of_every_kind() -> None:
    assert len(CHOSEN) >= 55
    assert sum(bool(mrkdwn_tokens(text)) for text in CHOSEN) >= 35
    assert max(map(len, CHOSEN)) > 10_000


@pytest.mark.parametrize("texts", PARTS, ids=PARTS_IDS)
async def test_what_the_page_writes_is_received_as_text(
    silent_world: World, acknowledged: list[Json], texts: list[str]
) -> None:
    await silent_world.people.types("subscribe")
    await page_writes(silent_world, texts, more=False)
    await page_writes(silent_world, texts, more=True)
    await everybody_asks(silent_world, "part00000000")
    assert faulty(silent_world) == []
    assert [wrong(silent_world, body) for body in acknowledged if wrong(silent_world, body)] == []


async def test_what_is_said_above_was_said_in_every_place(
    silent_world: World, acknowledged: list[Json]
) -> None:
    """The words of the page came as far as they can, or the test above would read nothing."""
    await silent_world.people.types("subscribe")
    await page_writes(silent_world, ["<!here> canary"], more=False)
    await page_writes(silent_world, ["<!here> canary"], more=True)
    await everybody_asks(silent_world, "part00000000")
    places = {place for place, body in received(silent_world) if "&lt;!here&gt; canary" in json.dumps(body)}
    places |= {place for place, body in received(silent_world) if "<!here> canary" in json.dumps(body)}
    assert places == {"message", "edited message", "response", "call", "views.publish", "views.open"}
    assert any("canary" in json.dumps(body) for body in acknowledged)
    replies = [one for one in silent_world.notices() if one.thread_ts]
    assert any("canary more" in json.dumps(one.blocks) for one in replies)


async def test_what_somebody_types_is_received_as_text(silent_world: World, acknowledged: list[Json]) -> None:
    await silent_world.people.types("subscribe")
    for number, text in enumerate(CHOSEN):
        typed = TYPED[number % len(TYPED)].replace("{}", text)
        await silent_world.people.types(typed)
        if number % 3 == 0:
            await silent_world.people.says(f"<@U0BOT> {text}")
            await silent_world.people.presses("share", text[:2000])
    await silent_world.people.opens_home()
    await silent_world.deliver()
    assert faulty(silent_world) == []
    assert [wrong(silent_world, body) for body in acknowledged if wrong(silent_world, body)] == []
    assert len(acknowledged) >= len(CHOSEN)


@pytest.mark.parametrize(
    "token",
    [
        "<!here>",
        "<@U0EVIL>",
        "<#C0EVIL|general>",
        "<!subteam^S0EVIL>",
        "<https://evil.example|claude.ai>",
        f"<{PAGE_URL}.evil.example/|status>",
        f"<{PAGE_URL}@evil.example/|status>",
        "<!date^0^{date}|never>",
        "<!unknown^x|y>",
    ],
)
async def test_the_reader_finds_one_token_in_every_place(silent_world: World, token: str) -> None:
    """It can fail: what slips through anywhere is found there, in blocks and beside them."""
    assert faulty(silent_world) == []
    block = {"type": "context", "elements": [{"type": "mrkdwn", "text": f"so {token} it", "verbatim": True}]}
    body = {"text": "-", "blocks": [block]}
    url = silent_world.slack.response_url()
    api = silent_world.api
    await api.call("T0CLAUDE", "chat.postMessage", {"channel": "C0STATUS", **body})
    await api.call("T0CLAUDE", "chat.postMessage", {"channel": "C0STATUS", "text": token})
    await api.call(
        "T0CLAUDE", "views.publish", {"user_id": "U0ALICE", "view": {"type": "home", "blocks": [block]}}
    )
    await api.respond(url, body)
    former = Message("T0CLAUDE", "C0STATUS", "1.2", "U0BOT", "-", [], edits=[("-", [block])])
    silent_world.slack.ledger.all_messages.append(former)
    found = [place for place, _ in faulty(silent_world) if place != "call"]
    assert found == ["message", "message", "edited message", "views.publish", "response"]
