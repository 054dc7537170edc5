"""What each error of Discord means for us: one table, with the reason and the cure people are told.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes names all codes,
and not which call answers which: here are those that making and editing messages and threads, and
publishing, can have to do with.
"""

from __future__ import annotations

from datetime import timedelta

from adapters.discord.rows import Row, channel, final, gone, limit, passing, server
from bot.domain.delivery import Scope, Verdict
from bot.ports import Refused

ELSEWHERE = "Subscribe another channel with `/claudealerts subscribe`."
INVITE = "Invite me again with the link that `/claudestatus` shows."
OPERATOR = "Whoever runs claudestatus has to look at the app in the Developer Portal."
UPDATE = "Update claudestatus; if it is the newest, please report the number in front of this."
REPORT = "This is a fault of claudestatus: please report it with the number in front of it."

BAD_TOKEN = frozenset({40001, 50014})
"""Beside HTTP 401: nothing opens any more, for nobody."""

BLOCKED = 40333
"""Cloudflare, in front of Discord, lets none of our calls through."""

BLOCKED_FOR = timedelta(minutes=10)
"""The time over which refusals are counted:
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans."""

THREAD_EXISTS = 160004
PUBLISHED = 40033
"""What was asked for had been done before."""

ARCHIVED, LOCKED = 50083, 160005

DENIED = (50001, 50013)
"""A permission is missing there."""

TABLE: tuple[Row, ...] = (
    # The channel: it is paused until people there do something about it.
    channel(  # Looks like this to whoever may not see it, be it ever so public.
        50001,
        reason="I cannot see this channel.",
        cure="Give me the permission View Channel in the channel's settings.",
    ),
    channel(
        50013,
        reason="I lack a permission in this channel: {needed}.",
        cure="Give me {needed} in the channel's settings under Permissions.",
    ),
    channel(10003, reason="The channel was deleted.", cure=ELSEWHERE),
    channel(
        *(50008, 40058, 50024, 40067, 220001),
        reason="Messages cannot be sent in a channel of this kind.",
        cure=ELSEWHERE,
    ),
    channel(  # Bots are let through; should that change, retrying is of no use.
        50009,
        reason="The server's verification level does not let me write in this channel.",
        cure="Ask an admin of the server to let apps write there.",
    ),
    channel(
        *(50003, 50007, 50033, 50278, 20009, 20024),
        reason="Discord does not let me write to this person or group.",
        cure="Allow direct messages from members of a server that has me, or subscribe a channel.",
    ),
    channel(
        160002,
        reason="I may not read the earlier messages of this channel.",
        cure="Give me the permission Read Message History in the channel's settings.",
    ),
    # The server: whichever of its channels is asked for, nothing opens.
    server(10004, 50055, 10007, reason="I am not in this server (any more).", cure=INVITE),
    server(40007, reason="I was banned from this server.", cure="Unban me, and invite me again."),
    server(
        50095, reason="Discord does not offer this server where I run.", cure="Ask an admin of the server."
    ),
    server(
        60003,
        reason="The server wants two-factor authentication.",
        cure="Whoever owns the app has to switch it on for their account.",
    ),
    server(
        *(20015, 20035, 50097, 50101),
        reason="The server's plan does not allow this.",
        cure="Ask an admin of the server, or choose another style with `/claudealerts settings`.",
    ),
    # Too fast: a pause for breath, no further than Discord counts.
    limit(20016, scope=Scope.CHANNEL, reason="Slow mode is on in this channel.", pause=timedelta(minutes=1)),
    limit(
        *(20028, 40062),
        scope=Scope.CHANNEL,
        reason="Discord asked for a pause in this channel.",
        pause=timedelta(seconds=10),
    ),
    limit(
        20029,
        scope=Scope.WORKSPACE,
        reason="Discord asked for a pause in this server.",
        pause=timedelta(seconds=10),
    ),
    limit(  # Of a published message alone; the channel goes on.
        20022,
        scope=Scope.POST,
        reason="A published message may be edited three times an hour.",
        pause=timedelta(minutes=10),
    ),
    limit(
        40003,
        scope=Scope.WORKSPACE,
        reason="Discord asked for a pause with direct messages.",
        pause=timedelta(minutes=1),
    ),
    limit(
        BLOCKED,
        scope=Scope.PLATFORM,
        reason="Cloudflare, in front of Discord, blocks my calls.",
        pause=BLOCKED_FOR,
    ),
    # Passing trouble: nothing was done.
    passing(
        *(40004, 40006, 110000, 110001, 130000), scope=Scope.PLATFORM, reason="Discord is having trouble."
    ),
    passing(  # Of the whole app: pausing every channel would say it to people who cannot mend it.
        *(10002, 20012, 20018, 40002, 50002, 50010, 50178),
        scope=Scope.PLATFORM,
        reason="Discord does not take the app for one that may write.",
        cure=OPERATOR,
    ),
    passing(*BAD_TOKEN, scope=Scope.PLATFORM, reason="Discord does not accept the bot token.", cure=OPERATOR),
    passing(
        *(50041, 20001, 20002, 50067),
        scope=Scope.PLATFORM,
        reason="Discord does not offer this call (any more).",
        cure="Update claudestatus.",
    ),
    passing(  # The form of the request, not its words: something in between may have spoilt it.
        50109,
        scope=Scope.PLATFORM,
        reason="Discord could not read the request.",
        cure="Look for a proxy that changes requests; else it is a fault of claudestatus: please report it.",
    ),
    # The message it was about is gone, or will not change any more; a thread takes no replies (any more).
    gone(10008, reason="The message was deleted."),
    gone(30046, reason="An old message was edited too often, and cannot be edited any more now."),
    gone(50005, 50021, 50068, 520003, reason="The message cannot be edited by me."),
    gone(ARCHIVED, LOCKED, reason="The thread is archived or locked."),
    gone(30033, 160006, 160007, reason="There can be no more threads in this server."),
    # The words, or how they were dressed: the same call would fail for ever.
    final(
        *(50035, 50006, 40005, 50028, 10011, 10014),
        reason="Discord did not accept the message.",
        cure=REPORT,
        wording=True,
    ),
    final(
        *(200000, 200001, 240000, 20031),
        reason="The server's automatic moderation blocked the message.",
        cure="Let an admin of the server except me from AutoMod.",
        wording=True,
    ),
    # What we never send: files, voice messages, stickers, polls, forwarded messages, effects.
    final(
        *(10060, 50045, 50046, 50080, 50081, 50110, 50123, 50138, 50146, 50159, 50160, 50161, 50162),
        *(50173, 50192, 50600, 30015, 160014, 400001, 520000, 520002, 520004),
        reason="Discord took the message for one that holds a file, a sticker or a poll.",
        cure=REPORT,
        wording=True,
    ),
    final(THREAD_EXISTS, PUBLISHED, reason="It had been done before."),
)

