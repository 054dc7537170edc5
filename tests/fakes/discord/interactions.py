"""The routes by which interactions are answered: the callback once and in time, the webhook for a while.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tests.fakes.discord.answers import Rejected, json_answer, no_content
from tests.fakes.discord.command_rules import choice_problems
from tests.fakes.discord.component_rules import modal_problems
from tests.fakes.discord.ledger import Json, Message
from tests.fakes.discord.multipart import Files, body_of
from tests.fakes.discord.places import APPLICATION, BOT
from tests.fakes.discord.rules import problems
from tests.fakes.discord.shapes import message_json
from tests.fakes.discord.standin import PREFIX, DiscordStandIn

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
"""https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type"""

ANSWER, LATER, LATER_HERE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type"""

FITTING = {
    COMMAND: {ANSWER, LATER, FORM},
    COMPONENT: {ANSWER, LATER, LATER_HERE, UPDATE, FORM},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {ANSWER, LATER, LATER_HERE, UPDATE},
}

IN_TIME = timedelta(seconds=3)
ALIVE = timedelta(minutes=15)

EPHEMERAL, LOADING, V2 = 1 << 6, 1 << 7, 1 << 15


@dataclass(slots=True)
class Open:
    """An interaction that was sent to the bot, and what came back.

    *kind* is that of the interaction, *answer* that of the first response (None: none yet). *source* is
    the message that was pressed. *message* is what `@original` means. *form* and *choices* are what the
    person is shown, *said* every message made for it, oldest first. *refused* is why one was not taken.
    *files* came along with them, by name.
    """

    id: str
    token: str
    kind: int
    channel: str
    guild: str | None
    made_at: datetime
    source: Message | None = None
    answer: int | None = None
    message: Message | None = None
    form: Json | None = None
    choices: list[Json] | None = None
    said: list[Message] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_waiting: bool = False
    files: Files = field(default_factory=dict)


