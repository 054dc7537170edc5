"""The stand-in is as strict as Slack: what these tests find refused would be refused there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.standin import SlackStandIn, slack_stand_in

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Words."}}
HOME = {"type": "home", "blocks": [SECTION]}


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with slack_stand_in() as slack:
        yield slack


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    async with ClientSession() as session:
        yield AsyncWebClient("xoxb-test", base_url=slack.base_url, session=session, retry_handlers=[])


async def code(client: AsyncWebClient, method: str, **body: Any) -> str:
    """Return the error a call gets, "" for none."""
    try:
        await client.api_call(method, json=body)
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


async def test_forms_and_json_are_understood_and_answered_alike(slack: SlackStandIn) -> None:
    fields = {"channel": "C0STATUS", "text": "Words.", "blocks": json.dumps([SECTION])}
    structured = fields | {"blocks": [SECTION]}
    headers = {"Authorization": "Bearer xoxb-test"}
    async with ClientSession() as session:
        for request in ({"data": fields}, {"json": structured}):
            async with session.post(
                f"{slack.base_url}chat.postMessage", headers=headers, **request
            ) as answer:
                assert (answer.status, answer.content_type) == (200, "application/json")
                assert "chat:write" in answer.headers["x-oauth-scopes"]
                assert (await answer.json())["ok"] is True
    assert [message.blocks for message in slack.ledger.messages("C0STATUS")] == [[SECTION], [SECTION]]


async def test_messages_are_numbered_upwards_and_each_once(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    for _ in range(30):
        await client.chat_postMessage(channel="C0STATUS", text="Words.")
    stamps = [message.ts for message in slack.ledger.messages("C0STATUS")]
    assert stamps == sorted(set(stamps))
    assert len(stamps) == 30


@pytest.mark.parametrize(
    ("token", "expected"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-test", "not_allowed_token_type")],
)
async def test_who_is_not_let_in_is_told_why(slack: SlackStandIn, token: str | None, expected: str) -> None:
    async with ClientSession() as session:
        client = AsyncWebClient(token, base_url=slack.base_url, session=session)
        assert await code(client, "chat.postMessage", channel="C0STATUS", text="x") == expected


async def test_an_app_token_opens_socket_mode_and_nothing_else_does(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    answer = await client.apps_connections_open(app_token="xapp-test")
    assert answer["url"].partition("ticket=")[2].partition("&")[0] in slack.tickets
    assert await code(client, "apps.connections.open") == "not_allowed_token_type"


@pytest.mark.parametrize(
    ("channel", "scopes", "expected"),
    [
        ({}, {"chat:write"}, ""),
        ({"bot_in": False}, {"chat:write"}, "not_in_channel"),
        ({"bot_in": False}, {"chat:write", "chat:write.public"}, ""),
        (
            {"bot_in": False, "private": True},
            {"chat:write", "chat:write.public"},
            "channel_not_found",
        ),
        ({"private": True}, {"chat:write"}, ""),
        ({"archived": True}, {"chat:write"}, "is_archived"),
        ({"refuses": "restricted_action"}, {"chat:write"}, "restricted_action"),
        ({}, {"commands"}, "missing_scope"),
    ],
)
async def test_a_post_needs_scope_and_place(
    slack: SlackStandIn, client: AsyncWebClient, channel: dict[str, Any], scopes: set[str], expected: str
) -> None:
    slack.home.add_channel("C1", **channel)
    slack.home.scopes = frozenset(scopes)
    assert await code(client, "chat.postMessage", channel="C1", text="x") == expected
    assert len(slack.ledger.messages("C1")) == (expected == "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "channel": "C0FAR"}, "channel_not_found"),
        ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "y"}}, "invalid_metadata_schema"),
    ],
)
async def test_a_post_needs_words_that_are_well_formed(
    client: AsyncWebClient, body: dict[str, Any], expected: str
) -> None:
    assert await code(client, "chat.postMessage", **({"channel": "C0STATUS"} | body)) == expected


async def test_only_what_is_there_and_the_bots_own_can_be_edited(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel="C0STATUS", text="x", blocks=[SECTION]))["ts"]
    assert await code(client, "chat.update", channel="C0STATUS", ts="1.1", text="y") == "message_not_found"
    assert await code(client, "chat.update", channel="C0OTHER", ts=ts, text="y") == "message_not_found"
    (message,) = slack.ledger.messages("C0STATUS")
    assert await code(client, "chat.update", channel="C0STATUS", ts=ts, text="y") == ""
    assert (message.text, message.blocks) == ("y", [SECTION])
    assert await code(client, "chat.update", channel="C0STATUS", ts=ts, text="y", blocks=[]) == ""
    assert message.blocks == []
    message.author = "U0ALICE"
    assert await code(client, "chat.update", channel="C0STATUS", ts=ts, text="z") == "cant_update_message"


async def test_a_trigger_opens_one_window_within_three_seconds(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Settings"},
        "blocks": [SECTION],
    }
    trigger, late = slack.trigger_id(), slack.trigger_id()
    assert await code(client, "views.open", trigger_id="made up", view=view) == "invalid_trigger_id"
    assert await code(client, "views.open", trigger_id=trigger, view=view) == ""
    assert await code(client, "views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
    slack.clock.advance(timedelta(seconds=4))
    assert await code(client, "views.open", trigger_id=late, view=view) == "expired_trigger_id"
    assert [shown.trigger_id for shown in slack.ledger.views] == [trigger]


async def test_an_app_home_is_published_for_somebody_who_is_there(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    assert await code(client, "views.publish", user_id="U0ALICE", view=HOME) == ""
    assert slack.ledger.home("U0ALICE") == HOME
    assert await code(client, "views.publish", user_id="U0NOBODY", view=HOME) == "user_not_found"
    wrong = {"type": "home", "blocks": [{"type": "section"}]}
    assert await code(client, "views.publish", user_id="U0ALICE", view=wrong) == "invalid_arguments"


async def test_people_are_told_of_only_with_the_scope(slack: SlackStandIn, client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0GUEST"))["user"]["is_restricted"] is True
    assert await code(client, "users.info", user="U0STRANGER") == "user_not_found"
    slack.home.scopes -= {"users:read"}
    assert await code(client, "users.info", user="U0GUEST") == "missing_scope"


async def test_a_workspace_takes_so_many_calls_a_minute_where_it_is_told_to(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.home.per_minute = 2
    for _ in range(2):
        await client.chat_postMessage(channel="C0STATUS", text="x")
    slack.clock.advance(timedelta(seconds=20))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0STATUS", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "40")
    slack.clock.advance(timedelta(seconds=40))
    await client.chat_postMessage(channel="C0STATUS", text="x")


async def test_a_channel_takes_one_message_a_second_where_it_is_told_to(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.paced = True
    assert await code(client, "chat.postMessage", channel="C0STATUS", text="x") == ""
    assert await code(client, "chat.postMessage", channel="C0STATUS", text="x") == "ratelimited"
    assert await code(client, "chat.postMessage", channel="C0OTHER", text="x") == ""
    slack.clock.advance(timedelta(seconds=1))
    assert await code(client, "chat.postMessage", channel="C0STATUS", text="x") == ""


async def test_an_outage_keeps_the_port_and_what_was_accepted(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0STATUS", text="before")
    before = slack.base_url
    await slack.stop()
    with pytest.raises(ClientError):
        await client.chat_postMessage(channel="C0STATUS", text="during")
    await slack.start()
    await client.chat_postMessage(channel="C0STATUS", text="after")
    assert slack.base_url == before
    assert [message.text for message in slack.ledger.messages("C0STATUS")] == ["before", "after"]
