"""Discord as a `Chat`: posts, replies in threads and edits, each in its turn, each at most once."""

from __future__ import annotations

import logging
from dataclasses import replace

from adapters.discord.embeds import Json
from adapters.discord.failures import unsure
from adapters.discord.pace import Pace
from adapters.discord.payloads import created, rewritten
from adapters.discord.rest import About, Rest
from adapters.discord.threads import Threads, no_thread
from adapters.discord.verdicts import ARCHIVED, DENIED, PUBLISHED, in_channel, is_code, is_wording
from bot.domain.delivery import Post, PostKind, Reference, Scope, Verdict
from bot.domain.message import Message
from bot.domain.subscription import Channel
from bot.ports import Clock, NotYet, Refused

log = logging.getLogger(__name__)

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"

TO_WRITE = "View Channel, Send Messages and Embed Links"
TO_REPLY = "Send Messages in Threads and Embed Links"
"""What people call the permissions: https://docs.discord.com/developers/topics/permissions."""

UNKNOWN_CHANNEL = 10003

ECHO = "e"
"""Behind a nonce, which has room for one more character: the copy in the channel is no repetition."""

MOST_HALVES = 1000


class DiscordChat:
    """Implements `Chat`."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._pace = Pace(clock)
        self._threads = Threads(rest, clock)
        self._halves: dict[str, str] = {}

    async def send(self, channel: Channel, post: Post, nonce: str, parent: Reference | None) -> Reference:
        """Post to *channel*, in the thread of *parent* if given, which is started for its first reply.

        Discord recognises *nonce* for some minutes and then returns the message it made of it first.
        """
        thread = parent.thread if parent else None
        self._turn(thread or channel.id, nonce, self._cost(post, thread))
        if thread is not None:
            return Reference(await self._reply(channel, post, nonce, thread), thread)
        answer = await self._in_channel(channel, post, nonce)
        message = _id(answer)
        if post.publish:
            await self._publish(channel, message)
        can_have_thread = post.kind is PostKind.CARD and "position" not in answer
        return Reference(message, message if can_have_thread else None)

    async def edit(self, channel: Channel, reference: Reference, post: Post) -> None:
        """Make the message say what *post* says. It calls nobody.

        While an earlier one of unknown outcome may still arrive, one that was accepted is not the last
        word: `NotYet` asks for another, and as the words are unknown since then, it will come.
        """
        self._rest.may_rewrite(reference.id)
        wait = self._pace.edit(reference.id)
        if wait:
            raise NotYet(wait)
        self._rest.turn(reference.id)
        self._pace.edited(reference.id)
        thread = reference.thread if post.kind is PostKind.REPLY else None
        place = replace(channel, id=thread or channel.id)
        woken = await self._edit_in(place, reference.id, post, below=thread is not None)
        if thread and (woken or post.closes):
            await self._threads.put_to_rest(thread)
        left = self._rest.unsettled(reference.id)
        if left is not None:
            raise NotYet(left)

    async def _edit_in(self, place: Channel, message: str, post: Post, *, below: bool) -> bool:
        """Edit a message, *below* a card or not; returns whether its thread had to be woken for it."""
        try:
            await self._rewrite(place, message, post)
        except Refused as refused:
            if below and is_code(refused, UNKNOWN_CHANNEL):
                raise no_thread(refused) from None
            if not is_code(refused, ARCHIVED):
                raise
        else:
            return False
        await self._threads.wake(place.id)
        await self._rewrite(place, message, post)
        return True

    # --- replies -----------------------------------------------------------------------------------

    async def _reply(self, channel: Channel, post: Post, nonce: str, thread: str) -> str:
        """Post below a card and, if wished, in the channel as well; returns the id of what stands below."""
        message = self._halves.get(nonce) or await self._below(channel, post, nonce, thread)
        if post.echo:
            self._halves[nonce] = message
            await self._echo(channel, post, nonce)
            self._halves.pop(nonce, None)
            if len(self._halves) > MOST_HALVES:
                self._halves.pop(next(iter(self._halves)))
        if post.closes:
            await self._threads.put_to_rest(thread)
        return message

    async def _below(self, channel: Channel, post: Post, nonce: str, thread: str) -> str:
        """Post into the thread; one we remember, and which is gone, is started once more."""
        self._threads.check(channel)
        remembered = self._threads.knows(thread)
        if not remembered:
            await self._threads.start(channel, thread, _subject(post.message))
        try:
            return await self._in_thread(channel, post, nonce, thread)
        except Refused as refused:
            if not is_code(refused, UNKNOWN_CHANNEL):
                raise
            self._threads.forget(thread)
            if not remembered:
                raise no_thread(refused) from None
        await self._threads.start(channel, thread, _subject(post.message))
        try:
            return await self._in_thread(channel, post, nonce, thread)
        except Refused as refused:
            raise no_thread(refused) if is_code(refused, UNKNOWN_CHANNEL) else refused from None

    async def _in_thread(self, channel: Channel, post: Post, nonce: str, thread: str) -> str:
        """Post into a thread that is there; where the channel gets a copy, that is the loud one."""
        loud = bool(post.loud) and not post.echo
        try:
            return _id(await self._create(thread, post, nonce, About(TO_REPLY), loud=loud))
        except Refused as refused:
            raise (
                self._threads.denied(channel, refused, TO_REPLY) if is_code(refused, *DENIED) else refused
            ) from None

    async def _echo(self, channel: Channel, post: Post, nonce: str) -> None:
        """Post the loud copy in the channel. Raises only what a repetition of both may mend."""
        try:
            await self._in_channel(channel, post, nonce + ECHO)
        except NotYet as early:
            raise _half_done("not_its_turn", early) from None
        except Refused as refused:
            passes = refused.unknown or refused.retry_after is not None or not refused.code.isdecimal()
            if passes and refused.verdict is Verdict.RETRY:
                refused.unknown = True  # the copy below the card is there
                raise
            log.warning("reply not repeated in its channel code=%s", refused.code)

    # --- calls -------------------------------------------------------------------------------------

    def _cost(self, post: Post, thread: str | None) -> int:
        """Return how many calls the post takes, if all goes well."""
        starts = thread is not None and not self._threads.knows(thread)
        return 1 + starts + post.publish + (thread is not None) * (post.echo + post.closes)

    def _turn(self, place: str, nonce: str, cost: int) -> None:
        wait = self._pace.send(place, nonce)
        if wait:
            raise NotYet(wait)
        self._rest.turn(nonce, cost)

    async def _in_channel(self, channel: Channel, post: Post, nonce: str) -> Json:
        """Post in the channel itself, which may be a thread: its being locked is for people to mend."""
        try:
            about = About(TO_WRITE, channel.workspace, channel.id)
            return await self._create(channel.id, post, nonce, about, loud=bool(post.loud))
        except Refused as refused:
            raise in_channel(refused) from None

    async def _create(self, place: str, post: Post, nonce: str, about: About, *, loud: bool) -> Json:
        """Make the message; where its words or dress are refused, once more with the bare words."""
        body, bare = created(post, nonce, loud=loud)
        return await self._once_more_bare("POST", MESSAGES, body, bare, about, channel_id=place)

    async def _rewrite(self, place: Channel, message: str, post: Post) -> None:
        body, bare = rewritten(post)
        about = About(TO_WRITE, place.workspace, place.id, rewrites=message)
        await self._once_more_bare(
            "PATCH", MESSAGE, body, bare, about, channel_id=place.id, message_id=message
        )

    async def _once_more_bare(
        self, method: str, path: str, body: Json, bare: Json, about: About, **ids: str
    ) -> Json:
        try:
            return await self._rest.call(method, path, body, about, **ids)
        except Refused as refused:
            if not is_wording(refused):
                raise
            log.warning("message refused as it was, sent bare code=%s method=%s", refused.code, method)
        return await self._rest.call(method, path, bare, about, **ids)

    async def _publish(self, channel: Channel, message: str) -> None:
        """Publish the card to those who follow the channel. It stands, whatever becomes of that.

        https://docs.discord.com/developers/resources/message#crosspost-message
        """
        place = {"channel_id": channel.id, "message_id": message}
        try:
            await self._rest.call("POST", f"{MESSAGE}/crosspost", None, About("Send Messages"), **place)
        except (Refused, NotYet) as error:
            if not (isinstance(error, Refused) and is_code(error, PUBLISHED)):
                log.warning("card not published error=%s", error)


def _subject(message: Message) -> str:
    """Return what a reply is about: its title says first what happened, and behind a colon to what."""
    happened, _, subject = message.title.partition(": ")
    return subject or happened


def _id(answer: Json) -> str:
    identity = answer.get("id")
    if not isinstance(identity, str) or not identity.isdecimal():
        raise unsure("unreadable_answer", "Discord did not say which message it made.")
    return identity


def _half_done(code: str, early: NotYet) -> Refused:
    """Return the word that a reply stands below its card, and not yet in the channel."""
    reason = "The copy in the channel has to wait."
    return Refused(Verdict.RETRY, Scope.POST, code, reason, retry_after=early.wait, unknown=True)
