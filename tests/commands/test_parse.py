"""What texts mean: a table of texts and commands, and that no text at all is too much."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import example, given

from bot.commands import command as commands
from bot.commands.changes import OFF, Changes, Hours
from bot.commands.command import (
    Ask,
    ChangeSettings,
    Help,
    History,
    Misunderstood,
    Mute,
    Subscribe,
    Unsubscribe,
)
from bot.commands.parse import MOST_CHARS, parse
from bot.domain.subscription import Style
from tests.commands.typed import TYPED

WORDS: list[tuple[str, commands.Command]] = [
    ("", Ask()),
    ("   ", Ask()),
    ("/claudestatus", Ask()),
    ("?", Help()),
    ("help", Help()),
    ("HELP me", Help()),
    ("/claudestatus history", History()),
    ("history of claude", History()),
    ("Uptime?", commands.Uptime()),
    ("subscribe", Subscribe()),
    ("settings", commands.ShowSettings()),
    ("unsubscribe", Unsubscribe()),
    ("unmute", commands.Unmute()),
    ("resume", commands.Unmute()),
    ("  test ", commands.Test()),
    ("why?", commands.Why()),
    ("/claudealerts list", commands.ListSubscriptions()),
]

QUESTIONS: list[tuple[str, str | None]] = [
    ("is claude down?", None),
    ("is it down", None),
    ("down?", None),
    ("Claude", None),
    ("is claude being slow for anyone else?", None),
    ("what's the status of claude", None),
    ("why is claude down", None),
    ("is it just me", None),
    ("claude.ai", "claude.ai"),
    ("Is the API down right now?", "API"),
    ("status of the api", "api"),
    ("claude code", "claude code"),
    ("“Claude Code”", "Claude Code"),
    ("is claude for government up?", "claude for government"),
    ("now claude.ai", "claude.ai"),
    ("histroy", "histroy"),
]

LENGTHS = [
    ("mute 2h", timedelta(hours=2)),
    ("mute 90m", timedelta(minutes=90)),
    ("mute 1d", timedelta(days=1)),
    ("MUTE 1h30m", timedelta(minutes=90)),
    ("mute for 2 hours", timedelta(hours=2)),
    ("mute 1.5h", timedelta(minutes=90)),
    ("snooze 1 day 2 h", timedelta(hours=26)),
    ("pause 30 min", timedelta(minutes=30)),
    ("silence 1 week", timedelta(days=7)),
]

SETTINGS: list[tuple[str, Changes]] = [
    ("components=claude.ai,api", Changes(components=("claude.ai", "api"))),
    ("components=claude.ai, claude code impact=minor", Changes(("claude.ai", "claude code"), "minor")),
    ('components="claude code, beta",api', Changes(components=("claude code, beta", "api"))),
    ("components=“Claude Code” style=card", Changes(components=("Claude Code",), style=Style.CARD)),
    ("component=api", Changes(components=("api",))),
    ("components=all", Changes(components=())),
    ("impact=MAJOR", Changes(impact="major")),
    ("impact = critical", Changes(impact="critical")),
    ("impact:major", Changes(impact="major")),
    ("impact=all", Changes(impact="none")),
    ("maintenance off", Changes(maintenance=False)),
    ("maintenance=on, echo=off; critical=off", Changes(maintenance=True, echo=False, critical=False)),
    ("style=thread", Changes(style=Style.THREAD)),
    ("style=post", Changes(style=Style.POST)),
    ("mention=@here", Changes(mention="here")),
    ("mention=S012AB mention-from=major", Changes(mention="S012AB", mention_from="major")),
    ("mention=nobody", Changes(mention=OFF)),
    ("quiet=22:00-07:00 zone=Europe/Berlin", Changes(quiet=Hours(time(22), time(7)), zone="Europe/Berlin")),
    ("quiet=22–7", Changes(quiet=Hours(time(22), time(7)))),
    ("quiet=10pm-6:30am", Changes(quiet=Hours(time(22), time(6, 30)))),
    ("quiet=12am to 12pm", Changes(quiet=Hours(time(0), time(12)))),
    ("quiet=18:00-24:00", Changes(quiet=Hours(time(18), time(0)))),
    ("quiet=off", Changes(quiet=OFF)),
    ("tz=UTC", Changes(zone="UTC")),
    ("reminder=60m", Changes(reminder=timedelta(hours=1))),
    ("reminder=off", Changes(reminder=OFF)),
]

REFUSED = [
    ("settings impact=majr", "impact is one of none, minor, major, critical", "settings impact=major"),
    ("settings impcat=major", "“impcat” is no setting.", "settings impact=major"),
    ("settings colour=red", "There are components, impact, maintenance", ""),
    ("subscribe style=thred", "style is one of thread, card, post", "subscribe style=thread"),
    ("settings maintenance=maybe", "maintenance is one of on, off", "settings maintenance=off"),
    ("settings impact=major impact=minor", "impact is given twice", ""),
    ("settings quiet", "quiet lacks its value", "settings quiet=22:00-07:00"),
    ("settings components=,", "components lacks its value", "settings components=claude.ai"),
    ("settings quiet=25-7", "“25-7” are no hours", "settings quiet=22:00-07:00"),
    ("settings quiet=13pm-7am", "“13pm-7am” are no hours", "settings quiet=22:00-07:00"),
    ("settings quiet=22:75-7", "“22:75-7” are no hours", "settings quiet=22:00-07:00"),
    ("settings reminder=60", "“60” is no length of time", "settings reminder=2h"),
    ("settings loud please", "I do not know what to do with “loud please”", "settings impact=major"),
    ("impact=major", "lacks the command before it", "settings impact=major"),
    ("impcat=major", "“impcat” is no setting.", "settings impact=major"),
    ("mute", "A mute always has an end", "mute 2h"),
    ("mute 2", "“2” is no length of time", "mute 2h"),
    ("mute until 18:00", "“until 18:00” is no length of time", "mute 2h"),
    ("stop", "unsubscribe (for good) or mute (for a while)?", "mute 2h"),
    ("unsubscribe api", "unsubscribe ends all alerts of this channel", "settings components=claude.ai"),
    ("test the alarm", "test takes nothing behind it", "test"),
]


@pytest.mark.parametrize(("text", "command"), WORDS)
def test_a_command_word_is_its_command(text: str, command: commands.Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(("text", "component"), QUESTIONS)
def test_a_question_asks_about_what_is_left_without_the_words_around_it(
    text: str, component: str | None
) -> None:
    assert parse(text) == Ask(component)


@pytest.mark.parametrize(("text", "length"), LENGTHS)
def test_a_mute_is_as_long_as_was_said(text: str, length: timedelta) -> None:
    assert parse(text) == Mute(length)


@pytest.mark.parametrize(("text", "changes"), SETTINGS)
def test_settings_are_read_alike_for_both_commands(text: str, changes: Changes) -> None:
    assert parse(f"settings {text}") == ChangeSettings(changes)
    assert parse(f"subscribe {text}") == Subscribe(changes)


@pytest.mark.parametrize(
    ("text", "components"),
    [
        ("subscribe claude.ai, api", ("claude.ai", "api")),
        ("subscribe to Claude Code", ("Claude Code",)),
        ("follow claude code, api impact=minor", ("claude code", "api")),
        ("subscribe all", ()),
    ],
)
def test_bare_names_behind_subscribe_are_components(text: str, components: tuple[str, ...]) -> None:
    parsed = parse(text)
    assert isinstance(parsed, Subscribe)
    assert parsed.changes.components == components


@pytest.mark.parametrize(("text", "problem", "nearest"), REFUSED)
def test_what_does_not_fit_is_said_with_its_cure(text: str, problem: str, nearest: str) -> None:
    parsed = parse(text)
    assert isinstance(parsed, Misunderstood)
    assert problem in parsed.problem
    assert parsed.nearest == nearest


@pytest.mark.parametrize("text", [nearest for _, _, nearest in REFUSED if nearest])
def test_every_suggestion_can_be_typed(text: str) -> None:
    assert not isinstance(parse(text), Misunderstood)


def test_a_novel_is_refused_and_not_read() -> None:
    parsed = parse("mute 2h " * 200)
    assert isinstance(parsed, Misunderstood)
    assert "under 1000 characters" in parsed.problem
    assert len(parsed.text) <= MOST_CHARS


@given(TYPED)
@example("mute 99999w99999w99999w99999w")
@example("settings quiet=٣-٤")
@example("\ud800")
def test_parse_never_raises_and_keeps_nothing_a_database_refuses(text: str) -> None:
    parsed = parse(text)
    assert isinstance(parsed, commands.Command)
    repr(parsed).encode()
    assert "\x00" not in repr(parsed)


@given(TYPED)
def test_the_slash_command_before_a_text_changes_nothing(text: str) -> None:
    assert parse(f"/ClaudeStatus {text}") == parse(text)
