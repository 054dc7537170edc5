"""PRIVACY.md names every table and column of the database, how long each is kept, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table

from bot.commands.changes import MOST_COMPONENTS
from bot.commands.limits import OF_A_CHANNEL, OF_A_PERSON, OF_A_WORKSPACE, OF_OUTSIDERS, Kind, Whose
from bot.domain.kept import MOST_VERSIONS
from bot.domain.subscription import MOST_SUBSCRIPTIONS
from storage import departures, leading, retention, states
from storage.tables import METADATA

ROOT = Path(__file__).parents[2]
PRIVACY = (ROOT / "PRIVACY.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()


def days(length: timedelta) -> str:
    return "1 day" if length.days == 1 else f"{length.days} days"


def hours(length: timedelta) -> str:
    return f"{length // timedelta(hours=1)} hours"


KEPT = {
    "subscription": f"until {days(retention.REST)} after it unsubscribed",
    "subscription_component": "as its subscription",
    "settings_version": f"until {days(retention.REST)} after the next change",
    "delivery": f"until {days(retention.REST)} after the incident; of a test or a notice "
    f"{days(retention.TESTS)}",
    "record": f"tests and notices {days(retention.TESTS)}",
    "snapshot": days(retention.SNAPSHOTS),
    "present": "until it is replaced",
    "handled": days(retention.HANDLED),
    "spent": days(retention.SPENT),
    "departed": f"{hours(departures.SLACK_GRACE)} in Slack and {days(departures.GRACE)} in Discord",
    "installation": "deleted at once",
    "oauth_state": f"{states.LIFE // timedelta(minutes=1)} minutes",
    "learnt_limit": f"{hours(retention.LEARNT)} after it was learnt",
    "lead": "an hour after nobody has it",
    "schema_floor": "until it is replaced",
}
"""What the page says how long the rows of each table are kept, from what the program does."""


def sections(page: str) -> dict[str, str]:
    """Return what stands below each heading of the third level, by the heading."""
    parts = re.split(r"^### (\w+)$", page, flags=re.MULTILINE)[1:]
    return {name: text.split("\n## ")[0] for name, text in zip(parts[::2], parts[1::2], strict=True)}


def named(section: str) -> list[str]:
    """Return the columns that the rows of a section name, each in its first cell."""
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [column for cell in rows for column in re.findall(r"`(\w+)`", cell)]


def missing(metadata: MetaData, page: str) -> dict[str, set[str]]:
    """Return the tables of which *page* does not name the very columns, with those that differ."""
    found = {name: set(named(text)) for name, text in sections(page).items()}
    tables = {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}
    differ = {name: tables.get(name, set()) ^ found.get(name, set()) for name in {*tables, *found}}
    return {name: columns for name, columns in differ.items() if columns}


def test_every_table_and_every_column_has_its_line() -> None:
    assert missing(METADATA, PRIVACY) == {}
    assert all(len(named(text)) == len(set(named(text))) for text in sections(PRIVACY).values())


def test_a_column_or_a_table_without_a_line_is_found() -> None:
    more = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(more)
    more.tables["subscription"].append_column(Column("email"))
    Table("visitor", more, Column("name"))
    assert missing(more, PRIVACY) == {"subscription": {"email"}, "visitor": {"name"}}


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_how_long_it_is_kept_is_what_the_program_does(table: str) -> None:
    section = " ".join(sections(PRIVACY)[table].split())
    said = section[section.index("**Kept**") :].split(" | ")[0]
    assert KEPT[table] in said


def test_the_short_version_says_the_same() -> None:
    short = " ".join(PRIVACY.split("## See, export")[0].split())
    assert (
        f"everything else after {hours(departures.SLACK_GRACE)}, in Discord after {days(departures.GRACE)}"
        in short
    )
    assert timedelta(hours=24) > departures.SLACK_GRACE
    assert timedelta(hours=1) == leading.FORGOTTEN_AFTER


def test_the_limits_are_those_of_the_program() -> None:
    text = " ".join(SECURITY.split())
    person, workspace = OF_A_PERSON, OF_A_WORKSPACE
    minute, hour = OF_A_CHANNEL[Whose.TOLD]
    untold = OF_A_CHANNEL[Whose.CHANNEL]
    for said in (
        f"may ask {person[Kind.COMMAND].most} times in 10 s",
        f"press {person[Kind.PRESS].most} times",
        f"a workspace {workspace[Kind.COMMAND].most} times a minute ({workspace[Kind.PRESS].most} presses)",
        f"at most {MOST_SUBSCRIPTIONS} subscriptions",
        f"takes at most {minute.most} changes a minute and {hour.most} an hour",
        f"({untold[0].most} and {untold[1].most} in Discord, where a channel is not told)",
        f"guests and people of other workspaces together {OF_OUTSIDERS.most} times a minute",
        f"the newest {MOST_VERSIONS} versions of its settings",
        f"names at most {MOST_COMPONENTS} components",
    ):
        assert said in text


def test_every_secret_has_its_line_for_the_day_it_leaks() -> None:
    after = SECURITY.split("## After a leak")[1]
    example = (ROOT / ".env.example").read_text()
    secret = re.findall(r"Secret\.\n([A-Z_]+)=", example)
    assert len(secret) > 5
    assert [one for one in secret if one not in after] == []
