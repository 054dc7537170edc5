"""What every `Chat` must do, whatever platform it speaks to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Protocol

import pytest

from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.message import (
    Block,
    Button,
    Line,
    Link,
    Listing,
    Message,
    Quote,
    Strong,
    Tone,
    When,
    WhenStyle,
)
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel
from bot.ports import Chat, Refused

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOSTILE = (
    "<!channel> @everyone `*_~|> [x](https://x.example) \x1b]0;x\x07\x1b[31m \u202egnp \x00\r\n# &lt; \ud800"
)


class Failure(Enum):
    """How a driver lets the next call fail: nothing done, or done but the answer lost."""

    BEFORE = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a channel shows it now: all its *words*, and the replies below it."""

    words: str
    replies: tuple[Seen, ...] = ()


class ChatDriver(Protocol):
    """A `Chat` under test and its platform, for one test.

    *deduplicates*: a repeated nonce gives the first message. *failures*: those it can stage.
    *deletes*: people can delete messages there. *survives*: a restarted bot can edit what it sent.
    """

    channel: Channel
    other_channel: Channel
    deduplicates: bool
    deletes: bool
    survives: bool
    failures: frozenset[Failure]

    @property
    def chat(self) -> Chat:
        """The bot's side, made anew by `restart`."""

    def seen(self, channel: Channel) -> Sequence[Seen]:
        """Return what stands in *channel*, oldest first."""

    def delete(self, channel: Channel, reference: Reference) -> None:
        """Delete a message, as people do."""

    def fail_next(self, failure: Failure) -> None: ...

    def restart(self) -> None:
        """Replace *chat* by that of a new process."""


def card(title: str = "Raised error rates", *blocks: Block, loud: bool = False) -> Post:
    """Return a card named *title*."""
    message = Message(Tone.RED, title, blocks or (Line((f"All about {title}.",)),))
    return Post("card", PostKind.CARD, message, shows=("u1",), loud=(MarkKind.START,) if loud else ())


def reply(title: str, kind: PostKind = PostKind.REPLY) -> Post:
    """Return a post that belongs below a card, or stands alone."""
    return Post(title, kind, Message(Tone.AMBER, title, (Line((f"All about {title}.",)),)), shows=(title,))


MESSAGES = {
    "bare": Message(Tone.GREY, "Bare"),
    **{tone.value: Message(tone, f"Tone {tone.value}", (Line(("A line.",)),)) for tone in Tone},
    "everything": Message(
        Tone.GREEN,
        "Everything",
        (
            Line((Strong("Strong"), " words, ", When(NOON), Link("a link", "https://status.example.com/x"))),
            Quote((Strong("Said"), When(NOON, WhenStyle.CLOCK)), "First line.\n\nThird line."),
            Listing((("one",), ("two", When(NOON, WhenStyle.DAY))), heading="Heading"),
            Listing((("three",),)),
        ),
        link=Link("Open", "https://status.example.com/incidents/1"),
        footer=("Footer ", When(NOON)),
        buttons=(Button("mute", "Mute", "1"), Button("settings", "Settings")),
    ),
    "empty": Message(Tone.BLUE, "Empty", (Line(()), Line(("",)), Quote((), ""), Listing(()))),
    "long": Message(
        Tone.RED,
        "Long " + "title " * 200,
        (Quote(("Long",), "word " * 4000), *[Line((f"line {number}",)) for number in range(100)]),
        footer=("f" * 5000,),
    ),
    "hostile": Message(
        Tone.RED,
        f"Hostile {HOSTILE}",
        (Quote((HOSTILE,), HOSTILE), Line((HOSTILE, Strong(HOSTILE)))),
        footer=(HOSTILE,),
    ),
    "dates": Message(
        Tone.RED,
        "Dates",
        (Line((When(datetime.min.replace(tzinfo=UTC)), When(datetime.max.replace(tzinfo=UTC)))),),
    ),
}


def words(seen: Sequence[Seen]) -> list[str]:
    """Return the words of each message, each before its replies."""
    return [text for one in seen for text in (one.words, *words(one.replies))]


def matches(seen: Sequence[Seen], *titles: str) -> bool:
    """Return whether there are exactly as many messages as *titles*, each with its title."""
    texts = words(seen)
    return len(texts) == len(titles) and all(map(str.__contains__, texts, titles))


