"""The stand-in's OAuth is as strict as Slack's, and what it gives and takes away counts from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.oauth import Grant, OAuthAccess, exchange
from adapters.slack.session import open_client
from adapters.slack.web_api import ask
from bot.ports import Refused
from tests.fakes.slack.removal import uninstall
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.fakes.slack.workspaces import Workspace

HERE = OAuthAccess("1111.2222", "client-secret-for-tests", "https://bot.example.com")


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with slack_stand_in() as slack:
        slack.oauth.redirect_urls.add(HERE.redirect_url)
        yield slack


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    async with open_client(slack.base_url) as client:
        yield client


def consented(slack: SlackStandIn, workspace: Workspace) -> str:
    """Return the code that a consent leads to."""
    asked = {
        "client_id": HERE.client_id,
        "scope": "commands,chat:write",
        "redirect_uri": HERE.redirect_url,
        "state": "s",
    }
    address = slack.oauth.consent(asked, workspace, "U0ADMIN")
    assert address.startswith(f"{HERE.redirect_url}?code=code.")
    assert address.endswith("&state=s")
    return address.removeprefix(f"{HERE.redirect_url}?code=").removesuffix("&state=s")


async def refused(client: AsyncWebClient, access: OAuthAccess, code: str) -> str:
    with pytest.raises(Refused) as refused:
        await exchange(client, access, code)
    return refused.value.code


async def test_a_code_serves_once_for_ten_minutes(slack: SlackStandIn, client: AsyncWebClient) -> None:
    workspace = Workspace("T9", "")
    used, old = consented(slack, workspace), consented(slack, workspace)
    grant = await exchange(client, HERE, used)
    assert (grant.workspace, grant.token) == ("T9", workspace.token)
    assert (grant.granted_at, grant.rotates) == (slack.clock.now(), False)
    assert await refused(client, HERE, used) == "code_already_used"
    slack.clock.advance(timedelta(minutes=10, seconds=1))
    assert await refused(client, HERE, old) == "invalid_code"
    assert await refused(client, HERE, "made up") == "invalid_code"


async def test_only_the_app_itself_can_use_a_code(slack: SlackStandIn, client: AsyncWebClient) -> None:
    code = consented(slack, Workspace("T9", ""))
    assert await refused(client, replace(HERE, client_id="1.1"), code) == "invalid_client_id"
    assert await refused(client, replace(HERE, client_secret="guessed"), code) == "bad_client_secret"
    assert await refused(client, replace(HERE, public_url="https://evil.example"), code) == "bad_redirect_uri"
    assert (await exchange(client, HERE, code)).workspace == "T9"


async def test_a_workspace_that_has_the_app_keeps_its_token(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    workspace = Workspace("T9", "")

    async def install() -> Grant:
        return await exchange(client, HERE, consented(slack, workspace))

    first, second = await install(), await install()
    uninstall(slack, workspace)
    third = await install()
    assert (first.token == second.token, second.token == third.token) == (True, False)


async def test_after_a_removal_the_token_opens_nothing_and_the_bot_is_in_no_channel(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.clock.advance(timedelta(seconds=7))
    events = uninstall(slack, slack.home, "account_inactive")
    with pytest.raises(Refused) as refused:
        await ask(client, "auth.test", "xoxb-test", {})
    assert refused.value.code == "account_inactive"
    assert not any(channel.bot_in for channel in slack.home.channels.values())
    assert [one["event"]["type"] for one in events] == ["app_uninstalled", "tokens_revoked"]
    assert {one["event_time"] for one in events} == {int(slack.clock.now().timestamp())}
    assert [one.workspace for one in slack.ledger.calls] == ["T0CLAUDE"]
    await ask(client, "auth.test", "xoxb-other", {})


async def test_a_token_that_is_given_back_opens_nothing(slack: SlackStandIn, client: AsyncWebClient) -> None:
    assert (await ask(client, "auth.revoke", "xoxb-test", {})).data["revoked"] is True
    with pytest.raises(Refused) as refused:
        await ask(client, "auth.test", "xoxb-test", {})
    assert refused.value.code == "token_revoked"
