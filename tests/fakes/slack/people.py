"""What people do in Slack, as the payloads that Slack makes of it, and what they see in return.

The shapes are those of https://docs.slack.dev/reference/interaction-payloads and of the samples in
https://github.com/slackapi/java-slack-sdk (json-logs/samples), shortened to what Slack always sends.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.forms import filled_in
from tests.fakes.slack.heard import Ack, Heard
from tests.fakes.slack.ledger import Json, Message
from tests.fakes.slack.standin import SlackStandIn

COMMANDS, INTERACTIVE, EVENTS = "slash_commands", "interactive", "events_api"
"""The kinds of envelopes: https://docs.slack.dev/apis/events-api/using-socket-mode#receive."""


Way = Callable[[str, Json], Awaitable[Ack]]
"""Carries a payload of a kind to the app, and its acknowledgement back."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of a workspace, in a channel. *team* is their own, *app_team* where the app is installed."""

    user: str = "U0ALICE"
    channel: str = "C0STATUS"
    team: str = "T0CLAUDE"
    app_team: str = "T0CLAUDE"
    channel_name: str = "status"


@dataclass(slots=True)
class People:
    """Does what people do, over *way*; *settle* waits until the app has done all it began."""

    slack: SlackStandIn
    way: Way
    settle: Callable[[], Awaitable[None]]
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def types(self, text: str, who: Somebody = Somebody(), **more: str) -> Heard:
        """Type `/claudestatus` with *text* (as Slack sends it: escaped) in a channel."""
        url = self.slack.response_url(who.channel)
        payload = {
            "token": "none",
            "api_app_id": "A0CLAUDE",
            "team_id": who.team,
            "team_domain": "claude",
            "channel_id": who.channel,
            "channel_name": who.channel_name,
            "user_id": who.user,
            "user_name": who.user.lower(),
            "command": "/claudestatus",
            "text": text,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self.slack.trigger_id(),
            **more,
        }
        return await self._does(COMMANDS, payload, url)

    async def presses(
        self,
        action: str,
        value: str | None = "",
        who: Somebody = Somebody(),
        *,
        message: Message | None = None,
        **more: Any,
    ) -> Heard:
        """Press a button: of *message*, or of an answer that only this person sees."""
        url = self.slack.response_url(who.channel)
        ts = message.ts if message else "1716000000.000900"
        container: Json = {"type": "message", "message_ts": ts, "channel_id": who.channel}
        container["is_ephemeral"] = message is None
        if message is not None:
            more["message"] = {"type": "message", "ts": ts, "text": message.text, "user": message.author}
            if message.thread_ts:
                container["thread_ts"] = more["message"]["thread_ts"] = message.thread_ts
        place = {"channel": {"id": who.channel, "name": who.channel_name}, "response_url": url}
        payload = {**self._action(action, value, who), "container": container, **place, **more}
        return await self._does(INTERACTIVE, payload, url)

    async def presses_at_home(self, action: str, value: str | None = "", who: Somebody = Somebody()) -> Heard:
        """Press a button of App Home: no channel, no message, nowhere to answer."""
        view = {
            "id": "V0HOME",
            "team_id": who.app_team,
            "type": "home",
            "app_installed_team_id": who.app_team,
        }
        payload = {
            **self._action(action, value, who),
            "container": {"type": "view", "view_id": "V0HOME"},
            "view": view,
        }
        return await self._does(INTERACTIVE, payload, "")

    def _action(self, action: str, value: str | None, who: Somebody) -> Json:
        pressed: Json = {"action_id": action, "block_id": "b1", "type": "button", "action_ts": "1716000001.1"}
        if value is not None:
            pressed["value"] = value
        return {
            "type": "block_actions",
            **self._person(who),
            "trigger_id": self.slack.trigger_id(),
            "actions": [pressed],
        }

    async def submits(
        self, view: Json, filled: Mapping[str, Any] | None = None, who: Somebody = Somebody(), **more: Any
    ) -> Heard:
        """Hand in *view* as it was opened, with the fields *filled* in: see `filled_in`."""
        state = {"values": filled_in(view, filled or {})}
        handed = {
            **view,
            "id": "V0FORM",
            "team_id": who.app_team,
            "app_installed_team_id": who.app_team,
            "state": state,
            "hash": "1716000000.abc",
            **more,
        }
        payload = {
            "type": "view_submission",
            **self._person(who),
            "trigger_id": self.slack.trigger_id(),
            "view": handed,
            "response_urls": [],
        }
        return await self._does(INTERACTIVE, payload, "")

    async def looks_for(self, action: str, text: str, who: Somebody = Somebody()) -> list[str]:
        """Type *text* into a menu that asks for its options, and return their values."""
        payload = {
            "type": "block_suggestion",
            **self._person(who),
            "action_id": action,
            "block_id": action,
            "value": text,
            "container": {"type": "view", "view_id": "V0FORM"},
            "view": {
                "id": "V0FORM",
                "team_id": who.app_team,
                "type": "modal",
                "callback_id": "settings_form",
            },
        }
        heard = await self._does(INTERACTIVE, payload, "")
        assert heard.ack.body is not None
        return [one["value"] for one in heard.ack.body["options"]]

    async def asks_beside(
        self, who: Somebody = Somebody(), *, thread: str | None = None, callback: str = "check_claude_status"
    ) -> Heard:
        """Choose the message shortcut on somebody's message, *thread* being the one it is in."""
        url = self.slack.response_url(who.channel)
        message: Json = {
            "type": "message",
            "ts": "1716000000.000300",
            "text": "claude is slow",
            "user": "U0BOB",
        }
        if thread:
            message["thread_ts"] = thread
        payload = {
            "type": "message_action",
            "callback_id": callback,
            **self._person(who),
            "trigger_id": self.slack.trigger_id(),
            "message_ts": message["ts"],
            "message": message,
            "channel": {"id": who.channel, "name": who.channel_name},
            "response_url": url,
            "action_ts": "1716000002.1",
        }
        return await self._does(INTERACTIVE, payload, url)

    async def says(
        self, text: str, who: Somebody = Somebody(), *, shared: bool = False, **more: Any
    ) -> list[Message]:
        """Say *text* to the bot in a channel, and return what it says below (or in the thread given)."""
        ts = more.get("ts") or f"1716000100.{next(self.numbers):06d}"
        said: Json = {
            "type": "app_mention",
            "user": who.user,
            "text": text,
            "ts": ts,
            "team": who.team,
            "channel": who.channel,
            "event_ts": ts,
            **more,
        }
        if self.slack.ledger.find(who.channel, said.get("thread_ts", ts)) is None:
            root = Message(who.app_team, who.channel, said.get("thread_ts", ts), who.user, text, [])
            self.slack.ledger.all_messages.append(root)
        await self._happens(said, who, shared=shared)
        root_message = self.slack.ledger.find(who.channel, said.get("thread_ts", ts))
        assert root_message is not None
        return self.slack.ledger.replies(root_message)

    async def opens_home(self, who: Somebody = Somebody(), tab: str = "home") -> Json | None:
        """Open the app's page and return the view that this person sees."""
        event = {
            "type": "app_home_opened",
            "user": who.user,
            "channel": "D0HOME",
            "tab": tab,
            "event_ts": "1716000003.1",
        }
        await self._happens(event, who)
        return self.slack.ledger.home(who.user)

    async def _happens(self, event: Json, who: Somebody, *, shared: bool = False) -> None:
        bots = {team.team_id: team.bot_user for team in self.slack.workspaces.values()}
        authorization = {
            "enterprise_id": None,
            "team_id": who.app_team,
            "user_id": bots.get(who.app_team, "U0NONE"),
            "is_bot": True,
            "is_enterprise_install": False,
        }
        payload = {
            "token": "none",
            "team_id": who.app_team,
            "api_app_id": "A0CLAUDE",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self.numbers):08d}",
            "event_time": 1716000100,
            "authorizations": [authorization],
            "is_ext_shared_channel": shared or who.team != who.app_team,
        }
        await self._does(EVENTS, payload, "")

    def _person(self, who: Somebody) -> Json:
        return {
            "team": {"id": who.app_team, "domain": "claude"},
            "user": {
                "id": who.user,
                "username": who.user.lower(),
                "name": who.user.lower(),
                "team_id": who.team,
            },
            "api_app_id": "A0CLAUDE",
            "token": "none",
            "is_enterprise_install": False,
        }

    async def _does(self, kind: str, payload: Json, url: str) -> Heard:
        ack = await self.way(kind, payload)
        await self.settle()
        return Heard(ack, url, self.slack)
