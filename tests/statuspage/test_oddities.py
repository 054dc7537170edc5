"""Oddities that real status pages have shown, as far as they concern reading one document."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.status import Endpoint, Incident, impact_rank
from tests.factories import (
    API,
    CHAT,
    CODE,
    Document,
    change,
    component,
    components,
    incident,
    incidents_document,
    maintenance,
    maintenances_document,
    minute,
    page,
    summary,
    update,
    without,
)
from tests.statuspage.documents import accepted


def one_incident(document: Document) -> Incident:
    (found,) = accepted(Endpoint.INCIDENTS, incidents_document(document)).incidents
    return found


def test_a_new_time_of_the_page_changes_nothing_else() -> None:
    """Of successive polls about half differ only in it."""
    before = accepted(Endpoint.SUMMARY, summary(incident(), updated_at=minute(1)))
    after = accepted(Endpoint.SUMMARY, summary(incident(), updated_at=minute(2)))
    assert before != after
    assert before == replace(after, page=before.page)


def test_a_rewritten_incident_in_which_nothing_changed_is_equal() -> None:
    """One morning 49 of 50 incidents got a new `updated_at` and a new short link."""
    rewritten = incident(updated_at="2026-06-01T08:00:00.000Z", shortlink="https://short.example.com/new")
    assert one_incident(rewritten) == one_incident(incident())


def test_an_incident_that_was_born_resolved_opened_when_it_was_written() -> None:
    """Both of its times are back-dated; only its update's is honest."""
    backfilled = incident(
        updates=[update("resolved", at=minute(600))],
        created_at="2026-05-02T09:00:00.000Z",
        resolved_at="2026-05-02T09:00:00.000Z",
        started_at="2026-05-04T22:00:00.000Z",
    )
    found = one_incident(backfilled)
    assert found.is_closed
    assert found.resolved_at == found.created_at
    assert found.opened_at == minute(600)


def test_a_postmortem_is_an_update_though_it_is_displayed_at_no_time() -> None:
    told = [
        update(at=minute(0)),
        update("resolved", at=minute(30)),
        update("postmortem", "What happened.", at=minute(900), display_at=None),
    ]
    found = one_incident(incident(updates=told))
    assert found.is_closed
    assert found.updates[-1].status == "postmortem"
    assert found.newest_at == minute(900)


def test_red_components_are_read_without_any_incident() -> None:
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=components(chat="major_outage"), indicator="none"))
    assert snapshot.incidents == ()
    assert snapshot.indicator == "none"
    assert snapshot.components is not None
    assert [one.rank for one in snapshot.components] == [3, 0, 0]


def test_an_open_incident_is_read_while_every_component_is_operational() -> None:
    snapshot = accepted(Endpoint.SUMMARY, summary(incident(impact="major"), indicator="none"))
    assert not snapshot.incidents[0].is_closed
    assert snapshot.components is not None
    assert {one.status for one in snapshot.components} == {"operational"}


def test_indicator_and_impact_are_each_what_the_page_says() -> None:
    snapshot = accepted(Endpoint.SUMMARY, summary(incident(impact="critical"), indicator="minor"))
    assert (snapshot.indicator, snapshot.incidents[0].impact) == ("minor", "critical")


def test_components_that_stayed_operational_are_read_as_they_stand() -> None:
    """Whether they count as affected is not decided at the door."""
    told = [
        update(at=minute(0), affected=None),
        update(
            at=minute(1),
            affected=[change(CHAT, new="operational"), change(API, "major_outage", "partial_outage")],
        ),
    ]
    first, second = one_incident(incident(updates=told)).updates
    assert first.affected == ()
    assert [(one.old_status, one.new_status) for one in second.affected] == [
        ("operational", "operational"),
        ("major_outage", "partial_outage"),
    ]


def test_a_name_inside_an_update_is_the_one_of_its_day() -> None:
    told = [update(affected=[change((CHAT[0], "Chat, as it was called"))])]
    found = one_incident(incident(updates=told, components=[component(CHAT)]))
    assert found.updates[0].affected[0].name == "Chat, as it was called"
    assert found.components[0].name == "Chat"


def test_an_incident_with_impact_none_is_an_incident() -> None:
    found = one_incident(incident(impact="none"))
    assert impact_rank(found.impact) == 0
    assert not found.is_closed


def test_a_status_may_go_backwards_or_repeat() -> None:
    words = ("investigating", "monitoring", "identified", "identified", "resolved")
    told = [update(word, at=minute(number)) for number, word in enumerate(words)]
    assert tuple(one.status for one in one_incident(incident(updates=told)).updates) == words


def test_incidents_stay_in_the_order_of_the_page() -> None:
    """It is that of the newest update, not of creation."""
    old = incident("old000000001", updates=[update(at=minute(0)), update("monitoring", at=minute(900))])
    new = incident("new000000001", updates=[update(at=minute(500))])
    snapshot = accepted(Endpoint.INCIDENTS, incidents_document(old, new))
    assert [one.id for one in snapshot.incidents] == ["old000000001", "new000000001"]


def test_two_incidents_may_have_one_name() -> None:
    snapshot = accepted(Endpoint.INCIDENTS, incidents_document(incident("a"), incident("b")))
    assert [one.id for one in snapshot.incidents] == ["a", "b"]
    assert snapshot.quarantined == ()


def test_reminder_intervals_may_be_a_string() -> None:
    assert one_incident(incident(reminder_intervals="[]")) == one_incident(incident())


def test_a_page_may_write_its_times_in_its_own_zone() -> None:
    found = accepted(
        Endpoint.MAINTENANCES,
        {
            **maintenances_document(maintenance(scheduled_for="2026-05-04T20:00:00.000+02:00")),
            "page": {**page(time_zone="Africa/Johannesburg"), "updated_at": "2026-05-04T14:00:00.000+02:00"},
        },
    )
    assert found.page.updated_at == minute(0)
    assert found.incidents[0].scheduled_for == minute(360)


def test_a_page_that_imitates_the_interface_is_read() -> None:
    """incident.io's pages give ULIDs as ids, times without milliseconds, and leave out most fields."""
    sparse_update = {
        "id": "01JZZZ00000000000000000002",
        "status": "investigating",
        "body": "We see [errors](https://example.com) too.",
        "created_at": "2026-05-04T12:05:00Z",
    }
    sparse_incident = {
        "id": "01JZZZ00000000000000000001",
        "name": "Errors",
        "status": "investigating",
        "impact": "minor",
        "created_at": "2026-05-04T12:00:00Z",
        "incident_updates": [sparse_update],
    }
    part = {
        "id": "01JZZZ00000000000000000003",
        "name": "Chat",
        "status": "degraded_performance",
        "position": 0,
    }
    whose = without(page(), "time_zone")
    snapshot = accepted(
        Endpoint.SUMMARY,
        {
            "page": whose,
            "components": [part],
            "incidents": [sparse_incident],
            "status": {"indicator": "minor"},
        },
    )
    assert snapshot.quarantined == ()
    assert snapshot.incidents[0].updates[0].body == "We see [errors](https://example.com) too."
    assert snapshot.incidents[0].components == ()


def test_a_group_of_components_is_marked_as_one() -> None:
    parts = [component(CODE, group=True), component(CHAT, group=None), component(API, group="yes")]
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=parts))
    assert snapshot.components is not None
    assert [one.group for one in snapshot.components] == [True, False, False]
