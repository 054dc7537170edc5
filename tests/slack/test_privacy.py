"""`/claudestatus privacy`: shown, handed out in parts, deleted by a button; for the admins alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack import words
from adapters.slack.export import MOST_PARTS, PART_BYTES, parts
from adapters.slack.text import json_bytes
from bot.domain.subscription import Channel, Settings
from storage.departures import SLACK_GRACE
from tests.fakes.slack.faults import Fault, error, limited
from tests.fakes.slack.heard import Heard, buttons_of, shown
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import People, Somebody
from tests.slack.many import many_scene
from tests.slack.ways import signed_way
from tests.slack.world import ADMIN, ALICE, World

FAR = Channel("slack", "T0OTHER", "C0STATUS")
TEN_SECONDS = timedelta(seconds=10)


@pytest.fixture
async def kept(silent_world: World) -> World:
    """A world where a channel here and one of another workspace are subscribed."""
    silent_world.installed["T0OTHER"] = True
    await silent_world.people.types("subscribe", ALICE)
    await silent_world.store.subscribe(FAR, Settings(), "U0ZOE", silent_world.clock.now())
    return silent_world


def documents(heard: Heard) -> list[Json]:
    """Return the JSON that came in parts."""
    found = [element for one in heard.later for element in one["blocks"][0].get("elements", [])]
    texts = [one for one in found if one["type"] == "rich_text_preformatted"]
    return [json.loads(one["elements"][0]["text"]) for one in texts]


async def erase_button(world: World) -> str:
    """Ask to delete everything, and return the value of the button that does."""
    asked = await world.people.types("privacy delete", ADMIN)
    (button,) = buttons_of(asked.body["blocks"])
    assert button["action_id"] == "erase"
    return str(button["value"])


async def test_it_says_what_is_kept_to_the_admin_alone(kept: World) -> None:
    heard = await kept.people.types("privacy", ADMIN)
    assert heard.is_private
    assert "What I keep about this workspace" in heard.words
    assert "1 channel (0 unsubscribed)" in heard.words


async def test_what_a_removal_deletes_is_said_where_a_removal_deletes(kept: World) -> None:
    """Only who installed the app themselves is heard when they remove it."""
    promise = "Removing this app from the workspace deletes its token at once, and all the rest within a day."
    assert "Removing this app" not in (await kept.people.types("privacy", ADMIN)).words
    assert timedelta(days=1) > SLACK_GRACE
    async with many_scene() as scene:
        await scene.installed("T1")
        way = signed_way(scene.process.sender)
        people = People(scene.slack, way, scene.process.slack.underway.finish)
        heard = await people.types("privacy", Somebody("U0ADMIN", "C1", team="T1", app_team="T1"))
    assert promise in heard.words


async def test_an_export_comes_beside_the_answer_and_holds_this_workspace_alone(kept: World) -> None:
    heard = await kept.people.types("privacy export", ADMIN)
    assert heard.is_private
    assert "1 channel, as JSON. Only you see it." in shown(heard.bodies[0]["blocks"])
    (document,) = documents(heard)
    assert (document["workspace"], document["part"], document["parts"]) == ("T0CLAUDE", 1, 1)
    (channel,) = document["channels"]
    assert (channel["channel"], channel["created_by"]) == ("C0STATUS", "U0ALICE")
    assert "U0ZOE" not in json.dumps(heard.bodies)
    assert all(kept.slack.block_problems(one["blocks"]) == [] for one in heard.bodies)


async def test_a_slow_memory_leaves_an_address_for_every_part(kept: World) -> None:
    """The answer itself takes one of the five messages then."""
    kept.patience = 0.0
    kept.app = kept.build(kept.store)
    for number in range(45):
        there = Channel("slack", "T0CLAUDE", f"C0MANY{number:02}")
        assert await kept.store.subscribe(there, Settings(), "U0ALICE", kept.clock.now())
        for echo in (False, True):
            await kept.store.change_settings(there, Settings(echo=echo), "U0BOB", kept.clock.now())
    heard = await kept.people.types("privacy export", ADMIN)
    assert heard.ack.body is None
    assert [one["part"] for one in documents(heard)] == list(range(1, MOST_PARTS + 1))
    told = [channel for one in documents(heard) for channel in one["channels"] if "state" in channel]
    assert len(told) == 46
    changes = [
        change for one in documents(heard) for channel in one["channels"] for change in channel["changes"]
    ]
    assert sum(one["changes_left_out"] for one in told) + len(changes) == 45 * 3 + 1
    assert len(changes) < 45 * 3 + 1


async def test_deleting_asks_and_a_press_deletes_this_workspace_alone(kept: World) -> None:
    value = await erase_button(kept)
    assert await kept.subscription() is not None
    done = await kept.people.presses("erase", value, ADMIN)
    assert done.is_private
    assert "Everything about this workspace was deleted" in done.words
    assert await kept.subscription() is None
    assert await kept.subscription("C0STATUS", "T0OTHER") is not None
    again = await kept.people.presses("erase", value, ADMIN)
    assert "No channel of this workspace is remembered" in again.words
    assert kept.notices() == []


@pytest.mark.parametrize("user", ["U0ALICE", "U0GUEST"])
async def test_the_rights_are_checked_again_when_it_is_pressed(kept: World, user: str) -> None:
    value = await erase_button(kept)
    who = Somebody(user)
    kept.slack.home.add_member("U0GUEST", restricted=True)
    kept.clock.advance(TEN_SECONDS)
    for heard in [
        await kept.people.presses("erase", value, who),
        *[await kept.people.types(f"privacy {one}", who) for one in ("", "export", "delete")],
    ]:
        assert "This is for the admins of this workspace" in heard.words
        assert heard.actions == []
    assert await kept.subscription() is not None


async def test_a_button_of_yesterday_or_of_anybodys_making_deletes_nothing(kept: World) -> None:
    value = await erase_button(kept)
    kept.clock.advance(timedelta(days=1))
    for old in (value, "", "0", "never", "<!here>"):
        assert "This button is out of date" in (await kept.people.presses("erase", old, ADMIN)).words
        kept.clock.advance(TEN_SECONDS)
    assert await kept.subscription() is not None


async def test_nothing_of_it_is_said_aloud(kept: World) -> None:
    for text in ("privacy", "privacy export", "privacy delete", "privacy delete confirmed"):
        kept.clock.advance(TEN_SECONDS)
        (said,) = await kept.people.says(f"<@U0BOT> {text}", ADMIN)
        assert "That is only for you" in said.text
        assert "/claudestatus privacy" in shown(said.blocks)
    assert await kept.subscription() is not None


def whole(*channels: tuple[int, int]) -> str:
    """Return a document: for each of *channels* how large it is, and how many changes it had in turns."""
    found = [
        {
            "channel": f"C{place}",
            "pad": "x" * size,
            "changes": [{"at": f"{number:04}", "of": place, "pad": '"' * 100} for number in range(count)],
            "changes_left_out": 0,
        }
        for place, (size, count) in enumerate(channels)
    ]
    return json.dumps({"workspace": "T0CLAUDE", "channels": found})


def texts(document: str) -> list[Any]:
    """Return what stands in the parts; each of them is taken by Slack."""
    found = parts(document)
    assert len(found) <= MOST_PARTS
    for message in found:
        assert json_bytes(message["blocks"]) < PART_BYTES
        assert message["response_type"] == "ephemeral"
    return [json.loads(one["blocks"][0]["elements"][1]["elements"][0]["text"]) for one in found]


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((), [[]]),
        ((5000, 5000, 5000), [["C0", "C1"], ["C2"]]),
        ((20_000, 10), [["C1"]]),
        ((10_000,) * 6, [["C0"], ["C1"], ["C2"], ["C3"]]),
    ],
)
def test_channels_stand_in_parts_that_slack_takes(sizes: tuple[int, ...], told: list[list[str]]) -> None:
    found = texts(whole(*[(size, 0) for size in sizes]))
    assert [[one["channel"] for one in part["channels"]] for part in found] == told
    left_out = len(sizes) - sum(map(len, told))
    assert [part.get("channels_left_out", 0) for part in found] == [*[0] * (len(told) - 1), left_out]


@pytest.mark.parametrize("count", [1, 30, 37, 60, 85])
def test_a_channel_that_was_changed_often_goes_on_in_the_next_part(count: int) -> None:
    found = texts(whole((500, count), (500, 1)))
    changes = [one for part in found for channel in part["channels"] for one in channel["changes"]]
    assert [one["at"] for one in changes if one["of"] == 0] == [f"{number:04}" for number in range(count)]
    assert [one["channel"] for one in found[-1]["channels"]][-1] == "C1"
    assert all(one["changes_left_out"] == 0 for one in found[0]["channels"])


def test_of_too_many_changes_the_oldest_of_all_are_left_out_and_counted() -> None:
    document = whole((500, 200), (500, 200))
    found = texts(document)
    assert len(found) == MOST_PARTS
    channels = [one for part in found for one in part["channels"]]
    told = {f"C{of}": [c["at"] for one in channels for c in one["changes"] if c["of"] == of] for of in (0, 1)}
    left_out = {one["channel"]: one["changes_left_out"] for one in channels if "changes_left_out" in one}
    assert {name: len(one) + left_out[name] for name, one in told.items()} == {"C0": 200, "C1": 200}
    assert all(one[-1] == "0199" for one in told.values())
    assert abs(len(told["C0"]) - len(told["C1"])) <= 1
    rest = sum(left_out.values())
    assert parts(document)[-1]["text"] == f"Export, part 4 of 4; {rest} older changes did not fit"
    assert 0 < rest < 350


async def test_a_channel_changed_sixty_times_is_handed_out(kept: World) -> None:
    here = Channel("slack", "T0CLAUDE", "C0STATUS")
    for number in range(60):
        kept.clock.advance(timedelta(minutes=1))
        await kept.store.change_settings(here, Settings(echo=bool(number % 2)), "U0BOB", kept.clock.now())
    found = documents(await kept.people.types("privacy export", ADMIN))
    changes = [one for part in found for channel in part["channels"] for one in channel["changes"]]
    assert [one["actor"] for one in changes] == ["U0ALICE", *["U0BOB"] * 60]


@pytest.mark.parametrize("hours", [0.1, 23])
@pytest.mark.parametrize("fault", [error("internal_error"), limited(30)])
async def test_who_is_no_admin_any_more_deletes_nothing_while_slack_says_nothing(
    kept: World, hours: float, fault: Fault
) -> None:
    value = await erase_button(kept)
    kept.slack.home.add_member(ADMIN.user, admin=False)
    kept.clock.advance(timedelta(hours=hours))
    kept.slack.fail("users.info", fault, times=9)
    before = await kept.subscription()
    for heard in (
        await kept.people.presses("erase", value, ADMIN),
        await kept.people.types("privacy delete confirmed", ADMIN),
        await kept.people.types("privacy export", ADMIN),
    ):
        assert words.in_doubt().title in heard.words
        assert documents(heard) == []
    assert await kept.subscription() == before


async def test_who_is_no_admin_any_more_is_refused_at_once_where_slack_says_so(kept: World) -> None:
    value = await erase_button(kept)
    kept.slack.home.add_member(ADMIN.user, admin=False)
    kept.clock.advance(TEN_SECONDS)
    assert "This is for the admins" in (await kept.people.presses("erase", value, ADMIN)).words
    assert await kept.subscription() is not None
