"""`check` names each thing that is wrong with Slack in one line, with its cure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.check import findings
from bot.finding import Finding
from tests.fakes.slack.faults import error, http
from tests.slack.scene import SlackScene, slack_scene

USUAL: dict[str, Any] = {
    "bot_token": "xoxb-test",
    "app_token": "xapp-test",
    "signing_secret": None,
    "port": None,
}


@pytest.fixture
async def scene() -> AsyncIterator[SlackScene]:
    async with slack_scene() as scene:
        yield scene


async def found(scene: SlackScene, **changed: Any) -> list[Finding]:
    store = None if changed.pop("without_store", False) else scene.world.store
    return [finding async for finding in findings(scene.client, store, **(USUAL | changed))]


def bad(found: list[Finding]) -> list[str]:
    return [str(finding) for finding in found if not finding.good]


async def test_all_is_well_where_everything_is_set_up(scene: SlackScene) -> None:
    await scene.subscribe_slack()
    told = await found(scene)
    assert not bad(told)
    text = "\n".join(map(str, told))
    for words in ("Claude watchers (T0CLAUDE)", "chat:write", "Socket Mode", "channel C1"):
        assert words in text
    assert scene.slack.ledger.counts() == {"auth.test": 1, "apps.connections.open": 1}


@pytest.mark.parametrize(
    ("token", "code"), [("xoxb-wrong", "invalid_auth"), ("xapp-test", "not_allowed_token_type")]
)
async def test_a_wrong_bot_token_is_one_line_with_its_cure(scene: SlackScene, token: str, code: str) -> None:
    (line,) = bad(await found(scene, bot_token=token))
    assert line.startswith(f"✗ Slack bot token: {code}: ")
    assert "SLACK_BOT_TOKEN" in line
    assert token not in line.replace("`xapp-…`", "")


async def test_each_missing_scope_is_one_line_with_its_cure(scene: SlackScene) -> None:
    scene.slack.home.scopes = frozenset({"commands"})
    lines = bad(await found(scene))
    assert [line.split(":")[0] for line in lines] == ["✗ Slack scope chat", "✗ Slack scope app_mentions"]
    assert all("OAuth & Permissions" in line and "install the app again" in line for line in lines)


async def test_an_optional_scope_is_named_with_what_it_is_for_and_is_no_fault(scene: SlackScene) -> None:
    scene.slack.home.scopes -= {"users:read", "chat:write.public"}
    told = await found(scene)
    assert not bad(told)
    text = "\n".join(map(str, told))
    assert "SETTINGS_POLICY=admins" in text
    assert "without an invitation" in text


@pytest.mark.parametrize("token", ["xoxb-test", "xapp-wrong"])
async def test_a_wrong_app_token_is_one_line_that_says_where_to_make_one(
    scene: SlackScene, token: str
) -> None:
    (line,) = bad(await found(scene, app_token=token))
    assert line.startswith("✗ Slack app token: ")
    assert "connections:write" in line
    assert "SLACK_APP_TOKEN" in line
    assert "SLACK_BOT_TOKEN" not in line


async def test_the_way_in_over_http_needs_a_port(scene: SlackScene) -> None:
    (line,) = bad(await found(scene, app_token=None, signing_secret="secret"))
    assert "PORT" in line
    told = await found(scene, app_token=None, signing_secret="secret", port=8080)
    assert not bad(told)
    assert "8080" in "\n".join(map(str, told))
    assert "secret" not in "\n".join(finding.words for finding in told)


async def test_a_paused_channel_is_one_line_with_what_slack_refused_and_the_cure(scene: SlackScene) -> None:
    channel = await scene.subscribe_slack()
    scene.slack.home.channels[channel.id].bot_in = False
    scene.slack.home.scopes -= {"chat:write.public"}
    await scene.world.news()
    await scene.slack_courier().run_dry()
    (line,) = bad(await found(scene))
    assert line.startswith(f"✗ Slack channel {channel.id}: is paused. not_in_channel")
    assert "`/invite @claudestatus`" in line


async def test_a_channel_whose_last_message_is_refused_is_one_line(scene: SlackScene) -> None:
    await scene.subscribe_slack()
    scene.slack.fail("chat.postMessage", error("unknown_method"))
    await scene.world.news()
    courier = scene.slack_courier()
    await courier.run_dry()
    (line,) = bad(await found(scene))
    assert "unknown_method" in line
    assert "Update claudestatus." in line
    await scene.go_on(courier)
    assert not bad(await found(scene))


async def test_slack_that_is_away_is_told_and_hides_nothing_else(scene: SlackScene) -> None:
    scene.slack.fail("auth.test", http(502))
    (line,) = bad(await found(scene))
    assert "http_502" in line
    await scene.slack.stop()
    assert [line.split(":")[0] for line in bad(await found(scene))] == [
        "✗ Slack bot token",
        "✗ Slack app token",
    ]


async def test_without_a_database_the_channels_are_left_out(scene: SlackScene) -> None:
    await scene.subscribe_slack()
    assert "channel" not in "".join(finding.subject for finding in await found(scene, without_store=True))
