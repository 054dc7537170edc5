"""Every kind of card, word for word, as plain lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.card import card
from bot.domain.message import plain_lines
from bot.domain.record import Record, Tier
from tests.domain.builders import (
    PAGE_URL,
    Reader,
    at,
    change,
    component,
    incident,
    maintenance,
    summary,
    update,
)
from tests.mirror.stage import opened

LINK = "Open on status.example.com: https://status.example.com/incidents/a"
OUTAGE = "investigating", change("chat"), change("api", "degraded_performance")


def lines(record: Record, *, followed: bool = True) -> list[str]:
    """Return a card that alone tells every update."""
    shows = [one.id for one in record.incident.updates]
    return plain_lines(card(record, PAGE_URL, shows, followed=followed))


def outage(stages: int) -> Record:
    """Return an incident after so many of its updates, each seen 30 seconds late."""
    stage = opened(update(0, *OUTAGE), impact="major", seen=0.5)
    well = change("chat", "operational", "major_outage")
    later = (
        update(10, "identified", change("chat", "major_outage", "partial_outage")),
        update(70, "monitoring", well),
        update(124, "resolved", change("api", "operational", "degraded_performance")),
    )
    for minute, one in zip((10, 70, 124), later[: stages - 1], strict=False):
        stage.tell(minute + 0.5, one, impact="critical")
    return stage.record


def test_an_incident_that_opened() -> None:
    assert lines(outage(1)) == [
        "🔴 Trouble a",
        "Investigating · major impact · since 4 May 2026 12:00 UTC",
        "  🟠 Chat: Partial outage",
        "  🟡 API (api.example.com): Degraded performance",
        "Latest update · 4 May 2026 12:00 UTC",
        "> Words of 0.",
        LINK,
        "Source: status.example.com · seen 30 s after publication",
    ]


def test_an_incident_that_became_worse() -> None:
    assert lines(outage(2)) == [
        "🔴 Trouble a",
        "Identified · critical impact · since 4 May 2026 12:00 UTC",
        "  🔴 Chat: Major outage",
        "  🟡 API (api.example.com): Degraded performance",
        "Latest update · 4 May 2026 12:10 UTC",
        "> Words of 10.",
        "Earlier",
        "  4 May 2026 12:00 UTC Investigating Words of 0.",
        LINK,
        "Source: status.example.com · seen 30 s after publication",
    ]


def test_an_incident_that_is_watched() -> None:
    assert lines(outage(3))[:6] == [
        "🟠 Trouble a",
        "Monitoring · critical impact · since 4 May 2026 12:00 UTC",
        "  🟡 API (api.example.com): Degraded performance",
        "  🟢 Chat: Operational (was major outage)",
        "Latest update · 4 May 2026 13:10 UTC",
        "> Words of 70.",
    ]


def test_an_incident_that_is_resolved() -> None:
    assert lines(outage(4)) == [
        "🟢 Trouble a",
        "Resolved after 2 h 4 min · critical impact · 4 May 2026 12:00 UTC to 4 May 2026 14:04 UTC",
        "  🟢 Chat: Operational (was major outage)",
        "  🟢 API (api.example.com): Operational (was degraded performance)",
        "Latest update · 4 May 2026 14:04 UTC",
        "> Words of 124.",
        "Earlier",
        "  4 May 2026 13:10 UTC Monitoring Words of 70.",
        "  4 May 2026 12:10 UTC Identified Words of 10.",
        "  4 May 2026 12:00 UTC Investigating Words of 0.",
        LINK,
        "Source: status.example.com · seen 30 s after publication",
    ]


def test_an_incident_resolved_with_a_component_left_broken() -> None:
    stage = opened(update(0, *OUTAGE), impact="major")
    stage.tell(19, update(19, "resolved", change("chat", "operational")))
    assert lines(stage.record)[:4] == [
        "🟢 Trouble a",
        "Resolved after 19 min · major impact · 4 May 2026 12:00 UTC to 4 May 2026 12:19 UTC",
        "  🟡 API (api.example.com): still marked degraded performance on the page",
        "  🟢 Chat: Operational (was partial outage)",
    ]


def test_an_incident_with_a_post_mortem_is_resolved_since_it_was() -> None:
    stage = opened(update(0))
    stage.tell(20, update(20, "resolved"))
    stage.tell(900, update(900, "postmortem"))
    assert lines(stage.record)[1:3] == [
        "Resolved after 20 min · minor impact · 4 May 2026 12:00 UTC to 4 May 2026 12:20 UTC",
        "Post-mortem · 5 May 2026 03:00 UTC",
    ]


def test_an_incident_that_was_withdrawn() -> None:
    assert lines(replace(outage(1), withdrawn_at=at(9)))[:3] == [
        "⚪ Trouble a",
        "Withdrawn · the status page no longer lists it and never called it resolved",
        "  🟠 Chat: still marked partial outage on the page",
    ]


def test_an_incident_that_was_written_when_it_was_over() -> None:
    record = opened(update(0, "resolved", change("chat", "operational", "partial_outage")), seen=1).record
    assert lines(record) == [
        "🟢 Trouble a",
        "Resolved · minor impact · posted after the fact, 4 May 2026 12:00 UTC",
        "  🟢 Chat: Operational (was partial outage)",
        "Latest update · 4 May 2026 12:00 UTC",
        "> Words of 0.",
        LINK,
        "Source: status.example.com · seen 1 min after publication",
    ]


@pytest.mark.parametrize(
    ("statuses", "chat", "told"),
    [
        (
            ["scheduled"],
            "operational",
            ["🔵 Trouble m", "Scheduled · 4 May 2026 13:00 UTC to 4 May 2026 14:00 UTC"],
        ),
        (
            ["scheduled", "in_progress"],
            "under_maintenance",
            [
                "🔵 Trouble m",
                "In progress · 4 May 2026 13:00 UTC to 4 May 2026 14:00 UTC",
                "  🔵 Chat: Under maintenance",
            ],
        ),
        (
            ["scheduled", "in_progress", "completed"],
            "operational",
            ["🟢 Trouble m", "Completed · 4 May 2026 14:00 UTC"],
        ),
    ],
)
def test_a_maintenance(statuses: list[str], chat: str, told: list[str]) -> None:
    updates = [update(60 * hour, status) for hour, status in enumerate(statuses)]
    record = opened(told=maintenance("m", *updates, components=(component("chat", chat),))).record
    shown = lines(record)
    assert shown[: len(told)] == told
    assert shown[len(told)].startswith("Latest update · ")


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [(None, None, "Scheduled"), (at(60), None, "Scheduled · 4 May 2026 13:00 UTC")],
)
def test_a_maintenance_planned_for_no_certain_time(begin: object, end: object, told: str) -> None:
    planned = maintenance("m", update(0, "scheduled"), scheduled_for=begin, scheduled_until=end)
    assert lines(opened(told=planned).record)[1] == told


def test_an_incident_of_our_own() -> None:
    reader = Reader()
    reader.read(summary(0))
    reader.hold(summary(0, chat="partial_outage"), 1, 2)
    assert lines(reader.ours[0]) == [
        "🔴 Chat: partial outage",
        "Investigating · major impact · since 4 May 2026 12:01 UTC",
        "  🟠 Chat: Partial outage",
        "Latest update · 4 May 2026 12:01 UTC",
        "> The status page marks Chat as partial outage. No incident has been written for it yet.",
        "Open on status.example.com: https://status.example.com",
        "Source: component states on status.example.com",
    ]


def test_a_test() -> None:
    record = replace(opened(update(0)).record, tier=Tier.TEST, official_id=None)
    assert lines(record) == [
        "🔵 Trouble a",
        "Test · shown as minor impact · 4 May 2026 12:00 UTC",
        "This is a test. Nothing is broken; an alert will look like this.",
        "Investigating · 4 May 2026 12:00 UTC",
        "> Words of 0.",
        "Open on status.example.com: https://status.example.com",
        "Test alert",
    ]


def test_what_nobody_follows_any_more() -> None:
    followed, left = lines(outage(1)), lines(outage(1), followed=False)
    assert left == [*followed[:-1], "No longer followed here."]


def test_an_incident_without_a_word() -> None:
    assert lines(opened(told=incident("a")).record) == [
        "🟠 Trouble a",
        "Investigating · minor impact · since 4 May 2026 12:00 UTC",
        LINK,
        "Source: status.example.com",
    ]


def test_an_incident_of_words_we_do_not_know() -> None:
    told = incident("a", update(0, "half_done", change("chat", "on_fire")), impact="huge")
    assert lines(opened(told=told).record)[:3] == [
        "🟠 Trouble a",
        "half done · impact “huge” · since 4 May 2026 12:00 UTC",
        "  🟣 Chat: on fire",
    ]
