"""What the REST API says of the gateway: where it is, whose application connects, in which servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.discord import guild_data
from tests.fakes.discord.answers import json_answer

if TYPE_CHECKING:
    from tests.fakes.discord.gateway import Gateway


class GatewayCalls:
    """Answers out of what *gateway* is told to be."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def register(self, app: web.Application) -> None:
        app.router.add_get("/api/v10/gateway/bot", self._where)
        app.router.add_get("/api/v10/oauth2/applications/@me", self._application)
        app.router.add_get("/api/v10/users/@me/guilds", self._my_guilds)

    async def _where(self, _request: web.Request) -> web.Response:
        """Answer GET /gateway/bot."""
        gateway = self._gateway
        limit = {
            "total": 1000,
            "remaining": gateway.starts,
            "reset_after": gateway.resets_in,
            "max_concurrency": 1,
        }
        url = gateway.address or gateway.standin.gateway_url
        return json_answer({"url": url, "shards": gateway.shards, "session_start_limit": limit})

    async def _application(self, _request: web.Request) -> web.Response:
        """Answer GET /oauth2/applications/@me."""
        guilds = self._gateway.standin.guilds.values()
        return json_answer(guild_data.application_json(guilds, self._gateway.endpoint))

    async def _my_guilds(self, request: web.Request) -> web.Response:
        """Answer GET /users/@me/guilds: in the order of their ids, from `after` on."""
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 200))
        known = sorted(self._gateway.standin.guilds.values(), key=lambda guild: int(guild.id))
        asked = [guild for guild in known if int(guild.id) > after]
        return json_answer([guild_data.my_guild_json(guild) for guild in asked[:limit]])