class ChatContract:
    """The suite: an implementation's tests inherit it and give it a `driver` fixture."""

    async def test_a_sent_post_is_shown_once_with_all_its_words(self, driver: ChatDriver) -> None:
        await driver.chat.send(driver.channel, card("Raised error rates"), "n1", None)
        (seen,) = driver.seen(driver.channel)
        assert "Raised error rates" in seen.words
        assert "All about Raised error rates." in seen.words

    @pytest.mark.parametrize("name", MESSAGES)
    async def test_any_message_can_be_sent_and_edited(self, driver: ChatDriver, name: str) -> None:
        post = Post("card", PostKind.CARD, MESSAGES[name])
        reference = await driver.chat.send(driver.channel, post, "n1", None)
        assert matches(driver.seen(driver.channel), MESSAGES[name].title.split()[0])
        await driver.chat.edit(driver.channel, reference, card("Rewritten"))
        await driver.chat.edit(driver.channel, reference, post)
        assert matches(driver.seen(driver.channel), MESSAGES[name].title.split()[0])

    async def test_each_channel_shows_its_own(self, driver: ChatDriver) -> None:
        await driver.chat.send(driver.channel, card("Here"), "n1", None)
        await driver.chat.send(driver.other_channel, card("There"), "n2", None)
        assert matches(driver.seen(driver.channel), "Here")
        assert matches(driver.seen(driver.other_channel), "There")

    async def test_messages_stand_in_the_order_they_were_sent(self, driver: ChatDriver) -> None:
        titles = [f"Title {number}" for number in range(5)]
        for title in titles:
            await driver.chat.send(driver.channel, card(title), title, None)
        assert matches(driver.seen(driver.channel), *titles)

    async def test_loud_and_silent_posts_are_shown_alike(self, driver: ChatDriver) -> None:
        await driver.chat.send(driver.channel, card("Loud", loud=True), "n1", None)
        await driver.chat.send(driver.channel, card("Silent"), "n2", None)
        assert matches(driver.seen(driver.channel), "Loud", "Silent")

    async def test_replies_stand_below_their_card_in_order(self, driver: ChatDriver) -> None:
        first = await driver.chat.send(driver.channel, card("First"), "n1", None)
        second = await driver.chat.send(driver.channel, card("Second"), "n2", None)
        assert first.thread is not None
        for number, parent in enumerate([first, second, first]):
            await driver.chat.send(driver.channel, reply(f"Reply {number}"), f"r{number}", parent)
        one, other = driver.seen(driver.channel)
        assert matches(one.replies, "Reply 0", "Reply 2")
        assert matches(other.replies, "Reply 1")

    async def test_a_post_without_a_parent_stands_alone(self, driver: ChatDriver) -> None:
        await driver.chat.send(driver.channel, card("Card"), "n1", None)
        await driver.chat.send(driver.channel, reply("Alone", PostKind.POST), "n2", None)
        await driver.chat.send(driver.channel, reply("Orphan"), "n3", None)
        assert [len(one.replies) for one in driver.seen(driver.channel)] == [0, 0, 0]

    async def test_an_edit_changes_the_words_and_nothing_else(self, driver: ChatDriver) -> None:
        kept = await driver.chat.send(driver.channel, card("Kept"), "n1", None)
        below = await driver.chat.send(driver.channel, reply("Below"), "n2", kept)
        await driver.chat.send(driver.channel, card("Last"), "n3", None)
        await driver.chat.edit(driver.channel, kept, card("Kept", Line(("New words.",))))
        await driver.chat.edit(driver.channel, below, reply("Rewritten below"))
        assert matches(driver.seen(driver.channel), "Kept", "Rewritten below", "Last")
        changed = driver.seen(driver.channel)[0].words
        assert "New words." in changed
        assert "All about Kept." not in changed

    async def test_an_edit_may_be_repeated(self, driver: ChatDriver) -> None:
        reference = await driver.chat.send(driver.channel, card("First"), "n1", None)
        for _ in range(2):
            await driver.chat.edit(driver.channel, reference, card("Second"))
        assert matches(driver.seen(driver.channel), "Second")

    async def test_a_repeated_nonce_gives_the_first_message_where_the_platform_can(
        self, driver: ChatDriver
    ) -> None:
        first = await driver.chat.send(driver.channel, card("First"), "n1", None)
        again = await driver.chat.send(driver.channel, card("Second"), "n1", None)
        if driver.deduplicates:
            assert again == first
            assert matches(driver.seen(driver.channel), "First")
        else:
            assert again != first
            assert matches(driver.seen(driver.channel), "First", "Second")

    async def test_equal_words_under_different_nonces_are_two_messages(self, driver: ChatDriver) -> None:
        first = await driver.chat.send(driver.channel, card("Same"), "n1", None)
        second = await driver.chat.send(driver.channel, card("Same"), "n2", None)
        assert first.id != second.id
        assert matches(driver.seen(driver.channel), "Same", "Same")

    async def test_many_at_once_are_all_shown(self, driver: ChatDriver) -> None:
        titles = [f"Title {number:02}" for number in range(20)]
        sending = [driver.chat.send(driver.channel, card(title), title, None) for title in titles]
        references = await asyncio.gather(*sending)
        assert len({reference.id for reference in references}) == 20
        assert len(driver.seen(driver.channel)) == 20

    async def test_a_message_nobody_knows_must_be_sent_anew(self, driver: ChatDriver) -> None:
        with pytest.raises(Refused) as caught:
            await driver.chat.edit(driver.channel, Reference("1", "1"), card())
        assert (caught.value.verdict, caught.value.unknown) == (Verdict.RESEND, False)
        assert not driver.seen(driver.channel)

    async def test_a_deleted_message_must_be_sent_anew(self, driver: ChatDriver) -> None:
        if not driver.deletes:
            pytest.skip("nobody can delete what is printed")
        reference = await driver.chat.send(driver.channel, card("Gone"), "n1", None)
        driver.delete(driver.channel, reference)
        with pytest.raises(Refused) as caught:
            await driver.chat.edit(driver.channel, reference, card("Gone for good"))
        assert (caught.value.verdict, caught.value.scope) == (Verdict.RESEND, Scope.POST)
        assert not driver.seen(driver.channel)

    async def test_a_reply_to_a_lost_card_is_shown_or_refused_for_being_lost(
        self, driver: ChatDriver
    ) -> None:
        """Platforms differ: one refuses it, one lets it stand in the channel."""
        parent = await driver.chat.send(driver.channel, card("Gone"), "n1", None)
        if driver.deletes:
            driver.delete(driver.channel, parent)
        else:
            parent = Reference("1", "1")
        before = driver.seen(driver.channel)
        try:
            await driver.chat.send(driver.channel, reply("Orphan"), "n2", parent)
        except Refused as refusal:
            lost = refusal
        else:
            assert sum("Orphan" in text for text in words(driver.seen(driver.channel))) == 1
            return
        assert lost.verdict is Verdict.RESEND
        assert driver.seen(driver.channel) == before

    async def test_a_call_refused_before_it_was_accepted_shows_nothing(self, driver: ChatDriver) -> None:
        if Failure.BEFORE not in driver.failures:
            pytest.skip("this platform cannot be made to refuse")
        driver.fail_next(Failure.BEFORE)
        with pytest.raises(Refused):
            await driver.chat.send(driver.channel, card("First"), "n1", None)
        assert not driver.seen(driver.channel)
        reference = await driver.chat.send(driver.channel, card("First"), "n1", None)
        driver.fail_next(Failure.BEFORE)
        with pytest.raises(Refused):
            await driver.chat.edit(driver.channel, reference, card("Second"))
        assert matches(driver.seen(driver.channel), "First")
        await driver.chat.edit(driver.channel, reference, card("Second"))
        assert matches(driver.seen(driver.channel), "Second")

    async def test_a_lost_answer_is_called_unknown_and_a_retry_repeats_once_at_most(
        self, driver: ChatDriver
    ) -> None:
        if Failure.AFTER not in driver.failures:
            pytest.skip("this platform's answer cannot be lost")
        driver.fail_next(Failure.AFTER)
        with pytest.raises(Refused) as caught:
            await driver.chat.send(driver.channel, card("First"), "n1", None)
        assert (caught.value.verdict, caught.value.unknown) == (Verdict.RETRY, True)
        await driver.chat.send(driver.channel, card("First"), "n1", None)
        assert matches(driver.seen(driver.channel), *["First"] * (1 if driver.deduplicates else 2))

    async def test_an_edit_whose_answer_was_lost_can_be_made_again(self, driver: ChatDriver) -> None:
        if Failure.AFTER not in driver.failures:
            pytest.skip("this platform's answer cannot be lost")
        reference = await driver.chat.send(driver.channel, card("First"), "n1", None)
        driver.fail_next(Failure.AFTER)
        with pytest.raises(Refused):
            await driver.chat.edit(driver.channel, reference, card("Second"))
        await driver.chat.edit(driver.channel, reference, card("Second"))
        assert matches(driver.seen(driver.channel), "Second")

    async def test_a_restarted_bot_finds_its_messages_or_is_told_to_send_them_anew(
        self, driver: ChatDriver
    ) -> None:
        reference = await driver.chat.send(driver.channel, card("Before"), "n1", None)
        driver.restart()
        if not driver.survives:
            with pytest.raises(Refused) as caught:
                await driver.chat.edit(driver.channel, reference, card("After"))
            assert caught.value.verdict is Verdict.RESEND
            return
        await driver.chat.edit(driver.channel, reference, card("After"))
        await driver.chat.send(driver.channel, reply("Below"), "n2", reference)
        assert matches(driver.seen(driver.channel), "After", "Below")
