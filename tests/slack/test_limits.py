"""Limits in Slack: each way in counts once, and what is too much is refused without anything being asked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.commands.limits import OF_A_PERSON, Kind
from storage.tables import handled
from tests.fakes.slack.heard import buttons_of, shown
from tests.fakes.slack.people import Somebody
from tests.slack.world import ADMIN, World

TEN_SECONDS = timedelta(seconds=10)
MOST = OF_A_PERSON[Kind.COMMAND].most
BOB = Somebody("U0BOB")


async def tire(world: World) -> None:
    """Let Alice ask as often as she may."""
    for _ in range(MOST):
        assert "One moment" not in (await world.people.types("")).words


async def test_one_command_too_many_is_refused_politely_and_changes_nothing(silent_world: World) -> None:
    await tire(silent_world)
    calls = len(silent_world.slack.ledger.calls)
    for heard in (
        await silent_world.people.types("subscribe"),
        await silent_world.people.types("settings"),
        await silent_world.people.presses("subscribe"),
        await silent_world.people.presses("settings"),
        await silent_world.people.presses("share"),
        await silent_world.people.asks_beside(),
    ):
        assert heard.is_private
        words = "One person may ask 5 times in 10 s. Try again in 10 s. Nothing was changed."
        assert words in heard.words
    assert len(silent_world.slack.ledger.calls) == calls
    assert await silent_world.subscription() is None
    assert "One moment" not in (await silent_world.people.types("", BOB)).words
    silent_world.clock.advance(TEN_SECONDS)
    assert "is alerted from now on" in (await silent_world.people.types("subscribe")).words


async def test_a_mention_too_many_is_left_unanswered(silent_world: World) -> None:
    for _ in range(MOST):
        assert len(await silent_world.people.says("<@U0BOT> is it down?")) == 1
    assert await silent_world.people.says("<@U0BOT> is it down?") == []
    assert len(await silent_world.people.says("<@U0BOT> is it down?", BOB)) == 1


async def test_a_form_stays_open_where_it_is_handed_in_too_often(silent_world: World) -> None:
    """Nothing of what was filled in is lost."""
    await silent_world.people.types("subscribe")
    await silent_world.people.types("settings")
    view = silent_world.form()
    for number in range(OF_A_PERSON[Kind.PRESS].most):
        await silent_world.people.submits(view, {"impact": ("minor", "major")[number % 2]})
    before = await silent_world.settings()
    heard = await silent_world.people.submits(view, {"impact": "critical"})
    assert heard.ack.body is not None
    assert heard.ack.body["response_action"] == "errors"
    ((field, words),) = heard.ack.body["errors"].items()
    assert field in [one["block_id"] for one in view["blocks"] if one["type"] == "input"]
    assert words.startswith("One person may press 20 times in 10 s. Try again in 10 s.")
    assert await silent_world.settings() == before


async def test_a_channel_is_told_of_ten_changes_a_minute_however_quick_its_people_are(
    silent_world: World,
) -> None:
    await silent_world.people.types("subscribe")
    refused = 0
    for number in range(9):
        silent_world.slack.home.add_member(f"U0PERSON{number}")
    for number in range(50):
        silent_world.clock.advance(timedelta(seconds=0.9))
        who = Somebody(f"U0PERSON{number % 9}")
        heard = await silent_world.people.types(("mute 2h", "unmute")[number % 2], who)
        refused += "This channel was changed often just now" in heard.words
    assert refused > 0
    for _ in range(4):
        await silent_world.deliver()
    assert len(silent_world.notices()) == 10


async def test_app_home_counts_as_presses(silent_world: World) -> None:
    for _ in range(OF_A_PERSON[Kind.PRESS].most):
        await silent_world.people.opens_home()
    published = [one for one in silent_world.slack.ledger.views if one.method == "views.publish"]
    await silent_world.people.opens_home()
    await silent_world.people.presses_at_home("refresh_home")
    again = [one for one in silent_world.slack.ledger.views if one.method == "views.publish"]
    assert len(again) == len(published) == OF_A_PERSON[Kind.PRESS].most
    assert "One moment" not in (await silent_world.people.types("")).words


async def test_suggestions_and_what_slack_sends_again_are_not_counted(silent_world: World) -> None:
    for _ in range(40):
        assert await silent_world.people.looks_for("zone", "berlin")
        said = {"ts": "1716000100.900000"}
        await silent_world.people.says("<@U0BOT> is it down?", ts=said["ts"])
    assert shown((await silent_world.people.types("")).body["blocks"]).count("One moment") == 0


async def test_strangers_use_up_only_what_is_theirs(silent_world: World) -> None:
    """Slack Connect: people of another workspace press in a channel that is shared."""
    heard = []
    for _ in range(6):
        for number in (1, 2):
            stranger = Somebody(f"U0STRANGE{number}", team="T0FAR")
            heard += [await silent_world.people.presses("share", "", stranger) for _ in range(5)]
        silent_world.clock.advance(TEN_SECONDS)
    silent_world.clock.advance(timedelta(seconds=-10))
    refused = [one for one in heard if "guests and people of other workspaces" in one.words]
    assert len(refused) == 60 - 20
    assert "Many people here" not in (await silent_world.people.types("")).words


async def test_a_guest_counts_as_one_once_slack_said_so(silent_world: World) -> None:
    for number in range(5):
        silent_world.slack.home.add_member(f"U0GUEST{number}", restricted=True)
    guests = [Somebody(f"U0GUEST{number}") for number in range(5)]
    for guest in guests:
        assert "not its guests" in (await silent_world.people.types("subscribe", guest)).words
    silent_world.clock.advance(timedelta(minutes=1))
    heard = [await silent_world.people.types("", guest) for guest in guests for _ in range(5)]
    assert sum("guests and people of other workspaces" in one.words for one in heard) == 5


async def test_alerts_are_stopped_and_data_deleted_however_much_others_ask(silent_world: World) -> None:
    await silent_world.people.types("subscribe")
    silent_world.clock.advance(timedelta(minutes=1))
    for number in range(12):
        silent_world.slack.home.add_member(f"U0MEMBER{number}")
        for _ in range(5):
            await silent_world.people.types("", Somebody(f"U0MEMBER{number}"))
    assert "Many people here ask me" in (await silent_world.people.types("settings")).words
    for text in ("mute 2h", "unmute", "unsubscribe"):
        assert "Many people here" not in (await silent_world.people.types(text)).words
    asked = await silent_world.people.types("privacy delete", ADMIN)
    assert "Delete everything" in asked.words
    (button,) = buttons_of(asked.body["blocks"])
    done = await silent_world.people.presses("erase", button["value"], ADMIN)
    assert "Everything about this workspace was deleted" in done.words


async def test_a_mention_too_many_costs_no_write(silent_world: World) -> None:
    for _ in range(MOST):
        await silent_world.people.says("<@U0BOT> is it down?")
    before = await handled_mentions(silent_world)
    assert await silent_world.people.says("<@U0BOT> is it down?") == []
    assert await handled_mentions(silent_world) == before == MOST
    silent_world.clock.advance(TEN_SECONDS)
    assert len(await silent_world.people.says("<@U0BOT> is it down?")) == 1


async def handled_mentions(world: World) -> int:
    """Count the mentions that were written down."""
    mentions = select(func.count()).where(handled.c.key.like("slack mention %"))
    found: int | None = await world.store.database.read(lambda db: db.scalar(mentions))
    return found or 0
