"""App Home: the present answer, and the subscriptions this person may see.

https://docs.slack.dev/surfaces/app-home
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack import words
from adapters.slack.answers import Answers
from adapters.slack.blocks import blocks_of
from adapters.slack.inputs import plain
from adapters.slack.request import Request
from adapters.slack.seal import Seal
from adapters.slack.text import cut, mrkdwn
from adapters.slack.web_api import WebApi
from bot.commands import Ask, Caller
from bot.domain.message import Named, NamedKind, Strong, Text, When
from bot.domain.naming import short_names
from bot.domain.sendable import cut_plain
from bot.domain.settings_words import summary
from bot.domain.subscription import State, Subscription
from bot.failures import kind_and_place
from bot.ports import Clock, Refused, Store

log = logging.getLogger(__name__)

Json = dict[str, Any]

MOST_BLOCKS = 100
"""https://docs.slack.dev/reference/views/home-tab-views"""

MOST_LISTED = 50

SECTION_UNITS = 3000
"""https://docs.slack.dev/reference/block-kit/blocks/section-block"""

SUMMARY_UNITS = 500

REFRESH = "refresh_home"
SETTINGS_OF = "settings_of"
"""Actions of this view alone: their buttons stand in no channel."""


class Home:
    """Composes and publishes what one person sees under the app's name."""

    def __init__(self, answers: Answers, store: Store, clock: Clock, api: WebApi, seal: Seal) -> None:
        self._answers = answers
        self._store = store
        self._clock = clock
        self._api = api
        self._seal = seal

    async def publish(self, request: Request) -> None:
        """Show the person of *request* how things are now; Slack's refusal is logged."""
        view = {"type": "home", "blocks": await self._blocks(request)}
        try:
            await self._api.call(request.workspace, "views.publish", {"user_id": request.user, "view": view})
        except Refused as refusal:
            log.warning("App Home was not published code=%s", refusal.code)

    async def channel_of(self, value: str, request: Request) -> str | None:
        """Return the channel that a button of this view stands for, None where the person may not see it."""
        sealed = self._seal.open(request.workspace, request.user, value)
        channel = (sealed or {}).get("channel")
        visible = {one.channel.id for one in await self._visible(request)} if channel else set()
        return channel if channel in visible else None

    async def _blocks(self, request: Request) -> list[Json]:
        answer = (await self._answers.reply(Ask(), request)).message
        try:
            listed = await self._listed(request)
        except Exception as error:  # noqa: BLE001  whatever it is, people get an answer
            log.error("App Home lacks its subscriptions (%s)", kind_and_place(error))
            listed = [_section(words.NO_LIST)]
        top = blocks_of(replace(answer, buttons=()))
        return [*top, _refresh(), {"type": "divider"}, *listed][:MOST_BLOCKS]

    async def _listed(self, request: Request) -> list[Json]:
        visible = await self._visible(request)
        if not visible:
            return [_section((Strong("Your alerts"), "\nNone yet. ", *_how_to_begin()))]
        components = short_names(await self._store.known())
        lines = [
            self._line(one, (_about(one, components), *self._hindrances(one)), request)
            for one in visible[:MOST_LISTED]
        ]
        more = len(visible) - MOST_LISTED
        rest = [_section((f"and {more} more: ", Strong("/claudestatus list")))] if more > 0 else []
        return [_section((Strong("Your alerts"), "\n", *_how_to_begin())), *lines, *rest]

    async def _visible(self, request: Request) -> list[Subscription]:
        """Return what this person subscribed, or everything where Slack says that they are an admin."""
        who: Caller | None = await self._answers.caller(request)
        found = await self._store.subscriptions(request.address.platform, request.workspace)
        if who is not None and who.may_list:
            return found
        return [one for one in found if one.created_by == request.user]

    def _line(self, subscription: Subscription, lines: tuple[Text, ...], request: Request) -> Json:
        channel = subscription.channel.id
        value = self._seal.close(request.workspace, request.user, {"channel": channel})
        button = {"type": "button", "text": plain("Settings"), "action_id": SETTINGS_OF, "value": value}
        text: Text = tuple(part for line in lines for part in (*line, "\n"))
        return {**_section(text[:-1]), "accessory": button}

    def _hindrances(self, subscription: Subscription) -> list[Text]:
        """Return what keeps alerts from coming, with its cure."""
        lines: list[Text] = []
        if subscription.state is State.PAUSED:
            reason = subscription.pause_reason or "Slack refused our messages."
            again = "It is tried again by itself now and then; at once, after "
            lines += [
                (Strong("Paused"), f": {reason}"),
                (again, Strong("/claudestatus subscribe"), " there."),
            ]
        if subscription.mute and subscription.mute.covers(self._clock.now()):
            lines.append((Strong("Muted"), " until ", When(subscription.mute.until), "."))
        return lines


def _about(subscription: Subscription, components: Mapping[str, str]) -> Text:
    """Return what the channel is told, short enough to leave room for what stands in the way."""
    told = cut_plain(summary(subscription.settings, components), SUMMARY_UNITS)
    return (Named(NamedKind.CHANNEL, subscription.channel.id), f": {told}")


def _how_to_begin() -> Text:
    return ("To alert a channel, type ", Strong("/claudestatus subscribe"), " in it.")


def _refresh() -> Json:
    button = {"type": "button", "text": plain("Refresh"), "action_id": REFRESH}
    return {"type": "actions", "elements": [button]}


def _section(text: Text) -> Json:
    words = cut(mrkdwn(text, private=True), SECTION_UNITS)
    return {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}
