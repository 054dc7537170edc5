"""What opens Discord and what people write never gets into the log, also where everything is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.logs import configure_logs
from bot.settings import LogFormat, LogLevel
from tests.discord.world import CAROL, World
from tests.fakes.broken_store import BrokenStore
from tests.fakes.discord.faults import error, raw
from tests.fakes.discord.people import MENU

BOT_TOKEN = "canary.bot-token.of-discord"
WORDS = "canary words that a person wrote"


@pytest.fixture
def _as_it_was(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The loggers of the libraries get back the levels they had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in [*logging.Logger.manager.loggerDict]:
        if name.partition(".")[0] in {"aiohttp", "discord", "asyncio"}:
            logging.getLogger(name).setLevel(logging.NOTSET)


async def everybody_asks(talk: World) -> None:
    """Let each way be used in which words come in, with answers that are taken and that are not."""
    people = talk.people
    await people.types("claudestatus", {"component": WORDS})
    for name in ("components", "mention", "quiet_hours", "time_zone", "reminder"):
        await people.types("claudealerts settings", {name: WORDS})
    await people.types("claudealerts mute", {"for": WORDS})
    await people.types("claudealerts mute", {"incident": WORDS})
    await people.types("claudealerts canary")
    await people.is_suggested("claudestatus", "component", WORDS)
    await people.is_suggested("claudealerts settings", "canary", WORDS)
    await people.asks_beside(CAROL, WORDS)
    source = talk.posted()
    for action in ("share", "subscribe", "mute_incident", "settings", "test", "panel_maintenance", "canary"):
        await people.sends(source, f"cs1:{action}:{WORDS}")
    for action in ("panel_components", "panel_impact", "panel_style", "panel_zone", "panel_hours"):
        await people.sends(source, f"cs1:{action}:UTC", [WORDS], kind=MENU)
    await people.sends(source, "canary")
    form = {"custom_id": "cs1:panel_own_hours:", "components": [{"type": 4, "custom_id": "hours"}]}
    await people.submits(form, {"hours": WORDS}, source=source)


async def everything(talk: World) -> None:
    """Let everybody ask of a client that works, of one that Discord refuses, and of one without memory."""
    talk.interactions.tokens_begin = "canary-token-of-an-interaction-"
    talk.discord.tokens.add(BOT_TOKEN)
    talk.discord.checked = False
    talk.token = BOT_TOKEN
    await talk.restart()
    await everybody_asks(talk)
    for fault in (error(404, 10062, WORDS), raw(WORDS.encode(), "text/html", status=403)):
        talk.discord.fail("*", fault, times=None)
        await _quietly(talk)
        talk.discord.heal()
    await talk.restart(BrokenStore(talk.store, f"cannot write: {WORDS}"))
    await everybody_asks(talk)


async def _quietly(talk: World) -> None:
    try:
        await everybody_asks(talk)
    except AssertionError:
        logging.getLogger("bot").debug("somebody heard nothing")


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("form", LogFormat)
async def test_the_log_holds_no_token_and_nothing_that_was_said(
    talk: World, form: LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(LogLevel.DEBUG, form, colours=False)
    await everything(talk)
    said = capsys.readouterr().err
    assert said.count("StorageError") >= 20
    assert said.count("was not taken") >= 1
    leaks = [line for line in said.splitlines() if "canary" in line]
    assert leaks == []


@pytest.mark.usefixtures("_as_it_was")
async def test_the_library_alone_would_tell_it(talk: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Or the test above could not fail."""
    logging.getLogger().handlers[:] = [logging.StreamHandler()]
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("discord").setLevel(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # its thread goes on after the test
    talk.interactions.tokens_begin = "canary-token-of-an-interaction-"
    await talk.people.types("claudestatus", {"component": WORDS})
    assert "canary-token" in capsys.readouterr().err
