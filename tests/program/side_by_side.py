"""Two installations that watch one outage, one process and several, and what their channels hold then."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import psycopg

from bot.domain.status import Endpoint
from bot.domain.subscription import Channel, Settings, Style
from storage.opening import open_store
from tests.factories import Document
from tests.fakes.discord.ledger import Message as InDiscord
from tests.fakes.discord.places import GUILD, Place
from tests.fakes.page import FakePage, fake_page
from tests.fakes.slack.ledger import Message as InSlack
from tests.fakes.slack.standin import SlackStandIn, slack_stand_in
from tests.program.discord import DiscordSide, discord_side, words

IN_SLACK = [f"C0WATCH{number:02}" for number in range(40)]
IN_DISCORD = [f"3000000000000009{number:02}" for number in range(20)]

FIRST, LAST = "Somebody looks into it.", "All is well again."
"""What the page says of the outage."""

Told = list[tuple[str, ...]]
"""What a channel holds, in order: what does not depend on when it was said, or by whom."""


@dataclass
class Installation:
    """A page, a Slack and a Discord of their own, and the channels there that follow the page."""

    page: FakePage
    slack: SlackStandIn
    discord: DiscordSide

    @property
    def variables(self) -> dict[str, str]:
        """What a program needs to work here."""
        return {
            "STATUS_PAGE_URL": self.page.url,
            "POLL_SECONDS": "0.2",
            "SLACK_API_URL": self.slack.base_url,
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "xapp-test",
            **self.discord.variables,
        }

    def in_slack(self, channel: str) -> list[InSlack]:
        return self.slack.ledger.messages(channel)

    def in_discord(self, channel: str) -> list[InDiscord]:
        """Return what stands in *channel*, then what in its threads."""
        top = self.discord.channel(channel)
        return [*top, *(reply for one in top if one.thread for reply in self.discord.channel(one.thread))]

    def shows(self, phrase: str) -> list[str]:
        """Return the channels in which *phrase* can be read."""
        slack = [one for one in IN_SLACK if any(phrase in _all(told) for told in self.in_slack(one))]
        discord = [one for one in IN_DISCORD if any(phrase in words(told) for told in self.in_discord(one))]
        return [*slack, *discord]

    @property
    def is_over(self) -> bool:
        """True when every channel has a card that says so, and was told so besides."""
        slack = all(self._is_over_in_slack(channel) for channel in IN_SLACK)
        return slack and all(self._is_over_in_discord(channel) for channel in IN_DISCORD)

    def _is_over_in_slack(self, channel: str) -> bool:
        tops = self.slack.ledger.top(channel)
        echoed = any(LAST in _all(one) for one in self.in_slack(channel) if one.broadcast)
        return echoed and any("Resolved" in _all(one) for one in tops)

    def _is_over_in_discord(self, channel: str) -> bool:
        """A thread's echo comes after what stands in the thread."""
        card, *others = self.discord.channel(channel)
        return "Resolved" in words(card) and any("Resolved" in words(one) for one in others)

    def told(self) -> dict[str, Told]:
        """Return what each channel holds."""
        slack = {channel: [_in_slack(one) for one in self.in_slack(channel)] for channel in IN_SLACK}
        discord = {channel: [_in_discord(one) for one in self.in_discord(channel)] for channel in IN_DISCORD}
        return {**slack, **discord}


@dataclass
class Pages:
    """Several pages that say the same: what an `Outage` needs of one."""

    all: tuple[FakePage, ...]

    def show(self, endpoint: Endpoint, document: Document) -> None:
        for page in self.all:
            page.show(endpoint, document)

    @property
    def as_one(self) -> FakePage:
        return cast(FakePage, self)


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """Return one with its channels, in which nobody follows anything yet."""
    async with fake_page() as page, slack_stand_in() as slack, discord_side() as discord:
        for channel in IN_SLACK:
            slack.home.add_channel(channel)
        for channel in IN_DISCORD:
            discord.standin.guilds[GUILD].add(Place(channel, GUILD, f"status-{channel[-2:]}"))
        yield Installation(page, slack, discord)


async def follow(database_url: str, in_slack: Sequence[str], in_discord: Sequence[str]) -> None:
    """Subscribe channels, those in Discord in two styles."""
    store = await open_store(database_url)
    now = datetime.now(UTC)
    for channel in in_slack:
        await store.subscribe(Channel("slack", "T0CLAUDE", channel), Settings(), "somebody", now)
    for number, channel in enumerate(in_discord):
        settings = Settings(style=(Style.CARD, Style.THREAD)[number % 2])
        await store.subscribe(Channel("discord", GUILD, channel), settings, "somebody", now)
    await store.close()


@dataclass(frozen=True)
class Database:
    """What a PostgreSQL says of the processes that work on it."""

    url: str

    def leads(self) -> dict[str, int]:
        """Return the process number of whoever leads each duty."""
        return {duty: _number(owner) for duty, owner in self._rows("SELECT duty, owner FROM lead")}

    def in_hand(self, number: int) -> set[str]:
        """Return the channels of which the process *number* holds a delivery just now."""
        rows = self._rows(
            "SELECT s.channel, d.lease_owner FROM delivery d JOIN subscription s ON s.id = d.subscription_id"
            " WHERE d.lease_token IS NOT NULL"
        )
        return {channel for channel, owner in rows if _number(owner) == number}

    def _rows(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement).fetchall()


def _number(owner: str) -> int:
    return int(owner.split(":")[1])


def surplus(more: Told, fewer: Told) -> Told:
    """Return what *more* holds beyond *fewer*."""
    return list((Counter(more) - Counter(fewer)).elements())


def _in_slack(one: InSlack) -> tuple[str, ...]:
    return ("reply" if one.thread_ts else "", "echoed" if one.broadcast else "", _timeless(_all(one)))


def _in_discord(one: InDiscord) -> tuple[str, ...]:
    return (str(one.flags), "below" if one.channel not in IN_DISCORD else "", _timeless(words(one)))


def _all(one: InSlack) -> str:
    return json.dumps([one.text, one.blocks], ensure_ascii=False)


def _timeless(text: str) -> str:
    """Return *text* without its numbers and their units: it was seen and sent at other moments."""
    return re.sub(r"(?:\d+(?:[\s\u00a0](?:s|min|h)\b)?[\s\u00a0]?)+", "#", text)
