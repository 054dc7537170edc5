"""Changes applied to settings: what stays, what goes together, and what is refused whole."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.commands.changes import NOTHING, OFF, Changes, Hours, applied
from bot.commands.problems import Unfit
from bot.domain.record import ComponentState, Known
from bot.domain.status import Component
from bot.domain.subscription import Mention, QuietHours, Settings, Style
from tests.factories import API, CHAT, CODE, START

KNOWN = Known(
    components={
        identity: ComponentState(Component(identity, name, "operational"), START)
        for identity, name in (CHAT, API, CODE)
    }
)
NIGHT = Hours(time(22), time(7))
CHOSEN = Settings(
    components=frozenset({API[0]}),
    least_impact="major",
    maintenance=False,
    style=Style.CARD,
    mention=Mention("here", "major"),
    quiet_hours=QuietHours(time(22), time(7), "Europe/Berlin"),
    echo=False,
    reminder=timedelta(hours=2),
)


def test_nothing_changes_nothing() -> None:
    assert applied(CHOSEN, NOTHING, KNOWN) == CHOSEN
    assert applied(Settings(), NOTHING, Known()) == Settings()


def test_everything_can_be_chosen_at_once() -> None:
    changes = Changes(
        components=("api",),
        impact="major",
        maintenance=False,
        style=Style.CARD,
        mention="here",
        mention_from="major",
        quiet=NIGHT,
        zone="europe/berlin",
        echo=False,
        reminder=timedelta(hours=2),
    )
    assert applied(Settings(), changes, KNOWN) == CHOSEN


def test_everything_can_be_switched_off_again() -> None:
    off = Changes(
        (), "none", maintenance=True, style=Style.THREAD, mention=OFF, quiet=OFF, echo=True, reminder=OFF
    )
    assert applied(CHOSEN, off, KNOWN) == Settings()


@pytest.mark.parametrize("name", [API[0], "API (api.example.com)", "api", "Api"])
def test_a_component_is_remembered_by_its_id(name: str) -> None:
    assert applied(Settings(), Changes(components=(name,)), KNOWN).components == {API[0]}


def test_a_component_that_left_the_page_may_be_kept_but_not_chosen() -> None:
    kept = Settings(components=frozenset({"gone"}))
    assert applied(kept, Changes(components=("gone", "chat")), KNOWN).components == {"gone", CHAT[0]}
    with pytest.raises(Unfit, match="“gone” is not the name"):
        applied(Settings(), Changes(components=("gone",)), KNOWN)


def test_a_new_target_keeps_the_impact_it_is_called_from() -> None:
    assert applied(CHOSEN, Changes(mention="S012"), KNOWN).mention == Mention("S012", "major")
    assert applied(CHOSEN, Changes(mention_from="none"), KNOWN).mention == Mention("here", "none")


def test_quiet_hours_keep_their_zone_and_their_rule() -> None:
    later = applied(CHOSEN, Changes(quiet=Hours(time(23), time(6))), KNOWN).quiet_hours
    assert later == QuietHours(time(23), time(6), "Europe/Berlin")
    strict = applied(CHOSEN, Changes(critical=False, zone="UTC"), KNOWN).quiet_hours
    assert strict == QuietHours(time(22), time(7), "UTC", critical_breaks=False)


@pytest.mark.parametrize(
    ("changes", "problem", "nearest"),
    [
        (Changes(components=("chad",)), "near it: Chat", "components=Chat"),
        (Changes(components=("chat", "nonsense")), "There are API, Chat, Code", ""),
        (Changes(impact="terrible"), "impact is one of", "impact=major"),
        (Changes(mention="here", mention_from="terrible"), "mention-from is one of", "mention-from=major"),
        (Changes(mention_from="major"), "Nobody is mentioned", "mention=… mention-from=major"),
        (Changes(mention="<!channel>"), "cannot be mentioned", "mention=nobody"),
        (Changes(mention=""), "cannot be mentioned", "mention=nobody"),
        (Changes(quiet=NIGHT), "need the time zone", "quiet=22:00-07:00 zone=Europe/Berlin"),
        (Changes(quiet=NIGHT, zone="Berlin"), "“Berlin” is no time zone", "zone=Europe/Berlin"),
        (Changes(zone="Asia/Tokyo"), "zone belongs to quiet hours", "quiet=22:00-07:00 zone=Asia/Tokyo"),
        (Changes(critical=True), "critical belongs to quiet hours", "quiet=22:00-07:00 zone=Europe/Berlin"),
        (Changes(reminder=timedelta(minutes=29)), "every 30 min at the most often", "reminder=2h"),
        (Changes(reminder=timedelta(days=8)), "every 7 d at least", "reminder=2h"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(changes: Changes, problem: str, nearest: str) -> None:
    with pytest.raises(Unfit) as unfit:
        applied(Settings(), changes, KNOWN)
    assert problem in unfit.value.problem
    assert unfit.value.nearest == nearest


def test_before_the_page_was_read_no_name_can_be_looked_up() -> None:
    with pytest.raises(Unfit, match="try again in a minute"):
        applied(Settings(), Changes(components=("api",)), Known())
