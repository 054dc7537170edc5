"""Messages that were made again under the nonce they had: when Discord could not know it any more."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from tests.chaos.telling import is_try_of
from tests.fakes.discord.ledger import Call, Ledger, Message
from tests.fakes.discord.messages import NONCE_WINDOW

LOGIN = "GET /users/@me"
"""The first call of each life: what was answered before it may never have reached the database."""


def forgotten(ledger: Ledger) -> list[tuple[Message, Message]]:
    """Return each message that the contract allows to be there twice, and the one that took its place.

    It was made under the same nonce, after Discord's memory of that, and its outcome was unknown: the
    answer was lost, or another life began. What follows was told below the later one.
    """
    made: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for one in ledger.all_messages:
        if one.nonce is not None and not one.deleted:
            made[one.channel, one.nonce].append(one)
    pairs = (pair for group in made.values() for pair in pairwise(group))
    return [(first, later) for first, later in pairs if _is_allowed(ledger, first, later)]


def _is_allowed(ledger: Ledger, first: Message, later: Message) -> bool:
    if later.made_at - first.made_at < NONCE_WINDOW:
        return False
    known = [index for index, call in enumerate(ledger.calls) if _is_of(call, first, later)]
    tries = [index for index in known if first.made_at <= ledger.calls[index].at < later.made_at]
    if not tries:
        return False
    if ledger.calls[tries[-1]].status is None:
        return True
    since = (call for call in ledger.calls[tries[-1] :] if call.at <= later.made_at)
    return any(call.method + " " + call.path == LOGIN for call in since)


def _is_of(call: Call, first: Message, later: Message) -> bool:
    """Return whether *call* is an accepted try of *first*, and no other's of *later*."""
    in_place = call.path == f"/channels/{later.channel}/messages"
    return call.method == "POST" and call.accepted and in_place and is_try_of(first, call.body)
