"""`check` for many workspaces: what to copy into the app's settings, and which tokens open nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.check import findings
from adapters.slack.oauth import OAuthAccess
from adapters.slack.session import open_client
from bot.finding import Finding
from bot.installations import Installation
from storage.cipher import Cipher
from storage.installations import SqlInstallations
from tests.fakes.clock import MIDDAY
from tests.fakes.slack.faults import http
from tests.fakes.slack.workspaces import Workspace
from tests.slack.many import ManyScene, many_scene

OAUTH = OAuthAccess("1.2", "client-secret", "https://bot.example.com")
OTHER_KEY = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="


@pytest.fixture
async def scene() -> AsyncIterator[ManyScene]:
    async with many_scene() as scene:
        yield scene


async def found(scene: ManyScene, **changed: Any) -> list[Finding]:
    usual: dict[str, Any] = {
        "bot_token": None,
        "app_token": None,
        "signing_secret": "secret",
        "port": 8080,
        "oauth": OAUTH,
        "installations": scene.installations,
    }
    async with open_client(scene.slack.base_url) as client:
        return [finding async for finding in findings(client, scene.store, **(usual | changed))]


def bad(found: list[Finding]) -> list[str]:
    return [str(finding) for finding in found if not finding.good]


async def keep(scene: ManyScene, number: int) -> None:
    """Keep an installation with a token that Slack knows."""
    made = Workspace(f"T{number:03}", f"xoxb-{number}")
    scene.slack.workspaces[made.token] = made
    kept = Installation(made.team_id, made.token, "U0BOT", frozenset(), "U0ADMIN", MIDDAY)
    await scene.installations.save(kept, MIDDAY)


async def test_the_addresses_are_printed_to_be_copied_and_no_secret_is(scene: ManyScene) -> None:
    told = await found(scene)
    assert not bad(told)
    text = "\n".join(map(str, told))
    assert "https://bot.example.com/slack/oauth_redirect under OAuth & Permissions, Redirect URLs" in text
    assert "https://bot.example.com/slack/install" in text
    assert "none has the app yet" in text
    assert "8080" in text
    assert "client-secret" not in text


async def test_each_token_is_tried_once(scene: ManyScene) -> None:
    for number in range(3):
        await keep(scene, number)
    told = await found(scene)
    assert not bad(told)
    assert "3 have the app" in "\n".join(map(str, told))
    assert "3 tried and accepted" in "\n".join(map(str, told))
    assert [one.token for one in scene.slack.ledger.calls_of("auth.test")] == ["xoxb-0", "xoxb-1", "xoxb-2"]


async def test_no_more_than_twenty_are_tried(scene: ManyScene) -> None:
    for number in range(23):
        await keep(scene, number)
    told = await found(scene)
    assert "20 tried and accepted; 3 more were not tried" in "\n".join(map(str, told))
    assert scene.slack.ledger.counts() == {"auth.test": 20}


async def test_a_token_that_slack_refuses_is_one_line_with_its_cure(scene: ManyScene) -> None:
    await keep(scene, 1)
    await keep(scene, 2)
    scene.slack.dead["xoxb-1"] = "token_revoked"
    told = await found(scene)
    (line,) = bad(told)
    assert line.startswith("✗ Slack workspace T001: token_revoked: ")
    assert "Let it install the app again at https://bot.example.com/slack/install." in line
    assert "1 tried and accepted" in "\n".join(map(str, told))


async def test_slack_that_is_away_is_told_for_what_it_is(scene: ManyScene) -> None:
    await keep(scene, 1)
    scene.slack.fail("auth.test", http(502))
    (line,) = bad(await found(scene))
    assert "http_502" in line
    assert "slack-status.com" in line


async def test_tokens_whose_key_is_lost_are_one_line_and_not_tried(scene: ManyScene) -> None:
    for number in range(2):
        await keep(scene, number)
    other_ring = SqlInstallations(scene.store.database, Cipher([OTHER_KEY]))
    (line,) = bad(await found(scene, installations=other_ring))
    assert line.startswith("✗ Slack tokens: cannot be decrypted for T000, T001: put the key")
    assert "TOKEN_ENCRYPTION_KEY" in line
    assert scene.slack.ledger.calls == []


async def test_without_a_port_slack_has_no_way_in(scene: ManyScene) -> None:
    (line,) = bad(await found(scene, port=None))
    assert "PORT" in line


async def test_without_a_database_its_part_is_left_out(scene: ManyScene) -> None:
    told = await found(scene, installations=None)
    assert [finding.subject for finding in told] == ["Slack OAuth", "Slack signing secret"]
