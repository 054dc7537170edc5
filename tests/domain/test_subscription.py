"""What a channel wants to hear, and when it wants quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from bot.domain.matching import Match, match
from bot.domain.record import Affected, Record
from bot.domain.remember import remember
from bot.domain.subscription import Mute, QuietHours, Settings
from tests.domain.builders import at, change, component, incident, maintenance, update

EVERYTHING = Settings()
ONLY_CHAT = Settings(components=frozenset({"chat"}))


def record(impact: str = "minor", *components: str) -> Record:
    told = incident("a", update(0, "investigating", *(change(one) for one in components)), impact=impact)
    return remember(None, told, at(0), first=False)


PLANNED = remember(
    None, maintenance("m", update(0, "scheduled"), components=(component("api"),)), at(0), first=False
)


def test_a_channel_that_chose_nothing_wants_everything() -> None:
    for one in (record("none", "chat"), record("critical"), record("odd"), PLANNED):
        assert match(EVERYTHING, one) == Match(wanted=True)


@pytest.mark.parametrize(
    ("least", "impact", "wanted"),
    [
        ("minor", "none", False),
        ("minor", "minor", True),
        ("major", "minor", False),
        ("major", "critical", True),
        ("critical", "major", False),
        ("critical", "odd", True),
    ],
)
def test_a_least_impact_is_the_least_that_is_wanted(least: str, impact: str, *, wanted: bool) -> None:
    found = match(Settings(least_impact=least), record(impact, "chat"))
    assert found == Match(wanted, None if wanted else "impact")


def test_the_highest_impact_so_far_counts() -> None:
    lowered = replace(record("minor"), highest_impact="major")
    assert match(Settings(least_impact="major"), lowered).wanted


def test_a_component_that_was_ever_broken_counts() -> None:
    """So the end goes where the beginning went."""
    told = incident(
        "a", update(0, "investigating", change("chat")), update(9, "resolved", change("chat", "operational"))
    )
    assert match(ONLY_CHAT, remember(None, told, at(9), first=False)).wanted


def test_another_component_is_not_wanted() -> None:
    assert match(ONLY_CHAT, record("critical", "api")) == Match(wanted=False, setting="components")


def test_a_component_put_down_to_the_incident_is_wanted() -> None:
    put_down = Affected("chat", "Chat", "major_outage", "major_outage", "major_outage")
    assert match(ONLY_CHAT, replace(record("critical", "api"), also=(put_down,))).wanted


def test_an_incident_that_names_no_component_is_wanted_by_everybody() -> None:
    assert match(ONLY_CHAT, record("minor")).wanted


def test_a_renamed_component_is_wanted_all_the_same() -> None:
    told = incident("a", update(0), components=(component("chat", "major_outage", name="Something else"),))
    assert match(ONLY_CHAT, remember(None, told, at(0), first=False)).wanted


def test_maintenance_has_a_setting_of_its_own_and_no_impact() -> None:
    assert match(Settings(maintenance=False), PLANNED) == Match(wanted=False, setting="maintenance")
    assert match(Settings(maintenance=False), record("minor", "chat")).wanted
    assert match(Settings(least_impact="critical"), PLANNED).wanted
    assert match(ONLY_CHAT, PLANNED) == Match(wanted=False, setting="components")


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "end", "clock", "covered"),
    [
        (time(9), time(17), time(9), True),
        (time(9), time(17), time(16, 59), True),
        (time(9), time(17), time(17), False),
        (time(9), time(17), time(8, 59), False),
        (time(22), time(7), time(23), True),
        (time(22), time(7), time(0), True),
        (time(22), time(7), time(6, 59), True),
        (time(22), time(7), time(7), False),
        (time(22), time(7), time(21, 59), False),
        (time(8), time(8), time(12), True),
        (time(8), time(8), time(3), True),
    ],
)
def test_quiet_hours_run_by_the_wall_clock_and_over_midnight(
    start: time, end: time, clock: time, *, covered: bool
) -> None:
    moment = datetime.combine(datetime(2026, 7, 1, tzinfo=UTC), clock, tzinfo=BERLIN)
    quiet = QuietHours(start, end, "Europe/Berlin")
    assert quiet.cover(moment) is covered
    assert quiet.cover(moment.astimezone(UTC)) is covered


def test_quiet_hours_follow_summer_time() -> None:
    quiet = QuietHours(time(22), time(7), "Europe/Berlin")
    assert quiet.cover(datetime(2026, 1, 10, 21, 30, tzinfo=UTC))
    assert not quiet.cover(datetime(2026, 1, 10, 20, 30, tzinfo=UTC))
    assert quiet.cover(datetime(2026, 7, 10, 20, 30, tzinfo=UTC))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        QuietHours(time(22), time(7), "Europe/Atlantis").cover(at(0))


def test_a_mute_runs_from_its_beginning_to_just_before_its_end() -> None:
    mute = Mute(at(0), at(10))
    assert [mute.covers(at(minute)) for minute in (-1, 0, 9.9, 10)] == [False, True, True, False]
