"""The routes of channels: messages made and edited, threads started and archived, cards published."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.discord import rules
from tests.fakes.discord.answers import Rejected, json_answer
from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.places import (
    ANNOUNCEMENT_THREAD,
    BOT,
    CREATE_PUBLIC_THREADS,
    EMBED_LINKS,
    GUILD_ANNOUNCEMENT,
    GUILD_FORUM,
    GUILD_TEXT,
    PUBLIC_THREAD,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    VIEW_CHANNEL,
    Place,
    bot_user,
)
from tests.fakes.discord.shapes import application_json, channel_json, message_json

if TYPE_CHECKING:
    from tests.fakes.discord.standin import DiscordStandIn

NONCE_WINDOW = timedelta(seconds=120)
"""How long a nonce is known here; "in the past few minutes", say Discord's pages."""

CHANNEL = "/api/v10/channels/{channel}"


class Routes:
    """Answers the calls that a chat makes, and what a client asks about itself."""

    def __init__(self, standin: DiscordStandIn) -> None:
        self._standin = standin

    def register(self, app: web.Application) -> None:
        """Add our routes."""
        router, message = app.router, f"{CHANNEL}/messages/{{message}}"
        router.add_post(f"{CHANNEL}/messages", self.create)
        router.add_patch(message, self.edit)
        router.add_get(message, self.read)
        router.add_post(f"{message}/threads", self.start_thread)
        router.add_post(f"{message}/crosspost", self.crosspost)
        router.add_get(CHANNEL, self.channel)
        router.add_patch(CHANNEL, self.edit_thread)
        router.add_get("/api/v10/users/@me", self.myself)
        router.add_get("/api/v10/oauth2/applications/@me", self.application)

    async def myself(self, _request: web.Request) -> web.Response:
        """Answer GET /users/@me."""
        return json_answer(bot_user() | {"mfa_enabled": False, "locale": "en-US", "verified": True})

    async def application(self, _request: web.Request) -> web.Response:
        """Answer GET /oauth2/applications/@me."""
        return json_answer(application_json())

    async def channel(self, request: web.Request) -> web.Response:
        """Answer GET /channels/{channel_id}."""
        return json_answer(channel_json(self._place(request)))

    async def create(self, request: web.Request) -> web.Response:
        """Answer POST /channels/{channel_id}/messages."""
        place, body = self._place(request), await request.json()
        headers = self._limits("POST messages", place)
        _may_speak(place, self._permissions(place), with_embeds=bool(body.get("embeds")))
        known = self._known(body)
        if known is None:
            self._check_words(body)
            place.archived = False
            known = self.add(place.id, body)
        if known.deleted:
            raise Rejected(404, 10008, "Unknown Message")
        return json_answer(message_json(known, in_thread=place.is_thread), headers=headers)

    def _limits(self, route: str, place: Place) -> dict[str, str]:
        standin = self._standin
        return standin.buckets.take(route, place.id, standin.clock.now()) if standin.bucketed else {}

    def add(self, channel: str, body: Json, *, author: str = BOT, ephemeral: bool = False) -> Message:
        """Write a message into the ledger, as it was asked for, and return it."""
        made = Message(
            id=self._standin.snowflake(),
            channel=channel,
            author=author,
            content=body.get("content") or "",
            embeds=body.get("embeds") or [],
            components=body.get("components") or [],
            made_at=self._standin.clock.now(),
            flags=body.get("flags") or 0,
            nonce=body.get("nonce"),
            enforced=bool(body.get("enforce_nonce")),
            allowed_mentions=body.get("allowed_mentions"),
            ephemeral=ephemeral,
            body=body,
        )
        self._standin.ledger.all_messages.append(made)
        return made

    def _known(self, body: Json) -> Message | None:
        """Return the message made lately with the nonce of *body*, if that is to be unique."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        since = self._standin.clock.now() - NONCE_WINDOW
        made = (one for one in self._standin.ledger.all_messages if one.nonce == body["nonce"])
        return next((one for one in made if one.made_at > since), None)

    async def read(self, request: web.Request) -> web.Response:
        """Answer GET /channels/{channel_id}/messages/{message_id}."""
        return json_answer(message_json(self._message(request)))

    async def edit(self, request: web.Request) -> web.Response:
        """Answer PATCH /channels/{channel_id}/messages/{message_id}."""
        place, message, body = self._place(request), self._message(request), await request.json()
        headers = self._limits("PATCH messages", place)
        if message.author != BOT:
            raise Rejected(403, 50005, "Cannot edit a message authored by another user")
        if place.archived:
            raise Rejected(400, 50083, "Thread is archived")
        self._check_words({"content": message.content, "embeds": message.embeds} | body, edit=True)
        self.change(message, body)
        return json_answer(message_json(message, in_thread=place.is_thread), headers=headers)

    def change(self, message: Message, body: Json) -> None:
        """Let *message* say what *body* says."""
        message.edits.append((message.content, message.embeds))
        message.content = (body.get("content") or "") if "content" in body else message.content
        message.embeds = (body.get("embeds") or []) if "embeds" in body else message.embeds
        message.components = (body.get("components") or []) if "components" in body else message.components
        message.edited_at = self._standin.clock.now()

    async def start_thread(self, request: web.Request) -> web.Response:
        """Answer POST /channels/{channel_id}/messages/{message_id}/threads."""
        place, body = self._place(request), await request.json()
        if place.type not in (GUILD_TEXT, GUILD_ANNOUNCEMENT):
            raise Rejected(400, 50024, "Cannot execute action on this channel type")
        _need(place.permissions, CREATE_PUBLIC_THREADS)
        message = self._message(request)
        if message.thread is not None:
            raise Rejected(400, 160004, "A thread has already been created for this message")
        kind = PUBLIC_THREAD if place.type == GUILD_TEXT else ANNOUNCEMENT_THREAD
        thread = Place(message.id, place.guild, body["name"], kind, place.id, place.permissions)
        message.thread = self._standin.guilds[place.guild].add(thread).id
        return json_answer(channel_json(thread), 201)

    async def edit_thread(self, request: web.Request) -> web.Response:
        """Answer PATCH /channels/{channel_id}, as far as it is about threads."""
        place, body = self._place(request), await request.json()
        if not place.is_thread or place.owner != BOT or (place.locked and place.archived):
            raise Rejected(403, 50013, "Missing Permissions")
        if place.archived and body.get("archived") is not False:
            raise Rejected(400, 50083, "Thread is archived")
        place.archived = bool(body.get("archived", place.archived))
        return json_answer(channel_json(place))

    async def crosspost(self, request: web.Request) -> web.Response:
        """Answer POST /channels/{channel_id}/messages/{message_id}/crosspost."""
        place, message = self._place(request), self._message(request)
        if place.type != GUILD_ANNOUNCEMENT:
            raise Rejected(400, 50024, "Cannot execute action on this channel type")
        _need(place.permissions, SEND_MESSAGES)
        if message.published:
            raise Rejected(400, 40033, "This message has already been crossposted")
        message.published = True
        return json_answer(message_json(message))

    def _check_words(self, body: Json, *, edit: bool = False) -> None:
        """Refuse what Discord refuses although its description allows it."""
        found = rules.problems(body, edit=edit)
        if found:
            self._standin.problems.extend(found)
            code = 50006 if "50006" in found[0] else 50035
            details = {"_errors": [{"code": "INVALID", "message": found[0]}]}
            raise Rejected(400, code, "Invalid Form Body", errors=details)

    def _place(self, request: web.Request) -> Place:
        place = self._standin.place(request.match_info["channel"])
        if place is None:
            raise Rejected(404, 10003, "Unknown Channel")
        if not self._permissions(place) & VIEW_CHANNEL:
            raise Rejected(403, 50001, "Missing Access")
        return place

    def _permissions(self, place: Place) -> int:
        """Return what the bot may do in *place*: a thread is as open as its channel.

        https://docs.discord.com/developers/topics/threads#permissions
        """
        parent = self._standin.place(place.parent) if place.parent else None
        return place.permissions & (parent.permissions if parent else place.permissions)

    def _message(self, request: web.Request) -> Message:
        channel, identity = request.match_info["channel"], request.match_info["message"]
        message = self._standin.ledger.find(channel, identity)
        if message is None:
            raise Rejected(404, 10008, "Unknown Message")
        return message


def _need(permissions: int, permission: int) -> None:
    if not permissions & permission:
        raise Rejected(403, 50013, "Missing Permissions")


def _may_speak(place: Place, permissions: int, *, with_embeds: bool) -> None:
    if place.type == GUILD_FORUM:
        raise Rejected(400, 50008, "Cannot send messages in a non-text channel")
    _need(permissions, SEND_MESSAGES_IN_THREADS if place.is_thread else SEND_MESSAGES)
    if with_embeds:
        _need(permissions, EMBED_LINKS)
    if place.is_thread and place.locked:
        raise Rejected(400, 160005, "Thread is locked")
