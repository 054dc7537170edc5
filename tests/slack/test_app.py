"""The app as a whole: what Bolt does around our listeners, and requests of any shape."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.slack.inbound import Malformed, from_envelope
from tests.fakes.slack.heard import Ack
from tests.fakes.slack.ledger import Json
from tests.fakes.slack.people import People
from tests.fakes.slack.removal import uninstall
from tests.slack.world import World

KINDS = 8

MOST_PATHS = 60
"""A form has five hundred, most of them in fields that are alike."""

JUNK: tuple[Any, ...] = (None, 5, "", "x" * 5000, [], [7], {}, {"id": 5}, True, "\ud800", "<!channel>")


async def test_the_address_of_http_mode_can_be_verified(silent_world: World) -> None:
    ack = await silent_world.directly("events_api", {"type": "url_verification", "challenge": "abc"})
    assert ack == Ack(200, {"challenge": "abc"})


async def test_slacks_check_of_the_certificate_is_answered(silent_world: World) -> None:
    request = AsyncBoltRequest(body="ssl_check=1&token=none", headers={})
    assert (await silent_world.dispatch(request)).status == 200


async def test_with_one_token_for_good_a_removal_is_acknowledged_and_changes_nothing(
    silent_world: World,
) -> None:
    await silent_world.people.types("subscribe")
    for event in uninstall(silent_world.slack, silent_world.slack.home):
        assert (await silent_world.directly("events_api", event)).status == 200
    assert await silent_world.subscription() is not None


async def test_the_variables_that_bolt_reads_by_itself_change_nothing(
    silent_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, "canary-of-the-environment")
    monkeypatch.setenv("HOME", str(tmp_path))
    silent_world.app = silent_world.build(silent_world.store)
    heard = await silent_world.people.types("")
    assert heard.words.startswith("🟢 Example is up")
    assert silent_world.slack.ledger.calls == []
    assert list(tmp_path.iterdir()) == []
    assert "canary" not in caplog.text


async def payloads(world: World) -> list[tuple[str, Json]]:
    """Return one payload of each kind, as people make them."""
    made: list[tuple[str, Json]] = []

    async def keep(kind: str, payload: Json) -> Ack:
        made.append((kind, payload))
        return Ack(200, {"options": []})

    people = People(world.slack, keep, world.settle)
    await people.types("subscribe")
    await people.presses("mute_incident", "incident0001")
    await people.presses_at_home("settings_of", "x")
    await world.people.presses("settings")
    await people.submits(world.form(), {"impact": "major", "quiet": ["on"], "zone": "UTC"})
    await people.looks_for("zone", "ber")
    await people.asks_beside(thread="1716000000.000100")
    await people.says("<@U0BOT> subscribe")
    await people.opens_home()
    return made


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """Return the way to every part of *value*."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        yield (key,)
        yield from ((key, *rest) for rest in paths(inner))


def damaged(payload: Json, path: tuple[Any, ...], junk: Any) -> Json:
    """Return *payload* with *junk* at the end of *path*."""
    copied = copy.deepcopy(payload)
    place: Any = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    return copied


@pytest.mark.parametrize("number", range(KINDS))
async def test_a_request_of_any_shape_is_answered_and_breaks_nothing(
    silent_world: World, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    """What the ways in let through is answered in some way; an error of ours would be a 500."""
    made = await payloads(silent_world)
    assert len(made) == KINDS
    kind, payload = made[number]
    everywhere = list(paths(payload))
    for index, path in enumerate(everywhere[:: len(everywhere) // MOST_PATHS + 1]):
        for junk in (JUNK[index % len(JUNK)], JUNK[(index * 7 + 3) % len(JUNK)]):
            try:
                request = from_envelope({"type": kind, "payload": damaged(payload, path, junk)})
            except Malformed:
                continue
            answer = await silent_world.dispatch(request)
            assert answer.status < 500, (path, junk)
            await silent_world.settle()
            assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == [], (path, junk)


async def test_an_error_of_ours_is_a_500_and_its_log_holds_no_body(
    silent_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(ack: Any) -> None:
        raise RuntimeError("of ours")

    silent_world.app.command("/broken")(fail)
    silent_world.app._async_listeners.insert(0, silent_world.app._async_listeners.pop())
    ack = await silent_world.directly(
        "slash_commands", {"command": "/broken", "text": "canary", "team_id": "T1"}
    )
    assert ack.status == 500
    assert "a listener failed (RuntimeError" in caplog.text
    assert "canary" not in caplog.text


async def test_every_payload_is_what_slack_would_send_as_json(silent_world: World) -> None:
    for _, payload in await payloads(silent_world):
        assert json.loads(json.dumps(payload)) == payload
