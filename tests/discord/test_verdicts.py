"""Every documented error means one thing, through the real client, and people are told what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord.rest import About
from adapters.discord.rows import Row
from adapters.discord.verdicts import BAD_TOKEN, BLOCKED, ROWS, TABLE, refusal
from bot.domain.delivery import Delivery, Scope, Verdict
from bot.domain.subscription import Channel, State
from bot.ports import Refused
from tests.contracts.chat import card
from tests.discord.documented_errors import OF_OTHER_THINGS, OURS
from tests.discord.scene import CREATE, HERE, DiscordScene, discord_scene
from tests.fakes.discord.faults import Fault, Match, error, http, limited
from tests.fakes.discord.places import TEXT, TOKEN

STOPPING = BAD_TOKEN | {BLOCKED}
"""After these no call is made any more, so that each has a test of its own."""


def status(row: Row, code: int) -> int:
    """Return a status that goes with *code*, as Discord's do."""
    if row.pause is not None:
        return 429
    return {10: 404, 20: 403, 30: 400, 40: 400, 13: 503}.get(int(str(code)[:2]), 403)


async def refused(scene: DiscordScene) -> Refused:
    with pytest.raises(Refused) as caught:
        await scene.rest.call(
            "POST",
            "/channels/{channel_id}/messages",
            {"content": "x"},
            About("Send Messages"),
            channel_id=TEXT,
        )
    return caught.value


def test_every_documented_error_is_in_the_table_or_of_other_things() -> None:
    assert ROWS.keys() == OURS
    assert not OURS & OF_OTHER_THINGS


def test_no_error_is_in_two_rows() -> None:
    counts = Counter(code for row in TABLE for code in row.codes)
    assert not [code for code, count in counts.items() if count > 1]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row.codes[0]))
def test_a_reason_is_a_sentence_and_what_people_can_mend_has_its_cure(row: Row) -> None:
    for sentence in filter(None, (row.reason, row.cure)):
        assert sentence[0].isupper() or sentence.startswith("{needed}")
        assert sentence.endswith(".")
    if row.verdict is Verdict.PAUSE:
        assert row.cure
    if row.unknown or row.pause:
        assert row.verdict is Verdict.RETRY


async def test_every_error_reaches_the_caller_as_its_row_says() -> None:
    async with discord_scene() as scene:
        for code, row in ROWS.items():
            if code in STOPPING:
                continue
            scene.discord.fail(CREATE, error(status(row, code), code))
            got = await refused(scene)
            assert (got.code, got.verdict, got.scope) == (str(code), row.verdict, row.scope), code
            assert (got.unknown, got.retry_after) == (row.unknown, row.pause), code
        assert len(scene.discord.ledger.calls_of(CREATE)) == len(ROWS) - len(STOPPING)


async def test_every_error_does_to_a_delivery_what_its_verdict_says() -> None:
    async with discord_scene() as scene:
        codes = [code for code, row in ROWS.items() if code not in STOPPING and row.pause is None]
        channels = {
            code: await scene.subscribe(replace(scene.place(), workspace=f"{code}")) for code in codes
        }
        for code, channel in channels.items():
            refusing = error(status(ROWS[code], code), code)
            scene.discord.fail(CREATE, refusing, None, in_channel(channel))
        await scene.world.news()
        courier = scene.courier()
        while "" in [_became(await scene.world.delivery(one)) for one in channels.values()]:
            await courier.run_dry()
            scene.world.clock.advance(timedelta(seconds=2))
        for code, channel in channels.items():
            delivery, row = await scene.world.delivery(channel), ROWS[code]
            subscription = await scene.world.subscription(channel)
            paused = row.verdict is Verdict.PAUSE or code in (50083, 160005)  # here it is the channel itself
            assert (subscription.state is State.PAUSED) == paused, code
            assert bool(subscription.pause_reason) == paused, code
            assert _became(delivery) == ("paused" if paused else row.verdict.value), code
            assert not scene.shown(channel), code


def in_channel(channel: Channel) -> Match:
    """Return what is true of the calls that post to *channel*."""
    return lambda path, _body: path == f"/channels/{channel.id}/messages"


def _became(delivery: Delivery) -> str:
    """Return what the trace of a delivery says was made of its refusals, empty before any."""
    outcomes = {attempt.outcome for attempt in delivery.trace if attempt.outcome != "held"}
    return "paused" if outcomes == {"pause"} else " ".join(outcomes)


async def test_an_error_that_is_not_known_yet_is_tried_again() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, error(400, 99999))
        got = await refused(scene)
        assert (got.verdict, got.scope, got.unknown) == (Verdict.RETRY, Scope.POST, False)
        assert "99999" in got.reason
        assert got.cure


