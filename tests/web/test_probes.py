"""Who may ask what of the web side, and what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession

from adapters.probes import BELL, doorbell, metrics, readiness
from adapters.web import Route, serve

SECRET = "a-secret-that-nobody-can-guess"


@dataclass(slots=True)
class Bot:
    """What is asked about, and how often somebody rang."""

    reasons: list[str] = field(default_factory=list)
    rings: int = 0
    deaf: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def second(self, _seconds: float) -> None:
        """Wait until the second is called *over*."""
        await self.over.wait()

    async def why(self) -> list[str]:
        return self.reasons

    async def numbers(self) -> bytes:
        return b"claudestatus_up 1\n"

    async def ring(self) -> None:
        self.rings += 1
        if self.deaf:
            raise ConnectionError("no database")


@asynccontextmanager
async def served(
    bot: Bot, token: str | None = None, *, public: bool = False
) -> AsyncIterator[tuple[ClientSession, str]]:
    routes = [
        Route("GET", "/readyz", readiness(bot.why)),
        Route("GET", "/metrics", metrics(bot.numbers, token, public=public)),
        Route("*", BELL, doorbell(bot.ring, SECRET, bot.second)),
    ]
    async with serve(0, routes, host="127.0.0.1") as port, ClientSession() as session:
        yield session, f"http://127.0.0.1:{port}"


async def test_a_process_that_is_ready_answers_200() -> None:
    async with served(Bot()) as (session, url), session.get(f"{url}/readyz") as answer:
        assert (answer.status, await answer.text()) == (200, "ready\n")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_one_that_is_not_answers_503_with_a_line_for_each_reason() -> None:
    bot = Bot(["The database is away.", "The page cannot be read."])
    async with served(bot) as (session, url), session.get(f"{url}/readyz") as answer:
        assert answer.status == 503
        assert await answer.text() == "The database is away.\nThe page cannot be read.\n"


@pytest.mark.parametrize(
    ("path", "headers"), [("/readyz?format=json", {}), ("/readyz", {"Accept": "application/json"})]
)
async def test_who_wants_json_gets_it(path: str, headers: dict[str, str]) -> None:
    bot = Bot(["The database is away."])
    async with served(bot) as (session, url), session.get(url + path, headers=headers) as answer:
        assert answer.status == 503
        assert await answer.json() == {"ready": False, "reasons": ["The database is away."]}


async def test_without_a_token_this_machine_may_read_the_numbers() -> None:
    async with served(Bot()) as (session, url), session.get(f"{url}/metrics") as answer:
        assert (answer.status, await answer.read()) == (200, b"claudestatus_up 1\n")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "x-forwarded-proto", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"]
)
async def test_without_a_token_a_proxy_may_not_for_it_speaks_for_others(header: str) -> None:
    given = {header: "127.0.0.1"}
    async with served(Bot()) as (session, url), session.get(f"{url}/metrics", headers=given) as answer:
        assert answer.status == 403
        assert b"claudestatus_up" not in await answer.read()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:80", 200),
        ("[::1]:80", 200),
        ("bot.example.com", 403),
        ("localhost.example.com", 403),
        ("10.0.0.1", 403),
        ("[", 403),
        ("", 403),
    ],
)
async def test_without_a_token_this_machine_is_asked_by_a_name_of_its_own(host: str, status: int) -> None:
    """What forwards connections adds no headers, and leaves the name that somebody elsewhere used."""
    async with (
        served(Bot()) as (session, url),
        session.get(f"{url}/metrics", headers={"Host": host}) as answer,
    ):
        assert answer.status == status


async def test_without_a_token_and_with_others_let_in_nobody_may_read_the_numbers() -> None:
    async with served(Bot(), public=True) as (session, url), session.get(f"{url}/metrics") as answer:
        assert answer.status == 403
        assert await answer.text() == "METRICS_TOKEN is not set, so that nobody may read this.\n"
    async with (
        served(Bot(), SECRET, public=True) as (session, url),
        session.get(f"{url}/metrics", headers={"Authorization": f"Bearer {SECRET}"}) as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {SECRET}", 200),
        (f"bearer {SECRET}", 200),
        (f"Bearer {SECRET}x", 401),
        (f"Bearer {SECRET[:-1]}", 401),
        (f"Basic {SECRET}", 401),
        (SECRET, 401),
        ("Bearer ", 401),
        ("Bearer gé", 401),
        ("", 401),
    ],
)
async def test_with_a_token_only_who_knows_it_may_read_the_numbers(authorization: str, status: int) -> None:
    given = {"Authorization": authorization}
    async with (
        served(Bot(), SECRET) as (session, url),
        session.get(f"{url}/metrics", headers=given) as answer,
    ):
        assert answer.status == status
        assert (b"claudestatus_up" in await answer.read()) == (status == 200)


async def test_who_knows_the_secret_rings_whatever_they_send() -> None:
    bot = Bot()
    async with served(bot) as (session, url):
        for body in (b"", b"{", b'{"incident": 1}', b"\x00" * 70_000):
            async with session.post(f"{url}/statuspage/{SECRET}", data=body) as answer:
                assert (answer.status, await answer.read()) == (204, b"")
                bot.over.set()
        assert bot.rings == 4


async def test_who_rings_often_is_heard_once_a_second_and_in_the_end() -> None:
    """A page that changed again, and rang, within the second must not be read too early alone."""
    bot = Bot()
    async with served(bot) as (session, url):
        for _ in range(20):
            async with session.post(f"{url}/statuspage/{SECRET}") as answer:
                assert answer.status == 204
        assert bot.rings == 1
        bot.over.set()
        while bot.rings == 1:  # noqa: ASYNC110  the second is over
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert bot.rings == 2


async def test_a_body_without_end_is_not_waited_for() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"\x00" * 10_000

    bot = Bot()
    path = f"/statuspage/{SECRET}"
    async with served(bot) as (session, url), session.post(url + path, data=endless()) as answer:
        assert answer.status == 204
    assert bot.rings == 1


@pytest.mark.parametrize("given", [SECRET[:-1], SECRET + "x", SECRET.upper(), "%00", "%ff", "é"])
async def test_who_does_not_know_the_secret_finds_nothing_there(given: str) -> None:
    bot = Bot()
    async with served(bot) as (session, url):
        async with session.post(f"{url}/statuspage/{given}") as answer:
            refused = (answer.status, await answer.read())
        async with session.post(f"{url}/nowhere") as answer:
            assert refused == (answer.status, await answer.read()) == (404, b"404 Not Found\n")
    assert bot.rings == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])
async def test_another_method_does_not_tell_that_there_is_a_doorbell(method: str) -> None:
    bot, seen = Bot(), []
    async with served(bot) as (session, url):
        for path in (f"/statuspage/{SECRET}", "/statuspage/x", "/nowhere"):
            async with session.request(method, url + path) as answer:
                told = {name: text for name, text in answer.headers.items() if name != "Date"}
                seen.append((answer.status, told, await answer.read()))
    assert seen[0][0] == 404
    assert seen[0] == seen[1] == seen[2]
    assert bot.rings == 0


async def test_a_ring_that_nobody_hears_is_not_the_senders_fault() -> None:
    bot = Bot(deaf=True)
    async with served(bot) as (session, url), session.post(f"{url}/statuspage/{SECRET}") as answer:
        assert answer.status == 204
    assert bot.rings == 1
