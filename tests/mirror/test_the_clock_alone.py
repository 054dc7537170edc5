"""A channel that is as it should be stays so until the moment that was named."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.subscription import Mention, QuietHours, Style
from tests.domain.builders import at, update
from tests.mirror.stage import Stage, opened

MINUTE = timedelta(minutes=1)
STATUSES = st.sampled_from(["investigating", "identified", "monitoring", "resolved"])
IMPACTS = st.sampled_from(["none", "minor", "major", "critical", "maintenance"])
PAUSES = st.one_of(st.floats(0, 40), st.floats(0, 3000))
LATER = st.one_of(st.floats(0, 60), st.floats(0, 20_000))
ACTS = st.sampled_from(["tell", "tell", "tell", "raise", "mute", "mute incident", "lose", "serve"])
SETTINGS = st.fixed_dictionaries(
    {
        "style": st.sampled_from(Style),
        "reminder": st.sampled_from([None, timedelta(minutes=30), timedelta(hours=5)]),
        "mention": st.sampled_from([None, Mention("oncall", "major")]),
        "quiet_hours": st.sampled_from([None, QuietHours(time(22), time(7), "Europe/Berlin")]),
    }
)


def play(stage: Stage, data: st.DataObject) -> float:
    """Let things happen to *stage*; returns the minute by which they had."""
    minute = 0.0
    for act in data.draw(st.lists(ACTS, max_size=7)):
        minute += data.draw(PAUSES)
        if act == "tell":
            stage.tell(minute, update(minute, data.draw(STATUSES), identity=f"n{minute}"))
        elif act == "raise":
            stage.tell(minute, impact=data.draw(IMPACTS))
        elif act == "mute":
            stage.mute(minute, minute + data.draw(st.floats(1, 3000)))
        elif act == "mute incident":
            stage.mute_incident(minute)
        elif act == "lose" and any(post.key == "card" for post in stage.thread(minute).posts):
            stage.serve(minute)
            stage.lose(minute)
        else:
            stage.serve(minute)
    return minute


@given(SETTINGS, IMPACTS, st.data())
def test_the_clock_alone_changes_nothing_before_it_is_due(
    settings: dict[str, object], impact: str, data: st.DataObject
) -> None:
    stage = opened(update(0), impact=impact, **settings)  # type: ignore[arg-type]  # settings of any type
    minute = play(stage, data)
    stage.serve(minute)
    at_rest = stage.thread(minute)
    if at_rest.due_at is None:
        later = minute + data.draw(LATER)
    else:
        later = minute + data.draw(st.floats(0, 0.999)) * ((at_rest.due_at - at(minute)) / MINUTE)
    assert stage.thread(later).posts == at_rest.posts
    assert stage.step(later) is None


@given(SETTINGS, st.data())
def test_what_is_due_later_is_done_when_it_is_due(settings: dict[str, object], data: st.DataObject) -> None:
    """A moment that came for nothing would be asked for again, without end."""
    stage = opened(update(0), **settings)  # type: ignore[arg-type]  # settings of any type
    minute = play(stage, data)
    stage.serve(minute)
    for _ in range(3):
        due_at = stage.thread(minute).due_at
        if due_at is None:
            return
        assert due_at > at(minute)
        minute = (due_at - at(0)) / MINUTE
        stage.serve(minute)
