"""What a post is as the body of a call: as it should look, and bare, for where that is refused."""

from __future__ import annotations

from adapters.discord.embeds import Json, allowed_mentions, render
from bot.domain.delivery import Post, PostKind
from bot.domain.message import Message

SUPPRESS_NOTIFICATIONS = 1 << 12
"""https://docs.discord.com/developers/resources/message#message-object-message-flags"""


def created(post: Post, nonce: str, *, loud: bool) -> tuple[Json, Json]:
    """Return the body of the call that makes *post*, and its bare form. Only what is *loud* calls anybody."""
    mention = post.mention if loud else None
    rendered = render(post.message, mention=mention, small=post.kind is PostKind.REPLY, spoken=loud)
    body: Json = {
        "content": rendered.content,
        "embeds": rendered.embeds,
        "components": rendered.rows,
        "allowed_mentions": allowed_mentions(mention).to_dict(),
        "flags": 0 if loud else SUPPRESS_NOTIFICATIONS,
        "nonce": nonce,
        "enforce_nonce": True,
    }
    return body, body | _bare(post.message, mention)


def rewritten(post: Post) -> tuple[Json, Json]:
    """Return the body of the call that makes a message say what *post* says, and its bare form."""
    rendered = render(post.message, small=post.kind is PostKind.REPLY)
    body: Json = {
        "content": rendered.content,
        "embeds": rendered.embeds,
        "components": rendered.rows,
        "allowed_mentions": allowed_mentions(None).to_dict(),
    }
    return body, body | _bare(post.message)


def _bare(message: Message, mention: str | None = None) -> Json:
    """Return the headline alone, as text, with nothing that Discord could refuse."""
    rendered = render(Message(message.tone, message.title), mention=mention, spoken=True)
    return {"content": rendered.content, "embeds": [], "components": []}
