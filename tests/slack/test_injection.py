"""Whatever the page or somebody writes stays text in Slack: no mention, link or format, no limit broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from adapters.slack.blocks import Rendered, blocks_of, render
from adapters.statuspage.parse import parse as parse_page
from bot.commands import Caller
from bot.domain.answer import answer
from bot.domain.card import card
from bot.domain.health import Health
from bot.domain.history import history
from bot.domain.message import Line, Link, Listing, Message, Named, NamedKind, Quote, Strong, Tone
from bot.domain.record import Known
from bot.domain.reply import reply
from bot.domain.sendable import clean
from bot.domain.status import Endpoint, Snapshot
from bot.domain.subscription import Channel, Mention
from bot.domain.transitions import absorb
from storage.opening import open_store
from tests import factories
from tests.commands.world import World
from tests.domain.builders import at, change, component, incident, started, summary, update
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock
from tests.fakes.slack.rules import mrkdwn_styles, mrkdwn_tokens, tokens_of
from tests.slack.corpus import TEXTS, TOKENS, escaped
from tests.slack.reading import as_typed, faults, quoted

HOST = "status.example.com"
SHORT = [text for text in TEXTS if len(text) <= 100 and "›" not in text]
"""Texts that are shown whole, and hold none of the signs that stand for others."""
CHUNK = 50
"""How many texts one test takes, so that hundreds of them do not cost a test's own time each."""


def chunks(texts: Sequence[str]) -> pytest.MarkDecorator:
    """Return what gives a test all of *texts*, some at a time."""
    parts = [texts[first : first + CHUNK] for first in range(0, len(texts), CHUNK)]
    return pytest.mark.parametrize("texts", parts, ids=range(len(parts)))


ALL = chunks(TEXTS)


def test_there_are_more_than_enough_texts() -> None:
    assert len(TEXTS) >= 320
    assert sum(bool(mrkdwn_tokens(text)) for text in TEXTS) >= 170


def shortened(text: str) -> str:
    """Return *text* as the message of an assert, where 40,000 characters would help nobody."""
    return f"{text[:200]!r} ({len(text)} characters)"


def known_of(text: str) -> Known:
    """Return what is known after the page wrote *text* wherever it can."""
    part = factories.component(("chatexample1", text), text)
    hurt = factories.change(("chatexample1", text), "operational", "major_outage")
    told = [
        factories.update("investigating", text, identifier="u1", affected=[hurt]),
        factories.update(text, text, identifier="u2", affected=[hurt], at=factories.minute(1)),
    ]
    document = factories.incident(name=text, updates=told, impact=text, status="investigating")
    document = factories.summary(document, parts=[part, factories.component(factories.API)], indicator=text)
    snapshot = parse_page(Endpoint.SUMMARY, factories.encode(document), PAGE_URL)
    assert isinstance(snapshot, Snapshot), snapshot
    return absorb(Known(), snapshot, at(2)).known


@ALL
def test_what_the_page_writes_stays_text_in_every_message(texts: Sequence[str]) -> None:
    for text in texts:
        for message, small in told_of(text):
            assert faults(render(message, small=small), HOST) == [], shortened(text)


def told_of(text: str) -> Iterator[tuple[Message, bool]]:
    """Yield all that is said after the page wrote *text* wherever it can, and whether it is said small."""
    sendable = text.encode("utf-8", "replace").decode()
    known = known_of(sendable)
    (record,) = known.records.values()
    assert known.page is not None
    shows = [one.id for one in record.incident.updates]
    says = [mark.id for mark in record.marks]
    said = [
        card(record, PAGE_URL, shows),
        card(record, PAGE_URL, shows, followed=False),
        reply(record, PAGE_URL, shows, says),
        reply(record, PAGE_URL, (), says),
        answer(known, Health(read_at=at(2)), at(3), PAGE_URL).message,
        answer(known, Health(read_at=at(2), reason=sendable, failures=3), at(3), PAGE_URL).message,
        history([record], known.page, at(3)),
    ]
    for index, message in enumerate(said):
        yield message, index in (2, 3)


@ALL
def test_what_was_stored_unclean_stays_text_too(texts: Sequence[str]) -> None:
    """Nothing relies on the parser: an older one may have let more through."""
    for text in texts:
        for message in stored_unclean(text):
            assert faults(render(message), HOST) == [], shortened(text)


