"""What a document of the page is read as, field by field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.statuspage.parse import Rejected, parse
from bot.domain.status import Component, ComponentChange, Endpoint, Incident, Kind, Page, Update
from tests.factories import (
    API,
    CHAT,
    PAGE_ID,
    PAGE_URL,
    START,
    Document,
    change,
    component,
    components,
    encode,
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
from tests.statuspage.documents import accepted, read


def one_incident(document: Document) -> Incident:
    (found,) = accepted(Endpoint.INCIDENTS, incidents_document(document)).incidents
    return found


def refused(document: Document) -> tuple[str, ...]:
    snapshot = accepted(Endpoint.INCIDENTS, incidents_document(document))
    assert snapshot.incidents == ()
    assert not snapshot.complete
    return snapshot.quarantined


def test_a_summary_is_read_whole() -> None:
    told = [update(at=minute(1)), update("identified", "Found it.", at=minute(9), affected=[change()])]
    document = summary(
        incident(updates=told, impact="major", components=[component(CHAT, "partial_outage")]),
        parts=[component(CHAT, "partial_outage"), component(API, position=2, group=True)],
        maintenances=[maintenance()],
        indicator="major",
        updated_at=minute(10),
    )
    snapshot = accepted(Endpoint.SUMMARY, document)
    assert snapshot.page == Page(PAGE_ID, "Example", PAGE_URL, minute(10))
    assert snapshot.indicator == "major"
    assert snapshot.components == (
        Component(*CHAT, "partial_outage", 1),
        Component(*API, "operational", 2, True),
    )
    assert snapshot.incidents[0] == Incident(
        id="incident0001",
        name="Raised error rates in chat",
        status="identified",
        impact="major",
        created_at=minute(1),
        updated_at=minute(9),
        updates=(
            Update("update04120100", "investigating", "We are looking into raised error rates.", minute(1)),
            Update(
                "update04120900",
                "identified",
                "Found it.",
                minute(9),
                (ComponentChange(*CHAT, "operational", "partial_outage"),),
            ),
        ),
        components=(Component(*CHAT, "partial_outage", 1),),
    )
    assert (snapshot.quarantined, snapshot.complete) == ((), True)


def test_a_maintenance_is_an_incident_of_its_own_kind() -> None:
    for endpoint, document in (
        (Endpoint.SUMMARY, summary(maintenances=[maintenance()])),
        (Endpoint.MAINTENANCES, maintenances_document(maintenance())),
    ):
        (found,) = accepted(endpoint, document).incidents
        assert (found.kind, found.status, found.impact) == (Kind.MAINTENANCE, "scheduled", "maintenance")
        assert (found.scheduled_for, found.scheduled_until) == (minute(360), minute(480))


def test_only_the_summary_knows_components_and_indicator() -> None:
    for endpoint, document in (
        (Endpoint.INCIDENTS, incidents_document(incident())),
        (Endpoint.MAINTENANCES, maintenances_document(maintenance())),
    ):
        snapshot = accepted(
            endpoint, {**document, "components": components(), "status": {"indicator": "none"}}
        )
        assert (snapshot.components, snapshot.indicator) == (None, None)


def test_no_incidents_is_good_news_only_where_the_page_says_so() -> None:
    assert accepted(Endpoint.INCIDENTS, incidents_document()).incidents == ()
    assert accepted(Endpoint.SUMMARY, summary()).incidents == ()
    for endpoint, key in (
        (Endpoint.INCIDENTS, "incidents"),
        (Endpoint.SUMMARY, "incidents"),
        (Endpoint.MAINTENANCES, "scheduled_maintenances"),
    ):
        document = {"page": page(), "components": components()}
        for silence in (document, {**document, key: None}, {**document, key: {}}, {**document, key: "none"}):
            assert isinstance(read(endpoint, silence), Rejected)


def test_a_summary_without_maintenances_has_none() -> None:
    assert accepted(Endpoint.SUMMARY, without(summary(), "scheduled_maintenances")).incidents == ()


@pytest.mark.parametrize("parts", [None, [], {}, [None], [{"id": "x"}], [{"status": "operational"}]])
def test_a_summary_without_a_usable_component_is_rejected(parts: object) -> None:
    """It would look as if every component had been removed."""
    assert isinstance(read(Endpoint.SUMMARY, {**summary(), "components": parts}), Rejected)


@pytest.mark.parametrize("whose", [None, [], "page", {}, {"id": None}, {"id": "a b"}, {"id": ["p"]}])
def test_a_document_of_no_page_is_rejected(whose: object) -> None:
    assert isinstance(read(Endpoint.INCIDENTS, {**incidents_document(), "page": whose}), Rejected)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        7,
        "status.example.com",
        "javascript:alert(1)",
        "ftp://status.example.com",
        "https://",
        "https://user:secret@status.example.com",
        "https://status.example.com/?a=b",
        "https://status.example.com/#x",
        "https://status.example.com\n",
        "https://<!channel>",
        "https://" + "x" * 400,
    ],
)
def test_a_page_without_a_usable_address_has_the_one_it_was_read_at(url: object) -> None:
    body = encode({**incidents_document(), "page": page(url=url)})
    for given in ("https://other.example/", "https://other.example"):
        found = parse(Endpoint.INCIDENTS, body, given)
        assert not isinstance(found, Rejected)
        assert found.page.url == "https://other.example"


def test_an_address_has_no_slash_at_its_end() -> None:
    document = {**incidents_document(), "page": page(url="https://status.example.com/")}
    assert accepted(Endpoint.INCIDENTS, document).page.url == "https://status.example.com"


def test_a_page_without_a_name_is_called_by_its_host() -> None:
    document = {**incidents_document(), "page": page(name=None)}
    assert accepted(Endpoint.INCIDENTS, document).page.name == "status.example.com"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-05-04T12:00:00.000Z", START),
        ("2026-05-04T12:00:00Z", START),
        ("2026-05-04T14:00:00.000+02:00", START),
        ("2026-05-04T07:30:00-04:30", START),
        ("2026-05-04T12:00:00", START),
        ("2026-05-04 12:00:00", START),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("2026-13-45T12:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (1777896000, None),
        ("2026-05-04T12:00:00Z" + " " * 1000, None),
        ("２０２６-05-04T12:00:00Z", None),
        ("2026-05-04T12:00:00\ud800", None),
    ],
)
def test_times_are_read_in_any_zone_and_kept_in_utc(written: object, read_as: datetime | None) -> None:
    assert one_incident(incident(resolved_at=written)).resolved_at == read_as


def test_words_the_page_learnt_before_us_are_kept_as_they_are() -> None:
    told = [update("Under Review", "Hm.")]
    found = one_incident(incident(updates=told, impact="catastrophic"))
    assert (found.status, found.impact, found.updates[0].status) == (
        "Under Review",
        "catastrophic",
        "Under Review",
    )
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=[component(status="slow_ish")], indicator="purple"))
    assert snapshot.components
    assert (snapshot.components[0].status, snapshot.indicator) == ("slow_ish", "purple")
    assert len(one_incident(incident(status="x" * 500)).status) == 64


@pytest.mark.parametrize("impact", [None, "", 3, [], " "])
def test_an_incident_without_impact_is_minor(impact: object) -> None:
    """It neither hides from a channel that wants minor ones and up, nor calls for help."""
    assert one_incident(incident(impact=impact)).impact == "minor"  # type: ignore[arg-type]
    assert one_incident(without(incident(), "impact")).impact == "minor"
    assert one_incident(incident(impact="none")).impact == "none"


def test_an_incident_is_quarantined_only_if_nothing_can_be_made_of_it() -> None:
    nameless = incident(name=None, status=None)  # type: ignore[arg-type]
    timeless = without(incident(updates=[]), "created_at", "started_at", "updated_at")
    assert refused(nameless) == ("incident 1 has neither a usable name nor a usable status",)
    assert refused(timeless) == ("incident 1 has no usable time",)
    assert refused(without(incident(), "id")) == ("incident 1 has no usable id",)
    assert one_incident(incident(name=None)).name == "Untitled incident"  # type: ignore[arg-type]


def test_a_status_that_is_not_given_is_that_of_the_newest_update() -> None:
    told = [update(at=minute(0)), update("monitoring", at=minute(1))]
    assert one_incident(incident(updates=told, status=None)).status == "monitoring"
    assert one_incident(incident(updates=[], status=None)).status == "unknown"


def test_an_incident_begins_at_the_first_time_it_gives() -> None:
    told = [update(at=minute(7)), update(at=minute(9))]
    late = incident(updates=told, created_at=None, started_at="2026-05-04T12:05:00Z")
    assert one_incident(late).created_at == minute(5)
    assert one_incident(without(late, "started_at")).created_at == minute(7)
    assert one_incident(without(incident(updates=[]), "created_at", "started_at")).created_at == START


def test_updates_run_from_the_oldest_to_the_newest_in_whatever_order_they_come() -> None:
    told = [update(at=minute(number), identifier=f"u{number}") for number in (4, 1, 3, 2)]
    found = one_incident({**incident(), "incident_updates": told})
    assert [one.id for one in found.updates] == ["u1", "u2", "u3", "u4"]


def test_of_two_updates_with_one_time_the_page_lists_the_newer_first() -> None:
    told = [update("investigating", identifier="older"), update("resolved", identifier="newer")]
    assert [one.id for one in one_incident(incident(updates=told)).updates] == ["older", "newer"]


def test_an_update_without_a_time_has_the_one_it_is_displayed_with_or_its_incidents() -> None:
    displayed = update(at=minute(5), identifier="u1", created_at=None)
    dateless = update(identifier="u2", created_at="soon", display_at=None)
    found = one_incident({**incident(), "incident_updates": [displayed, dateless]})
    assert [(one.id, one.created_at) for one in found.updates] == [("u2", START), ("u1", minute(5))]


def test_an_unusable_update_is_quarantined_alone() -> None:
    told = [
        update(identifier="good"),
        without(update(), "id"),
        update(status="", body="", identifier="void"),
        None,
    ]
    snapshot = accepted(Endpoint.INCIDENTS, incidents_document({**incident(), "incident_updates": told}))
    assert [one.id for one in snapshot.incidents[0].updates] == ["good"]
    assert snapshot.quarantined == (
        "incident0001: update 2 has no usable id",
        "incident0001: update 3 has neither a usable status nor a usable body",
        "incident0001: update 4 has no usable id",
    )
    assert snapshot.complete


def test_an_update_needs_only_a_status_or_a_body() -> None:
    told = [update("", "Words.", identifier="u1"), update("resolved", "", at=minute(1), identifier="u2")]
    first, second = one_incident(incident(updates=told)).updates
    assert (first.status, first.body) == ("unknown", "Words.")
    assert (second.status, second.body) == ("resolved", "")


def test_an_unusable_component_is_quarantined_alone() -> None:
    parts = [component(), without(component(API), "status"), without(component(), "id"), 7]
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=parts))  # type: ignore[arg-type]
    assert snapshot.components == (Component(*CHAT, "operational", 1),)
    assert snapshot.quarantined == (
        "component 2 has no usable status",
        "component 3 has no usable id",
        "component 4 has no usable id",
    )


def test_of_two_entries_with_one_id_the_first_holds() -> None:
    twice = incidents_document(incident(name="First"), incident(name="Second"), incident(name="First"))
    snapshot = accepted(Endpoint.INCIDENTS, twice)
    assert [one.name for one in snapshot.incidents] == ["First"]
    assert snapshot.quarantined == tuple(
        f"incident {number} repeats the id incident0001" for number in (2, 3)
    )
    assert snapshot.complete
    both = accepted(Endpoint.SUMMARY, summary(incident("same"), maintenances=[maintenance("same")]))
    assert [one.kind for one in both.incidents] == [Kind.INCIDENT]
    assert both.quarantined == ("maintenance repeats the id same of an incident",)


def test_a_component_listed_twice_is_read_once() -> None:
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=[component(), component(), component(status="gone")]))
    assert snapshot.components == (Component(*CHAT, "operational", 1),)
    assert len(snapshot.quarantined) == 2


@pytest.mark.parametrize("identifier", ["a/../b", "a b", "x" * 65, "", None, True, 1.5, ["a"], "é", "a\n"])
def test_an_id_that_is_not_fit_for_a_link_is_none(identifier: object) -> None:
    assert refused({**incident(), "id": identifier}) == ("incident 1 has no usable id",)


def test_a_number_is_an_id_too() -> None:
    assert one_incident({**incident(), "id": 31000001}).id == "31000001"


def test_an_update_names_its_components_by_code_or_by_id() -> None:
    by_id = {"id": "x1", "name": "One", "old_status": "operational", "new_status": "major_outage"}
    null_code = {**by_id, "code": None, "id": "x2"}
    half = {"code": "x3", "name": None, "old_status": None, "new_status": "degraded_performance"}
    told = [update(affected=[by_id, null_code, {**null_code, "id": "x4"}, half, {"code": "x5"}, None])]  # type: ignore[list-item]
    assert one_incident(incident(updates=told)).updates[0].affected == (
        ComponentChange("x1", "One", "operational", "major_outage"),
        ComponentChange("x2", "One", "operational", "major_outage"),
        ComponentChange("x4", "One", "operational", "major_outage"),
        ComponentChange("x3", "x3", "degraded_performance", "degraded_performance"),
    )


def test_names_and_bodies_are_normalised_and_cut() -> None:
    told = [update(body="Line one\r\nLine\u202e two\x00 " + "word " * 5_000)]
    found = one_incident(incident(name="A\nname \ud800" + "x" * 400, updates=told))
    assert found.name.startswith("A name \ufffdx")
    assert len(found.name) == 300
    assert found.updates[0].body.startswith("Line one\nLine two word")
    assert len(found.updates[0].body) <= 20_000


def test_more_incidents_than_anyone_has_are_left_unread() -> None:
    snapshot = accepted(
        Endpoint.INCIDENTS, incidents_document(*(incident(f"i{number}") for number in range(510)))
    )
    assert len(snapshot.incidents) == 500
    assert not snapshot.complete
    assert snapshot.quarantined == ("incident: 10 more than the 500 that are read",)


def test_more_updates_than_anyone_writes_are_left_unread() -> None:
    """The newest come first, so those are the ones that are read."""
    told = [update(at=minute(number), identifier=f"u{number}") for number in range(1_500)]
    snapshot = accepted(
        Endpoint.INCIDENTS, incidents_document(incident("a", updates=told), incident("b", updates=told))
    )
    assert [len(one.updates) for one in snapshot.incidents] == [1_500, 500]
    assert snapshot.incidents[1].updates[-1].id == "u1499"
    assert snapshot.quarantined == ("b: update: 1000 more than the 500 that are read",)


def test_more_components_than_anyone_has_are_left_unread() -> None:
    parts = [component((f"c{number}", "One")) for number in range(1_001)]
    snapshot = accepted(Endpoint.SUMMARY, summary(parts=parts))
    assert snapshot.components is not None
    assert len(snapshot.components) == 1_000


def test_a_byte_order_mark_is_no_damage() -> None:
    assert accepted(Endpoint.INCIDENTS, b"\xef\xbb\xbf" + encode(incidents_document(incident()))).incidents


def test_of_a_key_given_twice_the_last_one_holds() -> None:
    body = encode(incidents_document(incident())).replace(
        b'"impact": "minor"', b'"impact": "minor", "impact": "major"'
    )
    assert accepted(Endpoint.INCIDENTS, body).incidents[0].impact == "major"


def test_the_feed_is_no_document_to_parse() -> None:
    assert isinstance(read(Endpoint.ATOM, incidents_document()), Rejected)
