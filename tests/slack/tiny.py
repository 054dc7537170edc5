"""The smallest bolt app that tells what reached it, for the tests of the two ways in."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

TEAM, CHANNEL, PERSON = "T0CLAUDE", "C0STATUS", "U0ALICE"
RESPONSE_URL = "https://hooks.slack.com/commands/T0CLAUDE/123/canaryResponseUrl"


class Broken(Exception):
    """What a listener raises here."""


class TinyApp:
    """A real `AsyncApp` that notes in *handled* what its listeners get.

    The next *failing* of them raise. While *gate* is closed they wait, or only those for events wait, as
    after `hold_events`; *waiting* tells that one does.
    """

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.failing = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = asyncio.Event()
        self.only_events_wait = False
        self.app = AsyncApp(
            name="tiny",
            client=AsyncWebClient(),
            authorize=_authorize,
            request_verification_enabled=False,
            process_before_response=True,  # so that a failing listener shows in the answer, for events too
        )
        self.dispatch = self.app.async_dispatch
        self.app.command("/claudestatus")(self._command)
        self.app.event("app_mention")(self._event)
        self.app.action("mute")(self._click)
        self.app.view("settings")(self._view)
        self.app.options("zone")(self._options)

    def hold_events(self) -> None:
        """Close the gate for events, and for nothing else."""
        self.only_events_wait = True
        self.gate.clear()

    async def _note(self, what: str, *, event: bool = False) -> None:
        if not self.gate.is_set() and (event or not self.only_events_wait):
            self.waiting.set()
            await self.gate.wait()
        if self.failing:
            self.failing -= 1
            raise Broken(f"could not post to {RESPONSE_URL}")
        self.handled.append(what)

    async def _command(self, ack: Any, body: Json) -> None:
        await self._note(body["trigger_id"])
        await ack(text=f"you asked: {body['text']}", response_type="ephemeral")

    async def _event(self, body: Json) -> None:
        await self._note(body["event_id"], event=True)

    async def _click(self, ack: Any, body: Json) -> None:
        await self._note(body["trigger_id"])
        await ack()

    async def _view(self, ack: Any, body: Json) -> None:
        await self._note(body["trigger_id"])
        await ack(response_action="errors", errors={"zone": "There is no such zone."})

    async def _options(self, ack: Any, body: Json) -> None:
        await self._note(body["value"])
        text = {"type": "plain_text", "text": "Europe/Amsterdam"}
        await ack(options=[{"text": text, "value": "Europe/Amsterdam"}])


async def _authorize(**_given: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-test", bot_user_id="U0BOT")


def command(trigger: str, text: str = "") -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands."""
    return {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "user_id": PERSON,
        "command": "/claudestatus",
        "text": text,
        "api_app_id": "A0CLAUDE",
        "response_url": RESPONSE_URL,
        "trigger_id": trigger,
    }


def mention(event_id: str, text: str = "<@U0BOT> is claude down?") -> Json:
    """https://docs.slack.dev/reference/events/app_mention."""
    return {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "api_app_id": "A0CLAUDE",
        "event": {
            "type": "app_mention",
            "user": PERSON,
            "text": text,
            "ts": "1716000000.000100",
            "channel": CHANNEL,
            "event_ts": "1716000000.000100",
        },
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1716000000,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
    }


def click(trigger: str) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
    return _interaction("block_actions", trigger) | {
        "container": {"type": "message", "message_ts": "1716000000.000100", "channel_id": CHANNEL},
        "channel": {"id": CHANNEL, "name": "status"},
        "message": {"ts": "1716000000.000100", "text": "Claude is down"},
        "actions": [{"type": "button", "block_id": "b", "action_id": "mute", "value": "incident-1"}],
        "response_url": RESPONSE_URL,
    }


def submission(trigger: str) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""
    view = {"id": "V1", "type": "modal", "callback_id": "settings", "state": {"values": {}}, "blocks": []}
    return _interaction("view_submission", trigger) | {"view": view}


def suggestion(value: str) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload."""
    return _interaction("block_suggestion", "") | {"action_id": "zone", "block_id": "z", "value": value}


def _interaction(kind: str, trigger: str) -> Json:
    payload: Json = {
        "type": kind,
        "team": {"id": TEAM, "domain": "watchers"},
        "user": {"id": PERSON, "team_id": TEAM},
        "api_app_id": "A0CLAUDE",
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    }
    return payload | ({"trigger_id": trigger} if trigger else {})
