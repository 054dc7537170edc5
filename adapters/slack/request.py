"""A request: who asks, where, and how to answer, read from a payload that Slack vouches for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.subscription import Channel

PLATFORM = "slack"

ID = re.compile(r"[A-Z][A-Z0-9]{1,63}")
"""What ids are made of; Slack promises no more: https://docs.slack.dev/reference/objects."""

MOMENT = re.compile(r"[0-9]{1,20}\.[0-9]{1,10}")
"""What messages are known by: https://docs.slack.dev/messaging/retrieving-messages."""


SLACKBOT = "USLACKBOT"
"""Slackbot, who says what reminders make it say; its `user` object has `is_bot` false.

https://docs.slack.dev/reference/objects/user-object
"""


class Place(StrEnum):
    """What kind of conversation a channel is, as far as it matters to who can post there."""

    CHANNEL = "channel"
    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Request:
    """What Slack's payload says, and nothing that a person or a button could have put there.

    *workspace* is where the app is installed. *channel* is empty in App Home and in a form. Each is empty
    where Slack tells none that looks like an id.
    *is_stranger*: the person belongs to another workspace (Slack Connect). *is_bot*: Slack itself says
    that it is no person; where it does not, `users.info` may. *is_shared*: people of other
    organisations are in the channel; Slack tells that of events only. *thread* is the thread the person
    is in, None outside. *response_url* and *trigger_id* are empty where Slack gives none.
    """

    workspace: str
    channel: str
    user: str
    is_stranger: bool = False
    is_bot: bool = False
    place: Place = Place.CHANNEL
    is_shared: bool = False
    thread: str | None = None
    response_url: str = ""
    trigger_id: str = ""

    @property
    def address(self) -> Channel:
        """The channel as the core knows it."""
        return Channel(PLATFORM, self.workspace, self.channel)


def read_request(body: Mapping[str, Any], context: AsyncBoltContext) -> Request:
    """Return the request that *body* is; *context* is what Bolt found in it.

    https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    channel = _id(context.channel_id) or _id(_part(body, "container").get("channel_id"))
    workspace = _id(context.team_id)
    return Request(
        workspace=workspace,
        channel=channel,
        user=_id(context.user_id),
        is_stranger=_is_stranger(body, workspace),
        is_bot=_is_bot(body, _id(context.user_id)),
        place=_place(channel, body),
        is_shared=body.get("is_ext_shared_channel") is True,
        thread=_thread(body),
        response_url=_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
    )


def _thread(body: Mapping[str, Any]) -> str | None:
    """Return the thread of the message that this is about; the one that begins a thread is not in it."""
    for part, own in (("event", "ts"), ("container", "message_ts"), ("message", "ts")):
        thread = moment_of(_part(body, part), "thread_ts")
        if thread and thread != _text(_part(body, part), own):
            return thread
    return None


def _is_stranger(body: Mapping[str, Any], workspace: str) -> bool:
    """Return whether the person's own workspace is another one, or is not told.

    Where an organisation is installed, Slack names it (E…) in the place of the person's workspace. A
    visit to App Home tells none, and changes nothing.
    """
    event = _part(body, "event")
    if event.get("type") == "app_home_opened":
        return False
    if event:
        own = _text(event, "user_team") or _text(event, "team")
    else:
        own = _text(_part(body, "user"), "team_id") or _text(body, "team_id")
    return own not in {workspace, *_organisation(body)}


def _is_bot(body: Mapping[str, Any], user: str) -> bool:
    """Return whether Slack's own words say that a bot does this.

    A message of a bot carries its `bot_id`, and mostly its `bot_profile`:
    https://docs.slack.dev/reference/events/message/bot_message. The bot of this app itself is named by
    the event's `authorizations`: https://docs.slack.dev/apis/events-api/#authorizations. Of a command or
    a button Slack documents no such mark, since people alone can do that; `is_bot` is what it would be
    called: https://docs.slack.dev/reference/objects/user-object.
    """
    event, person = _part(body, "event"), _part(body, "user")
    marks = (event.get("bot_id"), event.get("bot_profile"), event.get("subtype") == "bot_message")
    return any(marks) or person.get("is_bot") is True or user == SLACKBOT or user in bots_of(body)


def bots_of(body: Mapping[str, Any]) -> set[str]:
    """Return the ids under which this app is a bot, as far as an event names them."""
    found = body.get("authorizations")
    named = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return {bot for one in named if one.get("is_bot") is True and (bot := _text(one, "user_id"))}


def _organisation(body: Mapping[str, Any]) -> set[str]:
    authorizations = body.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else {}
    holders = (_part(body, "team"), first if isinstance(first, Mapping) else {})
    return {found for one in holders if (found := _text(one, "enterprise_id"))}


def _place(channel: str, body: Mapping[str, Any]) -> Place:
    """Return the kind of conversation, by the id and by the names Slack gives to those without one.

    https://docs.slack.dev/reference/objects/conversation-object
    """
    if channel.startswith("D"):
        return Place.DIRECT
    name = _text(body, "channel_name") or _text(_part(body, "channel"), "name")
    return Place.GROUP if name.startswith("mpdm-") else Place.CHANNEL


def moment_of(part: Mapping[str, Any], name: str) -> str:
    """Return the `ts` of a message that *part* names, empty where it is none."""
    found = _text(part, name)
    return found if MOMENT.fullmatch(found) else ""


def _id(value: object) -> str:
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
