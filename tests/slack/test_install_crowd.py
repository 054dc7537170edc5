"""Anybody may ask to install: however many do, the database has its hands free for the alerts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus

import pytest

from adapters.slack.install import COOKIE
from adapters.slack.install_words import InstallWords
from adapters.slack.oauth import REDIRECT
from adapters.slack.pages import Instead
from adapters.slack.questions import BEGINNINGS, MOST_UNDER_WAY, Questions
from bot.underway import Underway
from tests.fakes.broken_store import SlowStore
from tests.fakes.clock import SetClock
from tests.slack.many import ManyScene, many_scene

WORDS = InstallWords("https://bot.example.com/slack/install")

TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
AWAY = HTTPStatus.SERVICE_UNAVAILABLE


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


class Database:
    """Answers nothing until it may; *asked* is how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.underway = Underway()
        self.questions = Questions(WORDS, self.underway, SetClock(), patience=0)

    async def answer(self) -> int:
        self.asked += 1
        await self.may_answer.wait()
        return self.asked

    async def fail(self) -> int:
        self.asked += 1
        raise ConnectionError("no database")

    async def ask(self) -> HTTPStatus:
        """Ask, and return the status of what is said instead of an answer."""
        with pytest.raises(Instead) as instead:
            await self.questions.ask(self.answer)
        return instead.value.page.status


async def test_a_question_keeps_its_place_until_it_ends_though_nobody_waits_any_more() -> None:
    database = Database()
    assert [await database.ask() for _ in range(20)] == [AWAY] * MOST_UNDER_WAY + [TOO_MANY] * 18
    assert database.asked == MOST_UNDER_WAY
    database.may_answer.set()
    await database.underway.finish()
    assert await database.questions.ask(database.answer) == MOST_UNDER_WAY + 1


async def test_whoever_finds_no_place_uses_up_no_beginning() -> None:
    database = Database()
    assert [await database.ask() for _ in range(MOST_UNDER_WAY)] == [AWAY] * MOST_UNDER_WAY
    for _ in range(BEGINNINGS.most):
        with pytest.raises(Instead):
            database.questions.count_beginning()
    database.may_answer.set()
    await database.underway.finish()
    database.questions.count_beginning()


async def test_a_question_that_fails_gives_its_place_back(caplog: pytest.LogCaptureFixture) -> None:
    database = Database()
    patient = Questions(WORDS, database.underway, SetClock(), patience=5)
    for _ in range(MOST_UNDER_WAY + 1):
        with pytest.raises(Instead) as instead:
            await patient.ask(database.fail)
        assert instead.value.page.status == AWAY
    assert database.asked == MOST_UNDER_WAY + 1
    assert len(caplog.messages) == MOST_UNDER_WAY + 1


def test_sixty_begin_in_a_minute_whatever_the_clock_of_the_machine_does() -> None:
    clock = SetClock()
    questions = Questions(WORDS, Underway(), clock)
    for _ in range(BEGINNINGS.most):
        questions.count_beginning()
    for change in (timedelta(0), timedelta(hours=-1), timedelta(seconds=59)):
        clock.advance(change)
        with pytest.raises(Instead) as instead:
            questions.count_beginning()
        assert instead.value.page.status == TOO_MANY
    clock.advance(timedelta(seconds=1))
    questions.count_beginning()


async def test_while_two_are_asked_everybody_else_is_sent_away_without_a_question(scene: ManyScene) -> None:
    slow = SlowStore(scene.installations)  # type: ignore[arg-type]
    busy = await scene.start(kept=slow)
    browser = scene.browser()
    state = (await browser.begins(scene.process.install_url))["state"]
    first = [asyncio.create_task(scene.browser().opens(busy.install_url)) for _ in range(2)]
    while len(slow.asked) < 2:  # noqa: ASYNC110  they are on their way
        await asyncio.sleep(0)
    for seen in (
        await scene.browser().opens(busy.install_url),
        await browser.opens(f"{busy.url}{REDIRECT}?state={state}&code=c"),
    ):
        assert (seen.status, seen.headers["Retry-After"], "Set-Cookie" in seen.headers) == (429, "60", False)
        assert "Too many people" in seen.words
    assert slow.asked == ["begin", "begin"]
    slow.go_on()
    assert [(await one).status for one in first] == [302, 302]
    assert (await scene.browser().opens(busy.install_url)).status == 302


async def test_the_sixty_first_in_a_minute_is_sent_away_and_the_minute_after_not(scene: ManyScene) -> None:
    seen = [await scene.browser().opens(scene.process.install_url) for _ in range(BEGINNINGS.most + 1)]
    assert [one.status for one in seen] == [302] * BEGINNINGS.most + [429]
    scene.clock.advance(timedelta(minutes=1))
    assert (await scene.browser().opens(scene.process.install_url)).status == 302


LOADED = (
    {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
)


@pytest.mark.parametrize("told", LOADED)
async def test_what_a_page_loads_neither_begins_nor_ends_an_installation(
    scene: ManyScene, told: dict[str, str]
) -> None:
    """Else a picture on a busy page would use up what there is for everybody."""
    browser = scene.browser()
    asked = await browser.begins(scene.process.install_url)
    link = scene.slack.oauth.consent(asked, scene.workspace("T1"), "U0ADMIN")
    headers = {**told, "Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    for address in (scene.process.install_url, link):
        async with scene.session.get(address, headers=headers, allow_redirects=False) as answer:
            assert (answer.status, "Set-Cookie" in answer.headers, await answer.text()) == (403, False, "")
    visit = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Cookie": headers["Cookie"]}
    async with scene.session.get(link, headers=visit) as answer:
        assert answer.status == 200