async def test_the_missing_permission_is_named() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, error(403, 50013))
        got = await refused(scene)
        assert got.reason == "I lack a permission in this channel: Send Messages."
        assert got.cure == "Give me Send Messages in the channel's settings under Permissions."


@pytest.mark.parametrize("fault", [error(401, 0), error(403, 50014), error(400, 40001)])
async def test_a_bad_token_is_nobodys_own_trouble(fault: Fault) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, fault)
        got = await refused(scene)
        assert (got.verdict, got.scope) == (Verdict.RETRY, Scope.PLATFORM)
        assert got.retry_after == timedelta(minutes=1)
        assert "DISCORD_BOT_TOKEN" in got.cure
        assert TOKEN not in f"{got.reason}{got.cure}"
        assert scene.rest.refused


async def test_where_cloudflare_blocks_us_nothing_is_called_for_ten_minutes() -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, error(403, BLOCKED))
        assert (await refused(scene)).retry_after == timedelta(minutes=10)
        calls = len(scene.discord.ledger.calls)
        scene.world.clock.advance(timedelta(minutes=9))
        assert (await refused(scene)).retry_after == timedelta(minutes=1)
        assert len(scene.discord.ledger.calls) == calls


@pytest.mark.parametrize("found", [302, 400, 401, 403, 404, 405, 407, 408])
async def test_a_status_without_discords_own_word_is_of_what_stands_in_between(found: int) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, http(found))
        got = await refused(scene)
        assert (got.code, got.verdict, got.scope, got.unknown) == (
            f"http_{found}",
            Verdict.RETRY,
            Scope.PLATFORM,
            False,
        )


@pytest.mark.parametrize("found", [500, 502, 503, 504, 520, 524])
async def test_a_servers_error_may_have_come_after_the_deed(found: int) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, http(found))
        got = await refused(scene)
        assert (got.code, got.verdict, got.unknown) == (f"http_{found}", Verdict.RETRY, True)
        assert len(scene.discord.ledger.calls_of(CREATE)) == 1


@pytest.mark.parametrize(
    ("fault", "scope", "seconds"),
    [
        (limited(2.5), Scope.CHANNEL, 2.5),
        (limited(3, scope="shared"), Scope.CHANNEL, 3),
        (limited(4, scope="global"), Scope.PLATFORM, 4),
        (limited(1e9), Scope.CHANNEL, 900),
        (limited(5, via=False), Scope.PLATFORM, 600),
        (Fault(status=429, body=b"{}", headers={"Via": "x", "Retry-After": "7"}), Scope.CHANNEL, 7),
        (Fault(status=429, body=b"{}", headers={"Via": "x"}), Scope.CHANNEL, 5),
        (Fault(status=429, body=b'{"retry_after": "soon"}', headers={"Via": "x"}), Scope.CHANNEL, 5),
        (Fault(status=429, body=b'{"retry_after": NaN}', headers={"Via": "x"}), Scope.CHANNEL, 5),
        (Fault(status=429, body=b"[1]", headers={"Via": "x"}), Scope.PLATFORM, 600),
        (http(429), Scope.PLATFORM, 600),
        (http(429, headers={"Retry-After": "700"}), Scope.PLATFORM, 700),
        (limited(8, code=20016), Scope.CHANNEL, 8),
        (limited(9, code=20029), Scope.WORKSPACE, 9),
        (limited(10, code=99999), Scope.CHANNEL, 10),
    ],
)
async def test_any_rate_limit_is_a_pause_as_far_as_it_reaches(
    fault: Fault, scope: Scope, seconds: float
) -> None:
    async with discord_scene() as scene:
        scene.discord.fail(CREATE, fault)
        got = await refused(scene)
        assert (got.verdict, got.scope, got.unknown) == (Verdict.RETRY, scope, False)
        assert got.retry_after == timedelta(seconds=seconds)


async def test_an_old_message_that_was_edited_too_often_is_told_so_under_http_429() -> None:
    """https://github.com/aikaterna/aikaterna-cogs/issues/302 shows the answer as it is."""
    async with discord_scene() as scene:
        reference = await scene.chat.send(HERE, card(), "n1", None)
        scene.discord.fail(
            "PATCH /channels/{channel_id}/messages/{message_id}", limited(20, code=30046, scope="user")
        )
        with pytest.raises(Refused) as caught:
            await scene.chat.edit(HERE, reference, card())
        assert (caught.value.verdict, caught.value.code) == (Verdict.RESEND, "30046")


def test_a_pause_is_only_that_of_a_rate_limit() -> None:
    asked = timedelta(seconds=7)
    assert refusal(20028, retry_after=asked).retry_after == asked
    assert refusal(50001, retry_after=asked).retry_after is None
