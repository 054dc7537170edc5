"""Slack as a `Chat`: posts, replies and edits, each paced, each at most once for what we know."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from adapters.slack.blocks import render
from adapters.slack.failures import unsure
from adapters.slack.paced import AS_IT_IS, NO_PREVIEW, Paced
from adapters.slack.rich_text import Json
from adapters.slack.verdicts import is_wording
from adapters.slack.web_api import WebApi
from bot.domain.delivery import Post, PostKind, Reference
from bot.domain.message import Message
from bot.domain.subscription import Channel
from bot.ports import Clock, Refused

log = logging.getLogger(__name__)

POST = "chat.postMessage"
EDIT = "chat.update"
EVENT_TYPE = "claude_status_alert"
"""Names our metadata: https://docs.slack.dev/messaging/message-metadata."""


class SlackChat:
    """Implements `Chat`."""

    def __init__(self, api: WebApi, clock: Clock, paced: Paced | None = None) -> None:
        """*paced* makes the calls; None where nobody else posts."""
        self._paced = paced or Paced(api, clock)

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Post to *channel*, in the thread of *parent* if given; *nonce* travels along as metadata.

        Slack has no key by which it would recognise a repeated post. A reply whose parent is gone may
        stand in the channel itself: then the reference names no thread.
        """
        await self._paced.turn(channel, POST, nonce, apart=True)
        thread = parent.thread if parent else None
        place: Json = {"channel": channel.id} | ({"thread_ts": thread} if thread else {})
        if thread and post.echo:
            place["reply_broadcast"] = True
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery": nonce}}
        body = place | _words(post, post.mention) | {"metadata": metadata}
        body |= NO_PREVIEW
        bare = place | _bare(post.message, post.mention) | NO_PREVIEW
        answer = await self._call(channel, POST, body, bare)
        return _reference(answer, post)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Make the message say what *post* says. It calls nobody, and keeps the metadata it has."""
        await self._paced.turn(channel, EDIT, reference.id, apart=False)
        place = {"channel": channel.id, "ts": reference.id}
        bare: Json = place | _bare(post.message) | {"blocks": []}  # left out, the old ones would stay
        await self._call(channel, EDIT, place | _words(post), bare)

    async def _call(self, channel: Channel, method: str, body: Json, bare: Json) -> Mapping[str, Any]:
        """Make the call; where its blocks or metadata are refused, once more with the *bare* words."""
        try:
            return await self._paced.call(channel, method, body)
        except Refused as refused:
            if not is_wording(refused.code):
                raise
            log.warning("message refused as it was, sent bare code=%s method=%s", refused.code, method)
        return await self._paced.call(channel, method, bare)


def _words(post: Post, mention: str | None = None) -> Json:
    """Return what a message says; the text is what notifications and screen readers say."""
    rendered = render(post.message, mention=mention, small=post.kind is PostKind.REPLY)
    return {"text": rendered.text, "blocks": rendered.blocks} | AS_IT_IS


def _bare(message: Message, mention: str | None = None) -> Json:
    """Return the first words of *message* alone, with nothing that Slack could refuse."""
    rendered = render(Message(message.tone, message.title), mention=mention)
    return {"text": rendered.text} | AS_IT_IS


def _reference(answer: Mapping[str, Any], post: Post) -> Reference:
    ts, message = answer.get("ts"), answer.get("message")
    if not isinstance(ts, str) or not ts:
        raise unsure("unreadable_answer", "Slack did not say which message it made.")
    thread = message.get("thread_ts") if isinstance(message, Mapping) else None
    if post.kind is PostKind.CARD:
        return Reference(ts, ts)
    return Reference(ts, thread if isinstance(thread, str) else None)
