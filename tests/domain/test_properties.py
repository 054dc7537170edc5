"""What is true of every history of a status page."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Word, answer
from bot.domain.components import broken_states, speaks_for
from bot.domain.health import Headline, Health
from bot.domain.message import plain_lines
from bot.domain.outages import watch_components
from bot.domain.record import ComponentState, Known
from bot.domain.status import Component, impact_rank
from bot.domain.transitions import Edge, absorb
from tests.domain.builders import PAGE_URL, POLL, Reader, at, page, seeing
from tests.domain.histories import HISTORIES, STATES, Page, Read, reads


def knowing(history: list[Read]) -> Reader:
    reader = Reader()
    for minute, snapshot in history:
        reader.read(snapshot, minute)
    return reader


@given(HISTORIES)
def test_a_snapshot_absorbed_twice_changes_nothing_more(history: list[Read]) -> None:
    known = Known()
    for minute, snapshot in history:
        known = absorb(known, snapshot, at(minute)).known
        again = absorb(known, snapshot, at(minute))
        assert again.transitions == ()
        assert again.known == known


@given(HISTORIES, st.integers())
def test_older_snapshots_slipped_in_anywhere_change_nothing(history: list[Read], seed: int) -> None:
    random, known, before = Random(seed), Known(), list[Read]()
    for minute, snapshot in history:
        known = absorb(known, snapshot, at(minute)).known
        before.append((minute, snapshot))
        said, old = random.choice(before)
        newest = max(one for one, read in before if read.endpoint is old.endpoint)
        change = absorb(known, old, at(minute + 1))
        assert change.accepted is (said == newest)
        if said < newest:
            assert change.known == known


@given(HISTORIES, st.integers())
def test_repeated_reads_change_nothing(history: list[Read], seed: int) -> None:
    random = Random(seed)
    repeated = [read for read in history for _ in range(random.randint(1, 3))]
    assert knowing(repeated).known == knowing(history).known


@given(HISTORIES, st.integers())
def test_the_order_of_a_document_does_not_matter(history: list[Read], seed: int) -> None:
    random = Random(seed)
    shuffled = [
        (minute, replace(read, incidents=tuple(random.sample(read.incidents, len(read.incidents)))))
        for minute, read in history
    ]
    one, other = knowing(history), knowing(shuffled)
    assert one.known == other.known
    assert one.edges == other.edges


@given(HISTORIES)
def test_every_update_that_was_read_is_remembered_once(history: list[Read]) -> None:
    reader = knowing(history)
    for _, snapshot in history:
        for told in snapshot.incidents:
            record = reader.known.by_official_id()[told.id]
            seen = [update_id for update_id, _ in record.seen]
            assert len(set(seen)) == len(seen)
            assert {update.id for update in told.updates} <= set(seen)
            assert set(seen) == {update.id for update in record.incident.updates}


@given(HISTORIES)
def test_nothing_is_called_over_that_the_page_did_not_call_over(history: list[Read]) -> None:
    over = {told.id for _, read in history for told in read.incidents if told.is_closed}
    for record in knowing(history).known.records.values():
        if record.official_id and record.incident.is_closed:
            assert record.official_id in over


@given(HISTORIES)
def test_at_most_one_incident_of_ours_is_open(history: list[Read]) -> None:
    reader = Reader()
    for minute, snapshot in history:
        reader.read(snapshot, minute)
        assert sum(own.is_open and own.official_id is None for own in reader.ours) <= 1


@given(HISTORIES)
def test_no_broken_component_goes_unexplained_for_two_polls(history: list[Read]) -> None:
    """Some incident speaks for it, or ours is about it."""
    reader = knowing(history)
    minute = history[-1][0]
    reader.known = watch_components(reader.known, at(minute + POLL)).known
    for state in broken_states(reader.known):
        assert any(speaks_for(one, state) for one in reader.known.records.values())


@given(st.integers())
def test_a_component_is_in_its_records_as_it_is_on_the_page(seed: int) -> None:
    upstream = Page(Random(seed))
    reader = Reader()
    reader.read(upstream.summary(), 0)
    for _ in range(8):
        upstream.act()
        reader.read(upstream.listing(), upstream.minute)
        reader.read(upstream.summary(), upstream.minute)
    today = {one.id: one.status for one in upstream.components}
    for record in reader.known.records.values():
        if record.is_open and record.incident.under_way:
            assert all(one.present == today[one.id] for one in (*record.affected, *record.also))


@given(HISTORIES, st.sampled_from((None, "chat", "gone")))
def test_there_is_an_answer_to_everything_that_can_be_known(
    history: list[Read], component_id: str | None
) -> None:
    known, minute = knowing(history).known, history[-1][0]
    seen = answer(known, seeing(minute), at(minute), PAGE_URL, component_id)
    blind = answer(known, Health(at(minute), at(minute), 3, "no route"), at(minute), PAGE_URL, component_id)
    assert plain_lines(seen.message)[0]
    assert (seen.word is Word.UNKNOWN) is (component_id == "gone")
    assert blind.word is Word.UNKNOWN
    assert plain_lines(blind.message)[0].startswith("⚪ Cannot say whether")


MOMENTS = st.integers(-10_000, 10_000).map(at)
COMPONENTS = st.builds(
    Component,
    st.text(min_size=1, max_size=3),
    st.text(max_size=5),
    st.sampled_from(STATES) | st.text(max_size=4),
    st.integers(0, 3),
    st.booleans(),
)
ANY_STATES = st.builds(ComponentState, COMPONENTS, MOMENTS, st.none() | MOMENTS, st.booleans())
ANY_HEALTH = st.builds(
    Health,
    st.none() | MOMENTS,
    st.none() | MOMENTS,
    st.integers(0, 5),
    st.text(max_size=5),
    st.lists(st.builds(Headline, st.text(), st.text(), st.text(), st.none() | MOMENTS), max_size=5).map(
        tuple
    ),
)


@given(
    st.lists(ANY_STATES, max_size=6), ANY_HEALTH, HISTORIES, st.none() | st.text(max_size=8), st.booleans()
)
def test_there_is_an_answer_however_odd_what_is_known(
    states: list[ComponentState], health: Health, history: list[Read], indicator: str | None, read: bool
) -> None:
    components = {one.component.id: one for one in states}
    known = replace(
        knowing(history).known, page=page(None) if read else None, components=components, indicator=indicator
    )
    for component_id in (None, *known.components):
        found = answer(known, health, at(0), PAGE_URL, component_id)
        assert plain_lines(found.message)[0]


@given(HISTORIES)
def test_a_green_answer_is_given_only_where_nothing_is_broken(history: list[Read]) -> None:
    known, minute = knowing(history).known, history[-1][0]
    found = answer(known, seeing(minute), at(minute), PAGE_URL)
    counted = [
        one for one in known.records.values() if one.is_open and one.official_id and not one.is_maintenance
    ]
    troubled = any(state.component.rank for state in known.components.values()) or any(
        impact_rank(one.incident.impact) for one in counted
    )
    assert (found.word in (Word.DOWN, Word.PROBLEM)) is troubled


def test_the_histories_have_what_they_are_for() -> None:
    """A property over histories in which nothing happens would hold of anything."""
    seen: set[str] = set()
    for seed in range(300):
        reader = knowing(reads(seed, 20))
        seen.update(edge.value for _, edge in reader.edges)
        seen.update("ours" for own in reader.ours if own.official_id is None)
        seen.update("folded" for own in reader.ours if own.official_id)
        seen.update("also" for one in reader.known.records.values() if one.also)
    assert seen == {edge.value for edge in Edge} | {"ours", "folded", "also"}
