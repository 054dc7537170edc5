"""What is sent to Slack for a post, a reply and an edit, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.slack.failures import retry_after
from adapters.slack.verdicts import TABLE
from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.message import Message, Tone
from bot.domain.record import MarkKind
from bot.domain.subscription import Channel
from bot.ports import NotYet, Refused
from tests.contracts.chat import card, reply
from tests.courier.scene import seconds
from tests.fakes.slack.faults import error, limited
from tests.fakes.slack.ledger import Call
from tests.slack.reading import seen
from tests.slack.scene import SlackScene, slack_scene

HERE = Channel("slack", "T0CLAUDE", "C0STATUS")
LOUD = Post(
    "card", PostKind.CARD, Message(Tone.RED, "Raised error rates"), loud=(MarkKind.START,), mention="here"
)
ECHOED = Post("resolved", PostKind.REPLY, Message(Tone.GREEN, "Resolved"), echo=True)
WORDING = sorted(code for row in TABLE if row.wording for code in row.codes.split())


@pytest.fixture
async def scene() -> AsyncIterator[SlackScene]:
    async with slack_scene() as scene:
        yield scene


def last_call(scene: SlackScene) -> Call:
    return scene.slack.ledger.calls[-1]


async def test_a_card_carries_its_words_its_blocks_and_the_key_of_its_delivery(scene: SlackScene) -> None:
    reference = await scene.chat.send(HERE, card("Raised error rates"), "nonce-1", None)
    (message,) = scene.shown(HERE)
    assert reference == Reference(message.ts, message.ts)
    assert "Raised error rates" in message.text
    assert "All about Raised error rates." in seen(message.blocks)
    payload = {"event_type": "claude_status_alert", "event_payload": {"delivery": "nonce-1"}}
    assert message.metadata == payload
    body = last_call(scene).body
    assert {name: body[name] for name in ("unfurl_links", "unfurl_media", "link_names", "parse")} == {
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }
    assert "thread_ts" not in body
    assert "reply_broadcast" not in body


async def test_a_reply_goes_below_its_card_and_is_echoed_only_if_the_post_says_so(scene: SlackScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.world.clock.advance(seconds(1))
    quiet = await scene.chat.send(HERE, reply("Quiet"), "n2", parent)
    scene.world.clock.advance(seconds(1))
    await scene.chat.send(HERE, ECHOED, "n3", parent)
    below = scene.slack.ledger.replies(scene.shown(HERE)[0])
    assert [message.broadcast for message in below] == [False, True]
    assert quiet == Reference(below[0].ts, parent.id)


async def test_a_card_has_a_header_and_a_reply_none_however_often_it_is_edited(scene: SlackScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.world.clock.advance(seconds(1))
    below = await scene.chat.send(HERE, reply("Below"), "n2", parent)
    kinds = [last_call(scene).body["blocks"][0]["type"]]
    await scene.chat.edit(HERE, below, reply("Rewritten"))
    kinds.append(last_call(scene).body["blocks"][0]["type"])
    await scene.chat.edit(HERE, parent, card("Rewritten"))
    kinds.append(last_call(scene).body["blocks"][0]["type"])
    assert kinds == ["rich_text", "rich_text", "header"]


async def test_what_has_no_thread_is_no_broadcast(scene: SlackScene) -> None:
    reference = await scene.chat.send(HERE, ECHOED, "n1", None)
    assert "reply_broadcast" not in last_call(scene).body
    assert reference.thread is None


async def test_a_reply_that_came_to_stand_in_the_channel_has_no_thread(scene: SlackScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.slack.delete(HERE.id, parent.id)
    scene.world.clock.advance(seconds(1))
    reference = await scene.chat.send(HERE, reply("Late"), "n2", parent)
    assert reference.thread is None
    assert [message.ts for message in scene.shown(HERE)] == [reference.id]


async def test_a_reply_to_a_deleted_card_with_replies_joins_them(scene: SlackScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    for number in (2, 3):
        scene.world.clock.advance(seconds(1))
        below = await scene.chat.send(HERE, reply(f"Reply {number}"), f"n{number}", parent)
        assert below.thread == parent.id
        if number == 2:
            scene.slack.delete(HERE.id, parent.id)


async def test_a_loud_post_calls_whom_it_mentions_and_an_edit_of_it_nobody(scene: SlackScene) -> None:
    reference = await scene.chat.send(HERE, LOUD, "n1", None)
    assert "<!here>" in last_call(scene).body["text"]
    await scene.chat.edit(HERE, reference, LOUD)
    assert "here" not in str(last_call(scene).body)


async def test_an_edit_says_everything_anew_and_keeps_the_key_of_its_delivery(scene: SlackScene) -> None:
    reference = await scene.chat.send(HERE, card("First"), "nonce-1", None)
    await scene.chat.edit(HERE, reference, card("Second"))
    body = last_call(scene).body
    assert body.keys() == {"channel", "ts", "text", "blocks", "parse", "link_names"}
    (message,) = scene.shown(HERE)
    assert (message.metadata or {})["event_payload"] == {"delivery": "nonce-1"}
    assert "First" not in seen(message.blocks) + message.text


@pytest.mark.parametrize("code", WORDING)
async def test_words_that_slack_does_not_accept_as_they_were_are_sent_bare(
    scene: SlackScene, code: str
) -> None:
    scene.slack.fail("chat.postMessage", error(code))
    reference = await scene.chat.send(HERE, card("Raised error rates"), "n1", None)
    scene.slack.fail("chat.update", error(code))
    await scene.chat.edit(HERE, reference, card("Rewritten"))
    (message,) = scene.shown(HERE)
    assert (message.blocks, len(message.edits)) == ([], 1)
    assert "Raised error rates" in message.edits[0][0]
    assert "Rewritten" in message.text


async def test_words_that_slack_does_not_accept_even_bare_are_dropped(scene: SlackScene) -> None:
    scene.slack.fail("chat.postMessage", error("invalid_blocks"), times=2)
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, card(), "n1", None)
    assert (caught.value.verdict, caught.value.scope) == (Verdict.DROP, Scope.POST)
    assert len(scene.slack.ledger.calls) == 2


async def test_a_bare_reply_stands_where_it_belongs(scene: SlackScene) -> None:
    parent = await scene.chat.send(HERE, card(), "n1", None)
    scene.world.clock.advance(seconds(1))
    scene.slack.fail("chat.postMessage", error("msg_blocks_too_long"))
    await scene.chat.send(HERE, ECHOED, "n2", parent)
    (below,) = scene.slack.ledger.replies(scene.shown(HERE)[0])
    assert (below.broadcast, below.blocks, "unfurl_links" in below.body) == (True, [], True)


async def test_bare_words_still_call_whom_the_post_mentions(scene: SlackScene) -> None:
    scene.slack.fail("chat.postMessage", error("invalid_blocks"))
    await scene.chat.send(HERE, LOUD, "n1", None)
    assert "<!here>" in scene.shown(HERE)[0].text


async def test_a_second_message_in_a_channel_waits_for_its_turn_without_waiting(scene: SlackScene) -> None:
    await scene.chat.send(HERE, card("First"), "n1", None)
    with pytest.raises(NotYet) as caught:
        await scene.chat.send(HERE, card("Second"), "n2", None)
    assert caught.value.wait == seconds(1)
    scene.world.clock.advance(seconds(1))
    await scene.chat.send(HERE, card("Second"), "n2", None)
    assert len(scene.slack.ledger.calls) == 2


async def test_slack_never_sees_two_messages_of_a_channel_within_a_second(scene: SlackScene) -> None:
    scene.slack.paced = True
    channel = await scene.subscribe()
    for key in ("one", "two", "three"):
        await scene.world.news(key=key)
    courier = scene.courier()
    while len(scene.shown(channel)) < 3:
        await scene.go_on(courier)
    assert all(call.accepted for call in scene.slack.ledger.calls)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        (None, None),
        ("1", 1),
        ("30", 30),
        ("1.5", 1.5),
        ("0", 1),
        ("-5", 1),
        ("1e9", 900),
        ("9" * 400, 30),
        ("inf", 30),
        ("nan", 30),
        ("soon", 30),
        ("", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
    ],
)
def test_the_pause_slack_asks_for_is_read_whatever_it_looks_like(
    header: str | None, pause: float | None
) -> None:
    assert retry_after(header) == (None if pause is None else seconds(pause))


@pytest.mark.parametrize("header", [None, "1.5", "soon", "1e99", "-1"])
async def test_any_rate_limit_is_one_whatever_its_header(scene: SlackScene, header: str | None) -> None:
    scene.slack.fail("chat.postMessage", limited(header))
    with pytest.raises(Refused) as caught:
        await scene.chat.send(HERE, card(), "n1", None)
    refused = caught.value
    assert (refused.code, refused.scope, refused.unknown) == ("ratelimited", Scope.WORKSPACE, False)
    assert refused.retry_after is not None
    assert seconds(1) <= refused.retry_after <= timedelta(minutes=15)


async def test_a_workspace_that_does_not_let_us_in_is_not_asked_for_each_channel(scene: SlackScene) -> None:
    scene.slack.home.revoked = "account_inactive"
    codes = []
    for number in range(5):
        with pytest.raises(Refused) as caught:
            await scene.chat.send(HERE, card(), f"n{number}", None)
        codes.append((caught.value.code, caught.value.verdict, caught.value.cure != ""))
    assert codes == [("account_inactive", Verdict.PAUSE, True)] * 5
    assert len(scene.slack.ledger.calls) == 1
    scene.slack.home.revoked = None
    scene.world.clock.advance(timedelta(minutes=1))
    await scene.chat.send(HERE, card(), "n9", None)


async def test_a_channel_that_does_not_let_us_in_closes_no_other(scene: SlackScene) -> None:
    scene.slack.home.add_channel("C9", bot_in=False, private=True)
    with pytest.raises(Refused, match="channel_not_found"):
        await scene.chat.send(Channel("slack", "T0CLAUDE", "C9"), card(), "n1", None)
    await scene.chat.send(HERE, card(), "n2", None)
