"""The list of a full server: every channel that takes a place is in it, however much each one chose."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.subscription import MOST_SUBSCRIPTIONS, Channel, Mention, Settings
from tests.discord.world import World
from tests.factories import API, CHAT
from tests.fakes.discord.places import GUILD, MENTIONABLE


async def test_a_full_server_is_listed_whole(talk: World) -> None:
    chosen = Settings(
        components=frozenset({CHAT[0], API[0]}),
        least_impact="major",
        maintenance=False,
        mention=Mention(MENTIONABLE, "critical"),
        reminder=timedelta(hours=2),
    )
    ids = [f"3000000000000{number:05}" for number in range(MOST_SUBSCRIPTIONS)]
    for one in ids:
        assert await talk.store.subscribe(Channel("discord", GUILD, one), chosen, "ann", talk.clock.now())
    heard = await talk.people.types("claudealerts list")
    assert "50 channels are subscribed here" in heard.text
    assert [one for one in ids if f"<#{one}>" not in heard.text] == []
    refused = await talk.people.types("claudealerts subscribe")
    assert "50 channels of this server are subscribed, and no more can be" in refused.text
    assert "/claudealerts list" in refused.text
