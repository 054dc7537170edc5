"""The methods of the Web API as the stand-in performs them.

https://docs.slack.dev/reference/methods has a page for each, which names its errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.fakes.slack.ledger import Json, Message, Shown
from tests.fakes.slack.removal import revoke
from tests.fakes.slack.workspaces import Conversation, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.standin import SlackStandIn

TEXT_LIMIT = 40_000
"""https://docs.slack.dev/changelog/2018-truncating-really-long-messages."""


class Rejected(Exception):
    """The method says no: *code*, with whatever else its answer holds."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.answer: Json = {"ok": False, "error": code, **more}


class Method(Protocol):
    """Performs one call and returns what it answers besides `ok`; raises `Rejected`."""

    def __call__(self, slack: SlackStandIn, workspace: Workspace, body: Json, /) -> Json: ...


def need(workspace: Workspace, scope: str) -> None:
    """Raise `Rejected` where the app was not given *scope*."""
    if scope not in workspace.scopes:
        raise Rejected("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))


def auth_test(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    return {
        "url": workspace.url,
        "team": workspace.name,
        "user": "claudestatus",
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    revoke(slack, workspace)
    return {"revoked": True}


def users_info(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    need(workspace, "users:read")
    member = workspace.members.get(str(body.get("user")))
    if member is None:
        raise Rejected("user_not_found")
    return {"user": member.shown(workspace.team_id)}


def post_message(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    need(workspace, "chat:write")
    channel = _postable(workspace, body)
    _check_words(slack, body)
    _check_metadata(body.get("metadata"))
    thread = body.get("thread_ts")
    if thread is not None:
        thread = slack.thread_of(channel.id, str(thread))
    message = _message(slack, workspace, channel, body)
    message.thread_ts = thread
    message.broadcast = thread is not None and bool(body.get("reply_broadcast"))
    slack.ledger.all_messages.append(message)
    return {"channel": channel.id, "ts": message.ts, "message": _shown(message)}


def post_ephemeral(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    need(workspace, "chat:write")
    channel = _postable(workspace, body)
    if not channel.bot_in:
        raise Rejected("not_in_channel")
    _check_words(slack, body)
    if str(body.get("user")) not in workspace.members:
        raise Rejected("user_not_in_channel")
    message = _message(slack, workspace, channel, body)
    slack.ledger.ephemerals.append(message)
    return {"message_ts": message.ts}


def update(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    """Change a message; blocks and metadata that are left out stay as they were.

    https://docs.slack.dev/reference/methods/chat.update
    """
    need(workspace, "chat:write")
    channel = _visible(workspace, body)
    if channel.archived:
        raise Rejected("is_archived")
    message = slack.ledger.find(channel.id, str(body.get("ts")))
    if message is None:
        raise Rejected("message_not_found")
    if message.author != workspace.bot_user:
        raise Rejected("cant_update_message")
    _check_words(slack, body)
    message.edits.append((message.text, message.blocks))
    message.text = str(body.get("text", message.text))
    message.blocks = body.get("blocks", message.blocks)
    message.metadata = body.get("metadata", message.metadata)
    message.body = body
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": _shown(message)}


def views_open(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    trigger = str(body.get("trigger_id", ""))
    slack.use_trigger(trigger)
    return _show(slack, workspace, "views.open", body, trigger_id=trigger)


def views_push(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    trigger = str(body.get("trigger_id", ""))
    slack.use_trigger(trigger)
    return _show(slack, workspace, "views.push", body, trigger_id=trigger)


def views_update(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    known = [shown for shown in slack.ledger.views if shown.view_id == body.get("view_id")]
    if not known:
        raise Rejected("not_found")
    return _show(slack, workspace, "views.update", body, view_id=known[-1].view_id)


def views_publish(slack: SlackStandIn, workspace: Workspace, body: Json) -> Json:
    user = str(body.get("user_id"))
    if user not in workspace.members:
        raise Rejected("user_not_found")
    return _show(slack, workspace, "views.publish", body, user=user)


def _show(
    slack: SlackStandIn,
    workspace: Workspace,
    method: str,
    body: Json,
    *,
    view_id: str | None = None,
    trigger_id: str | None = None,
    user: str | None = None,
) -> Json:
    view = body.get("view")
    if not isinstance(view, dict):
        raise Rejected(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]}
        )
    problems = slack.view_problems(view)
    if problems:
        raise Rejected("invalid_arguments", response_metadata={"messages": problems})
    view_id = view_id or slack.fresh("V")
    slack.ledger.views.append(Shown(method, workspace.team_id, view_id, view, trigger_id, user))
    return {"view": {**view, "id": view_id, "team_id": workspace.team_id, "hash": slack.fresh("h")}}


def _visible(workspace: Workspace, body: Json) -> Conversation:
    channel = workspace.channels.get(str(body.get("channel")))
    if channel is None or (channel.private and not channel.bot_in):
        raise Rejected("channel_not_found")
    return channel


def _postable(workspace: Workspace, body: Json) -> Conversation:
    channel = _visible(workspace, body)
    if channel.archived:
        raise Rejected("is_archived")
    if channel.refuses:
        raise Rejected(channel.refuses)
    if not channel.bot_in and "chat:write.public" not in workspace.scopes:
        raise Rejected("not_in_channel")
    return channel


def _check_words(slack: SlackStandIn, body: Json) -> None:
    text, blocks = str(body.get("text") or ""), body.get("blocks")
    if not text and not blocks:
        raise Rejected("no_text")
    if len(text) > TEXT_LIMIT:
        raise Rejected("msg_too_long")
    problems = slack.block_problems(blocks) if blocks else []  # an empty list takes those away that are there
    if problems:
        raise Rejected("invalid_blocks", response_metadata={"messages": problems})


def _check_metadata(metadata: Any) -> None:
    """https://docs.slack.dev/messaging/message-metadata"""
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Rejected("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Rejected("invalid_metadata_schema")


def _message(slack: SlackStandIn, workspace: Workspace, channel: Conversation, body: Json) -> Message:
    return Message(
        workspace=workspace.team_id,
        channel=channel.id,
        ts=slack.next_ts(),
        author=workspace.bot_user,
        text=str(body.get("text") or ""),
        blocks=body.get("blocks") or [],
        metadata=body.get("metadata"),
        body=body,
    )


def _shown(message: Message) -> Json:
    shown = {"type": "message", "user": message.author, "ts": message.ts, "text": message.text}
    return (
        shown | {"blocks": message.blocks} | ({"thread_ts": message.thread_ts} if message.thread_ts else {})
    )


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "users.info": users_info,
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "views.open": views_open,
    "views.push": views_push,
    "views.update": views_update,
    "views.publish": views_publish,
}
"""What a bot token can call. `apps.connections.open` takes an app token and is the stand-in's own."""
