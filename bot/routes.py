"""What PORT answers: every path of the web side, and who answers it."""

from __future__ import annotations

from aiohttp import web

from adapters.slack.http import PATH
from adapters.web import Route
from bot.parts import Bot


def routes(bot: Bot) -> list[Route]:
    """Return what PORT answers."""
    answered = [Route("GET", "/healthz", _alive)]
    if bot.slack and bot.slack.http:
        answered.append(Route("POST", PATH, bot.slack.http.handle))
    return answered


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")
