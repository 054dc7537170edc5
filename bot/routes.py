"""What PORT answers: every path of the web side, and who answers it."""

from __future__ import annotations

from aiohttp import web

from adapters.probes import BELL, Handler, doorbell, metrics, readiness
from adapters.slack.http import PATH
from adapters.slack.oauth import INSTALL, REDIRECT
from adapters.web import Route
from bot.parts import Bot


def routes(bot: Bot) -> list[Route]:
    """Return what PORT answers."""
    answered = [Route("GET", "/healthz", _alive), *_watching(bot)]
    if bot.slack and bot.slack.http:
        answered.append(Route("POST", PATH, bot.slack.http.handle))
    if bot.slack and bot.slack.install:
        answered.append(Route("GET", INSTALL, bot.slack.install.begin))
        answered.append(Route("GET", REDIRECT, bot.slack.install.finish))
    return answered


def _watching(bot: Bot) -> list[Route]:
    """Return what answers those who watch over the bot, and the status page when it rings."""
    secret = bot.settings.status_webhook_secret
    watching = [
        Route("GET", "/readyz", readiness(bot.operations.readiness.reasons)),
        Route("GET", "/metrics", _metrics(bot)),
    ]
    if secret is not None:
        ring = doorbell(lambda: bot.store.ring(bot.clock.now()), secret.reveal())
        watching.append(Route("*", BELL, ring))
    return watching


def _metrics(bot: Bot) -> Handler:
    token = bot.settings.metrics_token
    known = token.reveal() if token else None
    return metrics(bot.operations.metrics.text, known, public=bot.settings.public_url is not None)


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")
