"""What those who watch over this process are told, put together of its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from adapters.discord.gateway import Gateway
from adapters.discord.opening import Discord
from adapters.slack.socket import SlackSocket
from bot.glance import Glances
from bot.metrics import Metrics
from bot.ports import Clock, Settlement, Store
from bot.readiness import Link, Readiness
from bot.settings import Settings
from bot.version import VERSION


@dataclass(frozen=True, slots=True)
class Doors:
    """What this process is to keep connected; each None where that is no business of its roles.

    The gateway is its business while *gateway_is_ours* says so.
    """

    socket: SlackSocket | None = None
    discord: Discord | None = None
    gateway_is_ours: Callable[[], bool] | None = None

    @property
    def links(self) -> list[Link]:
        """Return the connections as readiness and numbers see them."""
        links = []
        if self.socket is not None:
            links.append(_socket(self.socket))
        if self.discord is not None and self.gateway_is_ours is not None:
            links.append(_gateway(self.discord.gateway, self.gateway_is_ours))
        return links


@dataclass(frozen=True, slots=True)
class Operations:
    """*readiness* is to be looked at every second; *metrics* are told what happens."""

    readiness: Readiness
    metrics: Metrics

    def counting(self, on_settled: Callable[[Settlement], None]) -> Callable[[Settlement], None]:
        """Return what tells the metrics of a result, and then *on_settled*."""

        def settled(settlement: Settlement) -> None:
            self.metrics.settled(settlement)
            on_settled(settlement)

        return settled


def operations(
    settings: Settings, store: Store, clock: Clock, doors: Doors, platforms: Collection[str]
) -> Operations:
    """Return what watches over a process that delivers to *platforms*."""
    glances, links = Glances(store, clock), doors.links
    poll_every = timedelta(seconds=settings.poll_seconds)
    obstacles = [doors.discord.refused] if doors.discord is not None else []
    return Operations(
        Readiness(glances, clock, poll_every, links, obstacles),
        Metrics(glances, clock, platforms=platforms, links=links, version=VERSION),
    )


def _socket(socket: SlackSocket) -> Link:
    return Link("slack_socket", "Slack's Socket Mode", lambda: socket.connected)


def _gateway(gateway: Gateway, is_ours: Callable[[], bool]) -> Link:
    return Link(
        "discord_gateway",
        "Discord's gateway",
        lambda: gateway.connected,
        is_ours,
        lambda: gateway.trouble,
    )
