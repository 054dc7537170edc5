"""The routes of Discord's API that this bot uses: what calls are known by, with or without the description.

Where Discord's official API description is at hand, a test compares these with it.
"""

from __future__ import annotations

import re
from functools import cache

ANY = "*"
"""Every route: what a fault may be meant for."""

ROUTES = frozenset({
    "GET /users/@me",
    "GET /users/@me/guilds",
    "GET /oauth2/applications/@me",
    "GET /gateway/bot",
    "GET /applications/{application_id}/commands",
    "PUT /applications/{application_id}/commands",
    "POST /applications/{application_id}/commands",
    "GET /channels/{channel_id}",
    "PATCH /channels/{channel_id}",
    "POST /channels/{channel_id}/messages",
    "GET /channels/{channel_id}/messages/{message_id}",
    "PATCH /channels/{channel_id}/messages/{message_id}",
    "POST /channels/{channel_id}/messages/{message_id}/threads",
    "POST /channels/{channel_id}/messages/{message_id}/crosspost",
    "POST /interactions/{interaction_id}/{interaction_token}/callback",
    "POST /webhooks/{webhook_id}/{webhook_token}",
    "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
})  # fmt: skip
"""Method and template, with the names that https://docs.discord.com/developers gives the parameters."""

_PARAMETER = re.compile(r"\{[^}]+\}")
_ID = re.compile(r"(?<=/)\d{15,}")


def template(path: str) -> str:
    """Return the template of *path*; one that is not ours is the path with its ids left out."""
    fitting = (made for made, pattern in _patterns() if pattern.fullmatch(path))
    return next(fitting, _ID.sub("{id}", path))


def known(route: str) -> str:
    """Return *route*, "POST /channels/{channel_id}/messages", say. Raises `ValueError` for none of ours.

    A test that waits for the calls of a route nobody calls would wait for ever, or find nothing wrong.
    """
    if route not in ROUTES:
        raise ValueError(f"{route!r} is not among the routes of tests/fakes/discord/routes.py")
    return route


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every template with what its paths look like, those with the fewest parameters first."""
    templates = sorted({route.partition(" ")[2] for route in ROUTES}, key=lambda one: (one.count("{"), one))
    return tuple((one, re.compile(_expression(one))) for one in templates)


def _expression(path: str) -> str:
    return "[^/]+".join(map(re.escape, _PARAMETER.split(path)))
