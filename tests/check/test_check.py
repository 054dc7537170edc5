"""`check` has one line with its cure for each thing that is wrong, and none to complain where nothing is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from adapters.web import Route, serve
from bot.domain.status import Endpoint
from bot.installations import Installation as Installed
from bot.routes import _alive
from bot.settings import BadSettings
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from storage.opening import migrate, open_store
from tests.check.installation import MANY, Installation, installation, strict_postgresql
from tests.factories import encode, summary
from tests.fakes.page import Answer
from tests.program.slack import free_port

KEY, OTHER_KEY = "A" * 43 + "=", "B" * 43 + "="


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as set_up:
        yield set_up


async def test_a_good_installation_of_one_workspace_on_sqlite(here: Installation) -> None:
    lines = await here.lines()
    assert not [line for line in lines if not line.startswith("✓")]
    subjects = {line[2:].split(":")[0] for line in lines}
    wanted = {"settings", "database", "page", "clock", "Slack bot token", "Slack scopes", "Slack app token"}
    assert {*wanted, "Discord bot token", "Discord servers"} <= subjects
    assert "xoxb" not in "".join(lines)


async def test_a_good_installation_on_postgresql(here: Installation, postgresql_url: str) -> None:
    await migrate(postgresql_url)
    http = {"SLACK_SIGNING_SECRET": "a-secret", "PORT": str(free_port()), "METRICS_TOKEN": "m" * 32}
    public = {"PUBLIC_URL": "https://bot.example.com", "STATUS_WEBHOOK_SECRET": "s" * 32}
    lines = await here.lines("SLACK_APP_TOKEN", DATABASE_URL=postgresql_url, **http, **public)
    assert not [line for line in lines if not line.startswith("✓")]
    assert "✓ port: " in "\n".join(lines)


async def test_a_wrong_token_of_slack(here: Installation) -> None:
    (line,) = await here.bad(SLACK_BOT_TOKEN="xoxb-wrong")
    assert line.startswith("✗ Slack bot token: invalid_auth: ")
    assert "SLACK_BOT_TOKEN" in line


async def test_a_missing_scope(here: Installation) -> None:
    here.slack.home.scopes -= {"chat:write"}
    (line,) = await here.bad()
    assert line.startswith("✗ Slack scope chat:write: ")
    assert "install the app again" in line


async def test_a_wrong_token_of_discord(here: Installation) -> None:
    (line,) = await here.bad(DISCORD_BOT_TOKEN="wrong.token.here")
    assert line.startswith("✗ Discord bot token: Discord refuses it: set DISCORD_BOT_TOKEN")


async def test_a_disk_that_heroku_empties_and_a_dyno_that_may_sleep(here: Installation) -> None:
    disk, dyno = await here.bad(DYNO="web.1")
    assert disk.startswith("✗ Heroku disk: ")
    assert "heroku addons:create heroku-postgresql" in disk
    assert dyno.startswith("! Heroku dyno: ")
    assert "heroku ps:type web=basic" in dyno


async def test_a_dyno_may_sleep_with_a_database_that_stays_as_well(
    here: Installation, postgresql_url: str
) -> None:
    await migrate(postgresql_url)
    (line,) = await here.bad(DYNO="run.1234", DATABASE_URL=postgresql_url)
    assert line.startswith("! Heroku dyno: an eco dyno sleeps")


@contextmanager
def without_privileges() -> Iterator[None]:
    """Let the block run as a user who may write only what everybody may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_data_folder_that_cannot_be_written(here: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    url = f"sqlite:///{folder}/claudestatus.db"
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)
    with without_privileges():
        (line,) = await here.bad(DATABASE_URL=url)
    assert line.startswith("✗ database: ")
    assert "make the folder of the file writable for the user the bot runs as" in line


