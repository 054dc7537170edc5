"""Where Discord is: its own addresses, or others for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Discord's two addresses, None for its own; *api_url* names the version of the API, too."""

    api_url: str | None = None
    gateway_url: str | None = None


@contextmanager
def pointed_at(endpoints: Endpoints) -> Iterator[None]:
    """Let discord.py, which knows one Discord for the whole process, talk to *endpoints* for as long.

    https://discordpy.readthedocs.io has no setting for it.
    """
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    if endpoints.api_url is not None:
        Route.BASE = endpoints.api_url.rstrip("/")
    if endpoints.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(endpoints.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
