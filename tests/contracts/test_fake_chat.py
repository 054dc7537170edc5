"""The fake chat keeps the contract, with and without recognising nonces."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.delivery import Reference, Scope, Verdict
from bot.domain.message import plain_lines
from bot.domain.subscription import Channel
from bot.ports import Refused
from tests.contracts.chat import ChatContract, ChatDriver, Failure, Seen, card, reply
from tests.fakes.chat import Crash, FakeChat, Fate, Orphans, Shown

HERE = Channel("fake", "w1", "c1")


class FakeDriver:
    """Drives a `FakeChat`, which is platform and bot in one: it outlives a restart."""

    def __init__(self, chat: FakeChat) -> None:
        self.chat = chat
        self.channel = HERE
        self.other_channel = Channel("fake", "w1", "c2")
        self.deduplicates = chat.deduplicates
        self.deletes = True
        self.survives = True
        self.failures = frozenset(Failure)

    def seen(self, channel: Channel) -> Sequence[Seen]:
        return [seen(shown) for shown in self.chat.top(channel)]

    def delete(self, channel: Channel, reference: Reference) -> None:
        self.chat.delete(reference)

    def fail_next(self, failure: Failure) -> None:
        refusal = Refused(Verdict.RETRY, Scope.PLATFORM, "unavailable", "the platform is down")
        self.chat.script(refusal if failure is Failure.BEFORE else Fate.LOSE_ANSWER)

    def restart(self) -> None:
        pass


def seen(shown: Shown) -> Seen:
    words = "(deleted)" if shown.deleted else "\n".join(plain_lines(shown.post.message))
    return Seen(words, tuple(seen(below) for below in shown.replies if not below.deleted))


class TestTheFakeThatRecognisesNonces(ChatContract):
    """Like Discord."""

    @pytest.fixture
    def driver(self) -> ChatDriver:
        return FakeDriver(FakeChat(deduplicates=True))


class TestTheFakeThatDoesNot(ChatContract):
    """Like Slack."""

    @pytest.fixture(params=Orphans)
    def driver(self, request: pytest.FixtureRequest) -> ChatDriver:
        return FakeDriver(FakeChat(deduplicates=False, orphans=request.param))


async def test_a_crash_before_acceptance_shows_nothing_and_one_after_does() -> None:
    chat = FakeChat()
    chat.script(Fate.CRASH_BEFORE, Fate.CRASH_AFTER)
    for shown in (0, 1):
        with pytest.raises(Crash):
            await chat.send(HERE, card(), "n1", None)
        assert len(chat.top(HERE)) == shown


async def test_no_except_exception_sees_a_crash() -> None:
    assert not issubclass(Crash, Exception)


async def test_the_calls_tell_what_was_done_and_what_was_not() -> None:
    chat = FakeChat()
    refusal = Refused(Verdict.DROP, Scope.POST, "invalid", "no")
    chat.script(refusal, Fate.ACCEPT, Fate.LOSE_ANSWER)
    for _ in range(3):
        try:
            await chat.send(HERE, card(), "n1", None)
        except Refused:
            continue
    with pytest.raises(Refused):
        await chat.edit(HERE, Reference("m9"), card())
    with pytest.raises(Refused):
        await chat.send(HERE, reply("r"), "n2", Reference("m9"))
    told = [(call.op, call.shown is not None, call.repeated) for call in chat.calls]
    expected = [("send", False, False), ("send", True, False), ("send", True, True)]
    assert told == [*expected, ("edit", False, False), ("send", False, False)]


async def test_a_forgotten_nonce_shows_the_message_again() -> None:
    chat = FakeChat()
    await chat.send(HERE, card(), "n1", None)
    chat.forget_nonces()
    await chat.send(HERE, card(), "n1", None)
    assert len(chat.top(HERE)) == 2


async def test_a_reply_to_a_deleted_card_can_be_refused() -> None:
    chat = FakeChat(orphans=Orphans.REFUSED)
    parent = await chat.send(HERE, card("Card"), "n1", None)
    chat.delete(parent)
    with pytest.raises(Refused, match="thread_not_found"):
        await chat.send(HERE, reply("Late"), "n2", parent)


@pytest.mark.parametrize(("orphans", "top"), [(Orphans.IN_CHANNEL, ["Late"]), (Orphans.IN_THREAD, [])])
async def test_replies_outlive_their_card(orphans: Orphans, top: list[str]) -> None:
    chat = FakeChat(orphans=orphans)
    parent = await chat.send(HERE, card("Card"), "n1", None)
    await chat.send(HERE, reply("Early"), "n2", parent)
    chat.delete(parent)
    late = await chat.send(HERE, reply("Late"), "n3", parent)
    assert [shown.post.key for shown in chat.top(HERE) if not shown.deleted] == top
    assert [shown.post.key for shown in chat.everything(HERE)] == ["Early", "Late"]
    assert (late.thread is None) == (orphans is Orphans.IN_CHANNEL)