async def test_a_file_where_the_data_folder_should_be(here: Installation, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    (line,) = await here.bad()
    assert "what stands in its place is a file" in line


async def test_a_postgresql_that_is_away(here: Installation) -> None:
    url = f"postgresql://bot:a-password@127.0.0.1:{free_port()}/bot"
    (line,) = await here.bad(DATABASE_URL=url)
    assert line.startswith("✗ database: ")
    assert "check that the server of DATABASE_URL runs and can be reached" in line
    assert "a-password" not in line


async def test_a_schema_that_is_behind(here: Installation, postgresql_url: str) -> None:
    (line,) = await here.bad(DATABASE_URL=postgresql_url)
    assert line.startswith("✗ database: ")
    assert line.endswith("run python -m bot migrate.")


async def test_a_wrong_password_of_the_database(here: Installation) -> None:
    async with strict_postgresql() as url:
        (line,) = await here.bad(DATABASE_URL=url)
    assert line.startswith("✗ database: ")
    assert "check user and password in DATABASE_URL" in line
    assert "a-wrong-password" not in line


async def test_a_key_ring_that_opens_no_token(here: Installation) -> None:
    store = await open_store(here.environment["DATABASE_URL"])
    now = datetime.now(UTC)
    installed = Installed("T0CLAUDE", "xoxb-test", "U0BOT", frozenset({"chat:write"}), "U1", now)
    await SqlInstallations(store.database, Cipher([KEY])).save(installed, now)
    await store.close()
    one = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
    many = {**MANY, "PORT": str(free_port())}
    assert await here.bad(*one, **many, TOKEN_ENCRYPTION_KEY=f"{OTHER_KEY},{KEY}") == []
    (line,) = await here.bad(*one, **many, TOKEN_ENCRYPTION_KEY=OTHER_KEY)
    assert line.startswith("✗ Slack tokens: cannot be decrypted for T0CLAUDE")
    assert "TOKEN_ENCRYPTION_KEY" in line


async def test_a_public_address_that_is_not_encrypted(here: Installation) -> None:
    with pytest.raises(BadSettings) as raised:
        await here.lines(PUBLIC_URL="http://bot.example.com")
    (line,) = str(raised.value).splitlines()
    assert line.startswith("PUBLIC_URL: does not begin with https://; use https://")


async def test_a_public_address_that_leads_nowhere(here: Installation) -> None:
    (line,) = await here.bad(PUBLIC_URL="https://bot.example.com")
    assert line.startswith("✗ PUBLIC_URL: https://bot.example.com leads nowhere")
    assert "set PORT" in line


async def test_a_public_address_that_only_this_machine_can_reach(here: Installation) -> None:
    port = str(free_port())
    (line,) = await here.bad(
        "SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", PUBLIC_URL="http://localhost:1", PORT=port
    )
    assert line.startswith("✗ PUBLIC_URL: http://localhost:1 is this machine alone: set it to")


async def test_numbers_that_nobody_may_read_because_others_are_let_in(here: Installation) -> None:
    public = {"PUBLIC_URL": "https://bot.example.com", "PORT": str(free_port())}
    (line,) = [one for one in await here.lines(**public) if "METRICS_TOKEN" in one]
    assert line.startswith("✓ METRICS_TOKEN: is not set, so nobody may read /metrics")
    assert not [one for one in await here.lines(METRICS_TOKEN="m" * 32, **public) if "METRICS_TOKEN" in one]


async def test_a_doorbell_at_a_door_that_is_not_there(here: Installation) -> None:
    (line,) = await here.bad(STATUS_WEBHOOK_SECRET="s" * 32)
    assert line.startswith("✗ STATUS_WEBHOOK_SECRET: is set, but no PORT")


async def test_a_port_that_another_program_has(here: Installation) -> None:
    other = await asyncio.start_server(lambda _reader, writer: writer.close(), None, 0)
    port = other.sockets[0].getsockname()[1]
    try:
        (line,) = await here.bad(PORT=str(port))
    finally:
        other.close()
    assert line == (
        f"✗ port: Port {port} is in use by another program. Stop that, or set PORT to a free one."
    )


async def test_a_port_that_the_running_bot_has_is_no_fault(here: Installation) -> None:
    # Port 0 would be another one of each family of addresses.
    async with serve(free_port(), [Route("GET", "/healthz", _alive)]) as port:
        lines = await here.lines(PORT=str(port))
    assert f"✓ port: a running bot answers on {port}" in lines


async def test_a_page_that_cannot_be_reached(here: Installation) -> None:
    (line,) = await here.bad(STATUS_PAGE_URL=f"http://127.0.0.1:{free_port()}")
    assert line.startswith("✗ page: ")
    assert line.endswith("see STATUS_PAGE_URL and the proxy variables")


@pytest.mark.parametrize(
    ("late", "words"), [(7, "7 min behind"), (-90, "90 min ahead of"), (0.5, None), (-0.5, None)]
)
async def test_a_clock_that_is_off_by_minutes(here: Installation, late: float, words: str | None) -> None:
    here.late = timedelta(minutes=late)
    bad = await here.bad()
    assert bad == ([] if words is None else [f"✗ clock: is {words} the status page's: {CURE}"])


CURE = "let it be set over the network, as by timedatectl set-ntp true"


async def test_an_answer_that_was_kept_for_long_says_nothing_against_the_clock(here: Installation) -> None:
    made_at = datetime.now(UTC) - timedelta(hours=1)
    headers = (("Date", format_datetime(made_at, usegmt=True)), ("Age", "3600"))
    here.page.script(Endpoint.SUMMARY, Answer(200, headers, encode(summary())))
    assert await here.bad() == []


async def test_everything_that_is_wrong_is_told_at_once(here: Installation) -> None:
    lines = await here.bad(
        SLACK_BOT_TOKEN="xoxb-wrong",
        DISCORD_BOT_TOKEN="wrong.token.here",
        STATUS_PAGE_URL=f"http://127.0.0.1:{free_port()}",
        PUBLIC_URL="https://bot.example.com",
        DYNO="web.1",
    )
    subjects = [line[2:].split(":")[0] for line in lines]
    assert subjects == [
        *("Heroku disk", "Heroku dyno", "page", "PUBLIC_URL", "Slack bot token", "Discord bot token")
    ]
