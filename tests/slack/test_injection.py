"""Whatever the page or somebody writes stays text in Slack: no mention, link or format, no limit broken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.slack.blocks import Rendered, blocks_of, render
from bot.commands import Caller
from bot.domain.message import Line, Link, Listing, Message, Named, NamedKind, Quote, Strong, Tone
from bot.domain.sendable import clean
from bot.domain.subscription import Channel, Mention
from tests.commands.world import World
from tests.factories import PAGE_URL
from tests.fakes.clock import SetClock
from tests.fakes.slack.rules import mrkdwn_styles, mrkdwn_tokens, tokens_of
from tests.slack.corpus import TEXTS, TOKENS, escaped
from tests.slack.reading import as_typed, faults, quoted
from tests.stores import empty_store
from tests.untrusted import chunks, shortened, stored_unclean, told_of

HOST = "status.example.com"
SHORT = [text for text in TEXTS if len(text) <= 100 and "›" not in text]
"""Texts that are shown whole, and hold none of the signs that stand for others."""
ALL = chunks(TEXTS)


def test_there_are_more_than_enough_texts() -> None:
    assert len(TEXTS) >= 320
    assert sum(bool(mrkdwn_tokens(text)) for text in TEXTS) >= 170


@ALL
def test_what_the_page_writes_stays_text_in_every_message(texts: Sequence[str]) -> None:
    for text in texts:
        for message, small in told_of(text):
            assert faults(render(message, small=small), HOST) == [], shortened(text)


@ALL
def test_what_was_stored_unclean_stays_text_too(texts: Sequence[str]) -> None:
    """Nothing relies on the parser: an older one may have let more through."""
    for text in texts:
        for message in stored_unclean(text):
            assert faults(render(message), HOST) == [], shortened(text)


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
    async with empty_store() as store:
        await _nothing_typed_acts(World(store, SetClock()))


async def _nothing_typed_acts(world: World) -> None:
    await world.page_says()
    alice = Caller(Channel("console", "home", "general"), "U0ALICE", may_configure=True, may_list=True)
    await world.do("subscribe", alice)
    for number, text in enumerate(TEXTS):
        frame = ("{}", "settings mention={}", "settings components={}", "mute {}")[number % 4]
        for words in (text, frame.replace("{}", text)):
            rendered = render((await world.do(words, alice)).message)
            wrong = [one for one in faults(rendered, HOST) if not one.startswith("context: bold */claudes")]
            assert wrong == [], words[:200]


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
