"""The feed: headlines for answers while the page's JSON is refused."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.statuspage.client import StatusPage
from adapters.statuspage.feed import read_feed
from adapters.statuspage.parse import Rejected
from bot.domain.status import Endpoint
from bot.ports import Headline, Unreadable
from tests.factories import entry, feed, minute
from tests.fakes.page import Answer, FakePage

XML = '<?xml version="1.0" encoding="UTF-8"?>'
PLAIN = "<feed><entry><id>x/one</id><title>{}</title></entry></feed>"


def headlines(body: bytes) -> tuple[Headline, ...]:
    found = read_feed(body)
    assert not isinstance(found, Rejected), found
    return found


def one(body: bytes) -> Headline:
    (found,) = headlines(body)
    return found


async def test_the_feed_is_read_over_http(page: FakePage, source: StatusPage) -> None:
    page.show(Endpoint.ATOM, feed(entry(("Investigating", "We look into it."))))
    assert await source.headlines() == (
        Headline(
            "incident0001", "Raised error rates in chat", "investigating", minute(0), "We look into it."
        ),
    )


async def test_a_feed_that_is_refused_or_none_is_unreadable(page: FakePage, source: StatusPage) -> None:
    page.script(Endpoint.ATOM, Answer(503), Answer(200, (), b"{}"))
    for reason in ("503", "history.atom is damaged or not XML"):
        with pytest.raises(Unreadable, match=reason):
            await source.headlines()


def test_the_newest_entry_comes_first() -> None:
    """The page orders them otherwise."""
    entries = [
        entry(("Resolved", "Done."), identifier="middle", at=minute(5)),
        entry(("Resolved", "Done."), identifier="newest", at=minute(9)),
        entry(("Resolved", "Done."), identifier="oldest", at=minute(1)),
        entry(("Resolved", "Done."), identifier="dateless")
        .replace("<updated>", "<x>")
        .replace("</updated>", "</x>"),
    ]
    entries[3] = entries[3].replace("<published>", "<y>").replace("</published>", "</y>")
    assert [found.id for found in headlines(feed(*entries))] == ["newest", "middle", "oldest", "dateless"]


def test_an_entry_has_the_status_and_the_words_of_its_newest_update() -> None:
    found = one(feed(entry(("Monitoring", "A fix is in place."), ("Investigating", "We look into it."))))
    assert (found.status, found.text) == ("monitoring", "A fix is in place.")


def test_an_update_that_repeats_the_status_is_not_a_status() -> None:
    """The page writes "Update" over it."""
    found = one(feed(entry(("Update", "Still at it."), ("Update", "At it."), ("Identified", "Found it."))))
    assert (found.status, found.text) == ("identified", "Still at it.")


def test_a_status_of_two_words_is_written_as_the_page_does_elsewhere() -> None:
    assert one(feed(entry(("In progress", "We have begun.")))).status == "in_progress"


def test_an_entry_of_another_make_is_still_a_headline() -> None:
    found = one(feed(entry()))
    assert (found.status, found.text, found.name) == ("unknown", "", "Raised error rates in chat")


def test_words_are_plain_text_decoded_once() -> None:
    told = "Tokens &amp;lt;b&amp;gt; &amp; more<br />Second <a href='https://example.com'>line</a>\u202e"
    found = one(feed(entry(("Resolved", told), ("Identified", "Older."))))
    assert found.text == "Tokens &lt;b&gt; & more\nSecond line"


def test_an_entry_is_known_by_its_link_or_else_by_its_own_id() -> None:
    linked = entry(identifier="abc")
    unlinked = entry(identifier="not fit")
    assert [found.id for found in headlines(feed(linked, unlinked))] == ["abc", "31000001"]
    nameless = "<entry><title>Nobody knows which</title></entry>"
    assert headlines(feed(nameless, entry(identifier="abc"), entry(identifier="abc", name="Again"))) == (
        one(feed(entry(identifier="abc"))),
    )


def test_an_empty_feed_has_no_headlines() -> None:
    assert headlines(feed()) == ()


def test_only_the_first_hundred_entries_are_read() -> None:
    assert len(headlines(feed(*(entry(identifier=f"i{number}") for number in range(150))))) == 100


BOMB = (
    '<!DOCTYPE feed [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
    + PLAIN.format("&j;")
)
EXTERNAL = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PLAIN.format("&x;")


@pytest.mark.parametrize("body", [BOMB, EXTERNAL, '<!doctype feed SYSTEM "http://127.0.0.1/x.dtd">' + PLAIN])
@pytest.mark.parametrize("head", ["", XML])
def test_a_feed_that_declares_anything_is_refused(head: str, body: str) -> None:
    """Entities that expand, and entities from elsewhere, must be declared first."""
    assert read_feed((head + body).encode()) == Rejected(
        "history.atom declares a document type, which a feed has no need of"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_a_declaration_cannot_hide_in_another_encoding(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert isinstance(read_feed((head + BOMB).encode(encoding)), Rejected)


def test_an_encoding_that_is_only_claimed_is_not_believed() -> None:
    assert one(feed(entry(name="Café"), head='<?xml version="1.0" encoding="iso-8859-1"?>')).name == "Café"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<feed>",
        b"<html><body/></html>",
        PLAIN.format("&nbsp;").encode(),
        PLAIN.format("\x00").encode(),
        PLAIN.format("").encode("utf-16"),
        b"<feed>" * 100_000,
        b"<feed>" + b"<a>" * 1_000_000,
        b"<feed>" + b"<entry/>" * 600_000 + b"</feed>",
        b"<" * 1_000_000,
        b"<feed " + b'a="b" ' * 200_000 + b"/>",
    ],
    ids=range(12),
)
def test_what_is_no_feed_is_rejected_at_once(body: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    try:
        assert isinstance(read_feed(body), Rejected)
        assert time.process_time() - started < 5
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_timeline_that_is_all_brackets_is_done_with_at_once() -> None:
    started = time.process_time()
    for rubbish in ("<" * 200_000, "<strong>" * 50_000, "<strong>a</strong>" * 50_000, "<p" * 200_000):
        headlines(feed(entry(("Resolved", rubbish))))
    assert time.process_time() - started < 5


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_rejected(body: bytes) -> None:
    read_feed(body)


@settings(max_examples=200)
@given(st.data())
def test_any_flipped_bytes_are_read_or_rejected(data: st.DataObject) -> None:
    body = bytearray(feed(entry(("Update", "Words &amp; more."), ("Identified", "Found it."))))
    places = st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255))
    for place, byte in data.draw(st.lists(places, min_size=1, max_size=5)):
        body[place] = byte
    found = read_feed(bytes(body))
    for headline in () if isinstance(found, Rejected) else found:
        (headline.name + headline.status + headline.text).encode()