ROWS = {code: row for row in TABLE for code in row.codes}


def is_wording(refused: Refused) -> bool:
    """Return whether the bare words are worth another try."""
    return refused.code.isdecimal() and int(refused.code) in ROWS and ROWS[int(refused.code)].wording


def is_code(refused: Refused, *codes: int) -> bool:
    """Return whether Discord refused with one of *codes*."""
    return refused.code in map(str, codes)


def in_channel(refused: Refused) -> Refused:
    """Return what *refused* means where nothing was to be found elsewhere: in the channel itself."""
    if not is_code(refused, ARCHIVED, LOCKED):
        return refused
    reason = "This thread is archived or locked."
    cure = "Unlock it, or subscribe another channel with `/claudealerts subscribe`."
    return Refused(Verdict.PAUSE, Scope.CHANNEL, refused.code, reason, cure=cure)


def refusal(code: int, *, needed: str = "", retry_after: timedelta | None = None) -> Refused:
    """Return what Discord's error *code* means; one that is not known yet is tried again.

    *needed* are the permissions that the call needs, *retry_after* what the answer asked for.
    """
    row = ROWS.get(code)
    if row is None:
        reason = f"Discord refused with error {code}, which is not known yet."
        return Refused(Verdict.RETRY, Scope.POST, str(code), reason, cure=UPDATE, retry_after=retry_after)
    permissions = needed or "the one that this needs"
    return Refused(
        row.verdict,
        row.scope,
        str(code),
        row.reason.replace("{needed}", permissions),
        cure=row.cure.replace("{needed}", permissions),
        retry_after=(retry_after or row.pause) if row.pause else None,
        unknown=row.unknown,
    )