class Interactions:
    """Answers `/interactions` and the webhooks of interactions, by the stand-in's clock."""

    def __init__(self, standin: DiscordStandIn) -> None:
        self._standin = standin
        self.by_token: dict[str, Open] = {}
        self.tokens_begin = "aW50ZXJhY3Rpb246"
        standin.mount(self.register)

    def register(self, app: web.Application) -> None:
        """Add the routes."""
        webhook = f"{PREFIX}/webhooks/{APPLICATION}/{{token}}"
        app.router.add_post(f"{PREFIX}/interactions/{{id}}/{{token}}/callback", self.callback)
        app.router.add_post(webhook, self.follow_up)
        app.router.add_get(f"{webhook}/messages/{{message}}", self.read)
        app.router.add_patch(f"{webhook}/messages/{{message}}", self.edit)
        app.router.add_delete(f"{webhook}/messages/{{message}}", self.delete)

    def begin(self, kind: int, channel: str, guild: str | None, source: Message | None = None) -> Open:
        """Let somebody do something; what comes of it is in what is returned."""
        identity = self._standin.snowflake()
        made = Open(identity, f"{self.tokens_begin}{identity}", kind, channel, guild, self._now, source)
        self.by_token[made.token] = made
        return made

    async def callback(self, request: web.Request) -> web.Response:
        """Answer POST /interactions/{interaction_id}/{interaction_token}/callback."""
        one, (body, files) = self.by_token.get(request.match_info["token"]), await body_of(request)
        if one is None or one.id != request.match_info["id"] or self._now - one.made_at > IN_TIME:
            raise Rejected(404, 10062, "Unknown interaction")
        if one.answer is not None:
            raise Rejected(400, 40060, "Interaction has already been acknowledged.")
        if body["type"] not in FITTING[one.kind] or (body["type"] in {LATER_HERE, UPDATE} and not one.source):
            raise self._invalid(one, [f"/type: {body['type']} is no answer to {one.kind}"])
        self._first(one, body["type"], body.get("data") or {})
        one.files |= files
        return json_answer(_told(one)) if request.query.get("with_response") else no_content()

    def _first(self, one: Open, kind: int, data: Json) -> None:
        """Take the first answer, or refuse it."""
        match kind:
            case 4:
                self._check(one, problems(data))
                one.message = self._say(one, data)
            case 5:
                one.message = self._say(one, {"flags": (data.get("flags") or 0) | LOADING})
                one.is_waiting = True
            case 6:
                one.message = one.source
            case 7:
                self._update(one, one.source, data)
                one.message = one.source
            case 8:
                one.choices = self._checked_choices(one, data)
            case _:
                self._check(one, modal_problems(data))
                one.form = data
        one.answer = kind

    def _checked_choices(self, one: Open, data: Json) -> list[Json]:
        choices: list[Json] = data.get("choices") or []
        found = [problem for choice in choices for problem in choice_problems(choice, "/choices")]
        self._check(one, [*found, *(["/choices: at most 25"] if len(choices) > 25 else [])])
        return choices

    async def follow_up(self, request: web.Request) -> web.Response:
        """Answer POST /webhooks/{application_id}/{interaction_token}."""
        one, (body, files) = self._alive(request), await body_of(request)
        self._check(one, problems(body))
        one.files |= files
        if one.is_waiting and one.message:
            self._fill(one, one.message, body)
            return json_answer(message_json(one.message))
        return json_answer(message_json(self._say(one, body)))

    async def edit(self, request: web.Request) -> web.Response:
        """Answer PATCH /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
        one, (body, files) = self._alive(request), await body_of(request)
        message = self._message(request, one)
        one.files |= files
        if one.is_waiting and message is one.message:
            self._check(one, problems(body))
            self._fill(one, message, body)
        else:
            self._update(one, message, body)
        return json_answer(message_json(message))

    async def read(self, request: web.Request) -> web.Response:
        """Answer GET /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
        return json_answer(message_json(self._message(request, self._alive(request))))

    async def delete(self, request: web.Request) -> web.Response:
        """Answer DELETE /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
        self._message(request, self._alive(request)).deleted = True
        return no_content()

    @property
    def _now(self) -> datetime:
        return self._standin.clock.now()

    def _alive(self, request: web.Request) -> Open:
        one = self.by_token.get(request.match_info["token"])
        if one is None or self._now - one.made_at > ALIVE:
            raise Rejected(401, 50027, "Invalid Webhook Token")
        if one.answer is None:
            raise Rejected(404, 10015, "Unknown Webhook")
        return one

    def _message(self, request: web.Request, one: Open) -> Message:
        wanted = request.match_info["message"]
        known = [*one.said, *([one.message] if one.message else [])]
        found = one.message if wanted == "@original" else next((m for m in known if m.id == wanted), None)
        if found is None or found.deleted:
            raise Rejected(404, 10008, "Unknown Message")
        return found

    def _say(self, one: Open, data: Json) -> Message:
        """Write a new message; one for a single person belongs to no channel's history."""
        flags = data.get("flags") or 0
        made = Message(
            id=self._standin.snowflake(),
            channel=one.channel,
            author=BOT,
            content=data.get("content") or "",
            embeds=data.get("embeds") or [],
            components=data.get("components") or [],
            made_at=self._now,
            flags=flags,
            allowed_mentions=data.get("allowed_mentions"),
            ephemeral=bool(flags & EPHEMERAL),
            body=data,
        )
        self._standin.ledger.all_messages.append(made)
        one.said.append(made)
        return made

    def _fill(self, one: Open, message: Message, body: Json) -> None:
        """Put an answer into the place that was kept for it; who sees it was decided then."""
        one.is_waiting = False
        message.flags = (message.flags & EPHEMERAL) | ((body.get("flags") or 0) & ~(EPHEMERAL | LOADING))
        self._change(message, body)

    def _update(self, one: Open, message: Message | None, body: Json) -> None:
        assert message is not None, "only what was pressed can be updated"
        whole = {**body, "flags": (body.get("flags") or 0) | (message.flags & V2)}
        self._check(one, problems(whole, edit=True))
        if message.flags & V2 != whole["flags"] & V2:
            self._check(one, ["/flags: IS_COMPONENTS_V2 cannot be set on an old message with words"])
        self._change(message, body)

    def _change(self, message: Message, body: Json) -> None:
        message.edits.append((message.content, message.embeds))
        message.content = (body.get("content") or "") if "content" in body else message.content
        message.embeds = (body.get("embeds") or []) if "embeds" in body else message.embeds
        message.components = (body.get("components") or []) if "components" in body else message.components
        message.edited_at = self._now

    def _check(self, one: Open, found: list[str]) -> None:
        if found:
            raise self._invalid(one, found)

    def _invalid(self, one: Open, found: list[str]) -> Rejected:
        """Refuse, and note it: a bot that sends this is broken."""
        one.refused.extend(found)
        self._standin.problems.extend(found)
        details: Any = {"_errors": [{"code": "INVALID", "message": problem} for problem in found]}
        return Rejected(400, 50035, "Invalid Form Body", errors=details)


def _told(one: Open) -> Json:
    """Return what a callback answers to whoever asked for it."""
    told: Json = {"id": one.id, "type": one.kind, "channel_id": one.channel}
    if one.guild:
        told["guild_id"] = one.guild
    if one.message is not None:
        told["response_message_id"] = one.message.id
        told["response_message_loading"] = one.is_waiting
        told["response_message_ephemeral"] = one.message.ephemeral
    if one.answer in {ANSWER, UPDATE} and one.message is not None:
        return {"interaction": told, "resource": {"type": one.answer, "message": message_json(one.message)}}
    return {"interaction": told}