def stored_unclean(text: str) -> tuple[Message, ...]:
    """Return what is said of *text* that no parser has seen."""
    told = (update(0, text, change("chat"), body=text), update(1, text, body=text))
    reader = started()
    reader.read(summary(1, incident("a", *told, name=text, impact=text, status=text), indicator=text))
    known = reader.known
    state = replace(known.components["chat"], component=component("chat", text, name=text))
    known = replace(known, components={"chat": state})
    record = reader["a"]
    return (
        card(record, PAGE_URL, ["u0", "u1"]),
        reply(record, PAGE_URL, ["u0", "u1"], [mark.id for mark in record.marks]),
        answer(known, Health(read_at=at(1)), at(2), PAGE_URL).message,
    )


@ALL
def test_text_in_every_place_of_a_message_stays_text(texts: Sequence[str]) -> None:
    for text in texts:
        for rendered in in_every_place(text):
            found = [one for one in faults(rendered, HOST) if one != f"link {text}"]
            assert found == [], shortened(text)


def in_every_place(text: str) -> tuple[Rendered, ...]:
    """Return a message that has *text* wherever there can be text, as it may be rendered."""
    everything = Message(
        Tone.RED,
        text,
        (
            Line((text, Strong(text), *(Named(kind, text) for kind in NamedKind), Link(text, text))),
            Quote((Strong(text), text), text),
            Listing(((text,), (Strong(text),)), heading=text),
        ),
        Link(text, f"{PAGE_URL}/incidents/{text}"),
        (text, Named(NamedKind.GROUP, text), Link(text, text), " ", text),
    )
    return (
        render(everything, mention=text),
        render(everything, small=True, private=True),
        Rendered("-", blocks_of(everything)),
    )


@chunks(SHORT)
def test_a_short_text_arrives_as_it_is_and_escaped_once(texts: Sequence[str]) -> None:
    for text in texts:
        shown = " ".join(clean(text).split())
        rendered = render(Message(Tone.RED, text, (Quote(("x",), text),)))
        assert rendered.blocks[0]["text"]["text"] == f"🔴 {shown}".strip(), text
        assert "".join(quoted(rendered.blocks)) == clean(text).strip(), text
        assert as_typed(rendered.text.split("\n")[0]) == f"🔴 {shown}".strip(), text


async def test_what_somebody_types_stays_text_in_the_reply() -> None:
    store = await open_store("sqlite://")
    world = World(store, SetClock())
    await world.page_says()
    alice = Caller(Channel("console", "home", "general"), "U0ALICE", may_configure=True, may_list=True)
    await world.do("subscribe", alice)
    for number, text in enumerate(TEXTS):
        frame = ("{}", "settings mention={}", "settings components={}", "mute {}")[number % 4]
        for words in (text, frame.replace("{}", text)):
            rendered = render((await world.do(words, alice)).message)
            wrong = [one for one in faults(rendered, HOST) if not one.startswith("context: bold */claudes")]
            assert wrong == [], words[:200]
    await store.close()


async def test_a_stored_mention_that_names_nobody_calls_nobody() -> None:
    for text in TEXTS:
        mention = Mention(text)
        rendered = render(Message(Tone.RED, "Title"), mention=mention.target)
        assert rendered == render(Message(Tone.RED, "Title"))


@pytest.mark.parametrize("token", [one for one in TOKENS if mrkdwn_tokens(one, verbatim=True)])
def test_the_reader_finds_what_escaping_takes_away(token: str) -> None:
    """The judge of the tests above can say no: unescaped, or undone once too often, each token acts."""
    block = {"type": "context", "elements": [{"type": "mrkdwn", "text": f"so {token} it", "verbatim": True}]}
    assert tokens_of([block])
    assert faults(Rendered(f"so {token} it", render(Message(Tone.RED, "Title")).blocks), HOST) or (
        token.startswith("<!date")
    )
    assert not mrkdwn_tokens(escaped(token, 1), verbatim=True)
    assert faults(Rendered(" ", [block]), HOST) or token.startswith("<!date")


@pytest.mark.parametrize("text", ["*b*", "_i_", "~s~", "`c`", "> q", "&gt; q", "x\n> q", "```f```"])
def test_the_reader_finds_formats(text: str) -> None:
    assert mrkdwn_styles(text)


def test_the_reader_finds_bare_addresses_where_they_become_links() -> None:
    text = "see https://evil.example now"
    assert mrkdwn_tokens(text) == ["link https://evil.example"]
    assert mrkdwn_tokens(text, verbatim=True) == []
