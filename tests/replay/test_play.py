"""Playing a recording: what the channel sees of it, when, and what is counted."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.delivery import PostKind
from bot.domain.subscription import Settings, Style
from bot.replay.play import Options, replay
from bot.replay.result import Result
from bot.replay.witness import Note
from tests.factories import (
    API,
    CHAT,
    CODE,
    Document,
    change,
    components,
    incident,
    incidents_document,
    maintenance,
    maintenances_document,
    minute,
    summary,
    update,
)
from tests.replay.recorder import record, write_timeline

PAGE_URL = "https://status.example.org"

INVESTIGATING = update("investigating", "Chat is slow.", at=minute(0), affected=[change(CHAT)])
IDENTIFIED = update("identified", "We found it.", at=minute(10))
RESOLVED = update("resolved", "It is over.", at=minute(30))


async def play(path: Path, settings: Settings | None = None, *components: str) -> Result:
    return await replay(path, Options(PAGE_URL, settings or Settings(), components))


def record_incident(folder: Path, *told: Document, impact: str = "minor") -> Path:
    """Record an empty page, then *told* one by one, each a minute after it was written."""
    record(folder, minute(-1), incidents_document(updated_at=minute(-1)))
    for count, one in enumerate(told, 1):
        seen = datetime.fromisoformat(one["created_at"]) + timedelta(minutes=1)
        document = incidents_document(incident(updates=told[:count], impact=impact), updated_at=seen)
        record(folder, seen, document)
    return folder


async def test_an_incident_becomes_a_card_with_a_thread_of_replies(tmp_path: Path) -> None:
    result = await play(record_incident(tmp_path, INVESTIGATING, IDENTIFIED, RESOLVED))
    assert asdict(result.counts) == {
        "snapshots": 4,
        "incidents": 1,
        "updates": 3,
        "cards": 1,
        "edits": 2,
        "replies": 2,
        "loud": 2,
        "filtered": 0,
    }
    [thread] = result.threads
    assert (thread.incident, thread.name, thread.status) == (
        "incident0001",
        "Raised error rates in chat",
        "resolved",
    )
    assert [(post.kind, post.loud, post.updates, post.sent) for post in thread.posts] == [
        ("card", True, (INVESTIGATING["id"],), minute(1)),
        ("reply", False, (IDENTIFIED["id"],), minute(11)),
        ("reply", True, (RESOLVED["id"],), minute(31)),
    ]
    assert len({post.key for post in thread.posts}) == 3
    assert [post.edited for post in thread.posts] == [minute(31), None, None]
    card, identified, resolved = (post.text for post in thread.posts)
    assert card.startswith("🟢 Raised error rates in chat\nResolved")
    assert "We found it." in identified
    assert "It is over." in resolved


async def test_what_is_closed_in_the_first_document_is_history(tmp_path: Path) -> None:
    past = incident("past", updates=[update(at=minute(-60)), update("resolved", at=minute(-30))])
    record(tmp_path, minute(0), incidents_document(past))
    record(tmp_path, minute(9), incidents_document(past, updated_at=minute(9)))
    result = await play(tmp_path)
    assert result.threads == ()
    assert (result.counts.snapshots, result.counts.incidents, result.counts.updates) == (2, 0, 0)


async def test_what_is_open_in_the_first_document_is_told_as_it_is(tmp_path: Path) -> None:
    record(tmp_path, minute(11), incidents_document(incident(updates=[INVESTIGATING, IDENTIFIED])))
    [thread] = (await play(tmp_path)).threads
    [card] = thread.posts
    assert card.updates == (INVESTIGATING["id"], IDENTIFIED["id"])
    assert (card.sent, card.edited) == (minute(11), None)


async def test_history_that_goes_on_counts_and_is_told_silently(tmp_path: Path) -> None:
    told = [update(at=minute(-60)), update("resolved", at=minute(-30))]
    record(tmp_path, minute(0), incidents_document(incident(updates=told)))
    told.append(update("postmortem", at=minute(5)))
    record(tmp_path, minute(6), incidents_document(incident(updates=told), updated_at=minute(6)))
    result = await play(tmp_path)
    assert (result.counts.incidents, result.counts.updates, result.counts.loud) == (1, 3, 0)
    [[card]] = [thread.posts for thread in result.threads]
    assert (card.loud, card.updates) == (False, tuple(one["id"] for one in told))


async def test_what_came_and_went_between_two_documents_is_one_silent_card(tmp_path: Path) -> None:
    record(tmp_path, minute(-1), incidents_document())
    over = incident(updates=[INVESTIGATING, IDENTIFIED, RESOLVED])
    record(tmp_path, minute(60), incidents_document(over, updated_at=minute(60)))
    result = await play(tmp_path)
    [[card]] = [thread.posts for thread in result.threads]
    assert (card.loud, len(card.updates), result.counts.edits) == (False, 3, 0)


async def test_an_older_document_slipped_in_changes_nothing(tmp_path: Path) -> None:
    record_incident(tmp_path / "straight", INVESTIGATING, IDENTIFIED, RESOLVED)
    record_incident(tmp_path / "crooked", INVESTIGATING, IDENTIFIED, RESOLVED)
    record(tmp_path / "crooked", minute(20), incidents_document(updated_at=minute(-1)))
    straight, crooked = await play(tmp_path / "straight"), await play(tmp_path / "crooked")
    assert crooked.threads == straight.threads
    assert crooked.counts.snapshots == straight.counts.snapshots + 1


async def test_what_a_filter_refuses_is_counted_and_not_shown(tmp_path: Path) -> None:
    folder = record_incident(tmp_path, INVESTIGATING, RESOLVED, impact="minor")
    result = await play(folder, Settings(least_impact="major"))
    assert result.threads == ()
    assert (result.counts.incidents, result.counts.filtered, result.counts.cards) == (1, 1, 0)


async def test_a_refused_incident_of_history_is_not_counted_as_filtered(tmp_path: Path) -> None:
    record(tmp_path, minute(60), incidents_document(incident(updates=[INVESTIGATING, RESOLVED])))
    result = await play(tmp_path, Settings(least_impact="critical"))
    assert (result.counts.incidents, result.counts.filtered) == (0, 0)


@pytest.mark.parametrize("wanted", [CHAT[0], "Chat", "chat", " CHAT "])
async def test_a_component_is_wanted_by_its_id_or_its_name(tmp_path: Path, wanted: str) -> None:
    result = await play(record_incident(tmp_path, INVESTIGATING), None, wanted)
    assert (result.counts.cards, result.counts.filtered, result.warnings) == (1, 0, ())


@pytest.mark.parametrize("wanted", ["API", "API (api.example.com)", "api.example", API[0]])
async def test_another_component_is_refused(tmp_path: Path, wanted: str) -> None:
    record_incident(tmp_path, INVESTIGATING)
    record(tmp_path, minute(5), summary(incident(updates=[INVESTIGATING]), updated_at=minute(5)))
    result = await play(tmp_path, None, wanted)
    assert (result.counts.cards, result.counts.filtered, result.warnings) == (0, 1, ())


async def test_a_name_known_only_later_holds_from_the_start(tmp_path: Path) -> None:
    record_incident(tmp_path, INVESTIGATING, RESOLVED)
    later = update(at=minute(60), affected=[change(CODE)], identifier="later")
    second = incident("second", updates=[later])
    record(tmp_path, minute(61), incidents_document(second, updated_at=minute(61)))
    result = await play(tmp_path, None, "Code")
    assert [thread.incident for thread in result.threads] == ["second"]
    assert result.counts.filtered == 1


async def test_a_component_is_wanted_by_a_former_name(tmp_path: Path) -> None:
    former = update(at=minute(0), affected=[change((CHAT[0], "Talk"))])
    later = update("identified", at=minute(10), affected=[change(CHAT)])
    result = await play(record_incident(tmp_path, former, later), None, "talk")
    assert (result.counts.cards, result.warnings) == (1, ())


async def test_an_unknown_component_matches_nothing_and_the_known_ones_are_listed(tmp_path: Path) -> None:
    result = await play(record_incident(tmp_path, INVESTIGATING), None, "Chad")
    assert (result.counts.cards, result.counts.filtered) == (0, 1)
    [warning] = result.warnings
    assert "“Chad”" in warning
    assert f"Chat ({CHAT[0]})" in warning


async def test_an_unknown_component_beside_a_known_one_takes_nothing_away(tmp_path: Path) -> None:
    result = await play(record_incident(tmp_path, INVESTIGATING), None, "Chad", "Chat")
    assert (result.counts.cards, len(result.warnings)) == (1, 1)


@pytest.mark.parametrize(
    ("style", "kinds", "counts"),
    [
        (Style.THREAD, ["card", "reply", "reply"], (1, 2, 2)),
        (Style.CARD, ["card", "reply"], (1, 2, 1)),
        (Style.POST, ["card", "reply", "reply"], (1, 2, 2)),
    ],
)
async def test_each_style_shows_every_update_once(
    tmp_path: Path, style: Style, kinds: list[str], counts: tuple[int, int, int]
) -> None:
    folder = record_incident(tmp_path, INVESTIGATING, IDENTIFIED, RESOLVED)
    result = await play(folder, Settings(style=style))
    [thread] = result.threads
    assert [post.kind for post in thread.posts] == kinds
    shown = [one for post in thread.posts for one in post.updates]
    assert sorted(shown) == sorted(one["id"] for one in (INVESTIGATING, IDENTIFIED, RESOLVED))
    assert (result.counts.cards, result.counts.edits, result.counts.replies) == counts
    assert result.counts.loud == 2


async def test_reminders_come_between_two_documents_when_they_would_have(tmp_path: Path) -> None:
    folder = record_incident(tmp_path, INVESTIGATING, update("resolved", at=minute(100)))
    seen: list[Note] = []

    async def watch(note: Note) -> None:
        seen.append(note)

    settings = Settings(reminder=timedelta(minutes=30))
    result = await replay(folder, Options(PAGE_URL, settings), audience=watch)
    reminders = [note for note in seen if note.post.key.startswith("reminder:")]
    assert [note.moment for note in reminders] == [minute(31), minute(61), minute(91)]
    assert all(note.parent == seen[0].reference for note in reminders)
    [thread] = result.threads
    assert [post.sent for post in thread.posts] == [minute(at) for at in (1, 31, 61, 91, 101)]
    assert [post.updates for post in thread.posts[1:4]] == [(), (), ()]


async def test_time_passes_as_fast_as_asked(tmp_path: Path) -> None:
    folder = record_incident(tmp_path, INVESTIGATING, RESOLVED)
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    await replay(folder, Options(PAGE_URL, speed=60), pause=pause)
    assert waited == [2.0, 30.0]


async def test_progress_tells_of_each_document_and_the_moment_reached(tmp_path: Path) -> None:
    told: list[tuple[int, int, datetime]] = []
    folder = record_incident(tmp_path, INVESTIGATING, RESOLVED)
    await replay(folder, Options(PAGE_URL), on_progress=lambda *progress: told.append(progress))
    assert told == [(1, 3, minute(-1)), (2, 3, minute(1)), (3, 3, minute(31))]


async def test_the_audience_sees_everything_in_order(tmp_path: Path) -> None:
    seen: list[tuple[datetime, PostKind, bool]] = []

    async def watch(note: Note) -> None:
        seen.append((note.moment, note.post.kind, note.edit))

    folder = record_incident(tmp_path, INVESTIGATING, RESOLVED)
    await replay(folder, Options(PAGE_URL), audience=watch)
    assert seen == [
        (minute(1), PostKind.CARD, False),
        (minute(31), PostKind.REPLY, False),
        (minute(31), PostKind.CARD, True),
    ]


async def test_a_timeline_plays_like_the_page_that_wrote_it(tmp_path: Path) -> None:
    first = incident(updates=[INVESTIGATING, RESOLVED], impact="major")
    other = [update(at=minute(5)), update("identified", at=minute(15)), update("resolved", at=minute(20))]
    path = write_timeline(tmp_path / "all.jsonl.gz", [first, incident("incident0002", updates=other)])
    result = await play(path)
    assert (result.counts.snapshots, result.counts.incidents, result.counts.updates) == (5, 2, 5)
    assert [(thread.incident, thread.status) for thread in result.threads] == [
        ("incident0001", "resolved"),
        ("incident0002", "resolved"),
    ]
    assert [[post.sent for post in thread.posts] for thread in result.threads] == [
        [minute(0), minute(30)],
        [minute(5), minute(15), minute(20)],
    ]
    assert [post.loud for thread in result.threads for post in thread.posts] == [
        True,
        True,
        True,
        False,
        True,
    ]


async def test_a_summary_alone_tells_of_broken_components(tmp_path: Path) -> None:
    for at in (0, 1, 2):
        broken = components(chat="major_outage") if at else components()
        record(tmp_path, minute(at), summary(parts=broken, updated_at=minute(at)))
    result = await play(tmp_path)
    [thread] = result.threads
    assert thread.status == "investigating"
    assert (result.counts.incidents, result.counts.updates, result.counts.loud) == (1, 1, 1)


async def test_a_maintenance_counts_as_an_incident_that_is_never_loud(tmp_path: Path) -> None:
    record(tmp_path, minute(0), maintenances_document())
    record(tmp_path, minute(1), maintenances_document(maintenance(), updated_at=minute(1)))
    result = await play(tmp_path)
    assert (result.counts.incidents, result.counts.cards, result.counts.loud) == (1, 1, 0)


async def test_what_the_page_no_longer_lists_is_withdrawn_not_resolved(tmp_path: Path) -> None:
    old = incident("old", updates=[update("resolved", at=minute(-90))])
    for at, listed in enumerate(([old], [incident(updates=[INVESTIGATING]), old], [old], [old]), 1):
        record(tmp_path, minute(at), incidents_document(*listed, updated_at=minute(at)))
    [thread] = (await play(tmp_path)).threads
    assert thread.status == "withdrawn"
    assert thread.posts[0].text.splitlines()[1].startswith("Withdrawn")


async def test_an_edited_update_edits_the_post_that_shows_it(tmp_path: Path) -> None:
    record_incident(tmp_path, INVESTIGATING, IDENTIFIED)
    rewritten = {**IDENTIFIED, "body": "We found nothing."}
    document = incidents_document(incident(updates=[INVESTIGATING, rewritten]), updated_at=minute(12))
    record(tmp_path, minute(12), document)
    result = await play(tmp_path)
    [[_, reply]] = [thread.posts for thread in result.threads]
    assert (reply.sent, reply.edited) == (minute(11), minute(12))
    assert "We found nothing." in reply.text
    assert "We found it." not in reply.text


async def test_playing_twice_shows_the_same(tmp_path: Path) -> None:
    folder = record_incident(tmp_path, INVESTIGATING, IDENTIFIED, RESOLVED)
    assert await play(folder) == await play(folder)
