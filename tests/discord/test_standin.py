"""The stand-in is what it says: its answers fit Discord's description, its refusals are Discord's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.fakes.clock import SetClock
from tests.fakes.discord.faults import reset
from tests.fakes.discord.openapi import ABSENT, PATH, Description
from tests.fakes.discord.places import (
    ANNOUNCEMENTS,
    APPLICATION,
    FORBIDDEN,
    FORUM,
    TEXT,
    THREAD,
    TOKEN,
)
from tests.fakes.discord.routes import ROUTES, template
from tests.fakes.discord.standin import DiscordStandIn, discord_stand_in

described = pytest.mark.skipif(not PATH.is_file(), reason=ABSENT)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def discord(clock: SetClock) -> AsyncIterator[DiscordStandIn]:
    async with discord_stand_in(clock=clock) as discord:
        yield discord


class Caller:
    """Calls the stand-in with nothing of discord.py in between."""

    def __init__(self, discord: DiscordStandIn, session: ClientSession) -> None:
        self._discord = discord
        self._session = session

    async def __call__(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token}"}
        async with self._session.request(
            method, self._discord.api_url + path, json=body, headers=headers
        ) as got:
            assert got.headers["Content-Type"] == "application/json"
            self.headers = got.headers
            return got.status, await got.json()


@pytest.fixture
async def call(discord: DiscordStandIn) -> AsyncIterator[Caller]:
    async with ClientSession() as session:
        yield Caller(discord, session)


@described
async def test_its_answers_fit_the_description(discord: DiscordStandIn, call: Caller) -> None:
    _, made = await call("POST", f"/channels/{ANNOUNCEMENTS}/messages", {"content": "x", "nonce": "n"})
    path = f"/channels/{ANNOUNCEMENTS}/messages/{made['id']}"
    assert (await call("PATCH", path, {"content": "y"}))[0] == 200
    assert (await call("GET", path))[1]["content"] == "y"
    status, thread = await call("POST", f"{path}/threads", {"name": "x"})
    assert (status, thread["id"]) == (201, made["id"])
    assert (await call("PATCH", f"/channels/{thread['id']}", {"archived": True}))[0] == 200
    assert (await call("POST", f"{path}/crosspost"))[0] == 200
    assert (await call("GET", f"/channels/{TEXT}"))[0] == 200
    assert (await call("GET", f"/channels/{THREAD}"))[0] == 200
    assert (await call("GET", "/users/@me"))[1]["id"] == APPLICATION
    assert (await call("GET", "/oauth2/applications/@me"))[0] == 200
    assert not discord.problems


@described
@pytest.mark.parametrize(
    "body",
    [
        {"content": 7},
        {"embeds": [{"title": "x" * 257}]},
        {"content": "x", "nonce": "n" * 26},
        {"content": "x", "components": [{"type": 1, "components": [{"type": 2, "style": 9}]}]},
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
    ],
)
async def test_a_request_that_does_not_fit_the_description_is_noted(
    discord: DiscordStandIn, call: Caller, body: Any
) -> None:
    await call("POST", f"/channels/{TEXT}/messages", body)
    assert any("request at" in problem for problem in discord.problems)


@described
def test_an_answer_that_does_not_fit_the_description_is_noted() -> None:
    description = Description.load()
    assert description.present
    assert description.answer_problems("GET", "/users/@me", 200, {"id": 1})
    assert description.answer_problems("POST", "/channels/{channel_id}/messages", 302, None)
    assert description.request_problems("POST", "/no/such/route", None)
    assert not description.request_problems("GET", "/users/@me", None)


def test_without_a_description_only_a_call_that_is_not_the_bots_is_wrong() -> None:
    description = Description(None)
    assert not description.present
    assert description.request_problems("POST", "/channels/{channel_id}/messages", {"content": 7}) == []
    assert description.answer_problems("GET", "/users/@me", 200, {"id": 1}) == []
    assert description.schema_problems("MessageCreateRequest", {"content": 7}) == []
    for method, route in [("POST", "/no/such/route"), ("DELETE", "/channels/{channel_id}")]:
        assert description.request_problems(method, route, {})


@described
@pytest.mark.parametrize("route", sorted(ROUTES))
def test_each_route_of_ours_is_one_of_the_description(route: str) -> None:
    assert not Description.load().lacks(route)


@described
def test_a_route_the_description_does_not_have_is_lacking() -> None:
    for route in ("GET /no/such/route", "DELETE /users/@me", "POST /channels/{channel}/messages"):
        assert Description.load().lacks(route)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_path_is_known_by_its_template(route: str) -> None:
    _, _, path = route.partition(" ")
    assert template(re.sub(r"\{[^}]+\}", TEXT, path)) == path


def test_a_path_that_is_not_ours_is_itself_without_its_ids() -> None:
    assert template(f"/guilds/{TEXT}/audit-logs") == "/guilds/{id}/audit-logs"
    assert template("/channels/1/messages/2/3") == "/channels/1/messages/2/3"


@pytest.mark.parametrize("route", ["POST /channels/{id}/messages", "/users/@me", "GET  /users/@me", "**"])
async def test_a_route_that_is_not_ours_cannot_be_asked_about(discord: DiscordStandIn, route: str) -> None:
    """Or a test would look for calls that never come, and a fault would befall nobody."""
    with pytest.raises(ValueError, match="routes"):
        discord.ledger.calls_of(route)
    with pytest.raises(ValueError, match="routes"):
        discord.fail(route, reset())
    assert not discord.faults.planned


async def test_a_call_is_kept_by_its_template(discord: DiscordStandIn, call: Caller) -> None:
    await call("POST", f"/channels/{TEXT}/messages", {"content": "x"})
    assert len(discord.ledger.calls_of("POST /channels/{channel_id}/messages")) == 1


@pytest.mark.parametrize(
    ("channel", "status", "code"),
    [(FORBIDDEN, 403, 50013), (FORUM, 400, 50008), ("399999999999999999", 404, 10003)],
)
async def test_who_may_not_post_is_told_why(call: Caller, channel: str, status: int, code: int) -> None:
    got, body = await call("POST", f"/channels/{channel}/messages", {"content": "x"})
    assert (got, body["code"]) == (status, code)


async def test_a_bad_token_opens_nothing_and_is_counted(discord: DiscordStandIn, call: Caller) -> None:
    assert (await call("GET", "/users/@me", token="wrong"))[0] == 401
    assert discord.invalid == 1


async def test_an_enforced_nonce_gives_the_first_message_for_two_minutes(
    clock: SetClock, call: Caller
) -> None:
    body = {"content": "x", "nonce": "n", "enforce_nonce": True}
    path = f"/channels/{TEXT}/messages"
    first = (await call("POST", path, body))[1]["id"]
    clock.advance(timedelta(seconds=119))
    assert (await call("POST", path, body))[1]["id"] == first
    clock.advance(timedelta(seconds=2))
    assert (await call("POST", path, body))[1]["id"] != first
    assert (await call("POST", path, {**body, "enforce_nonce": False}))[1]["id"] != first


async def test_a_bucket_is_told_in_headers_and_enforced(
    discord: DiscordStandIn, clock: SetClock, call: Caller
) -> None:
    discord.bucketed = True
    path = f"/channels/{TEXT}/messages"
    for left in (4, 3, 2, 1, 0):
        assert (await call("POST", path, {"content": "x"}))[0] == 200
        assert call.headers["X-RateLimit-Remaining"] == str(left)
    status, body = await call("POST", path, {"content": "x"})
    assert (status, body["retry_after"], body["global"]) == (429, 5.0, False)
    assert call.headers["Via"]
    assert call.headers["X-RateLimit-Scope"] == "user"
    clock.advance(timedelta(seconds=5))
    assert (await call("POST", path, {"content": "x"}))[0] == 200


async def test_an_outage_keeps_the_port_and_what_was_accepted(discord: DiscordStandIn, call: Caller) -> None:
    await call("POST", f"/channels/{TEXT}/messages", {"content": "x"})
    port = discord.port
    await discord.stop()
    with pytest.raises(OSError, match=r"refused|reset|Connect"):
        await asyncio.open_connection("127.0.0.1", port)
    await discord.start()
    assert discord.port == port
    assert len(discord.ledger.messages(TEXT)) == 1
