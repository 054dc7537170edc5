"""Everything that is kept of a workspace as one JSON document, for its admins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.domain.kept import Kept, KeptInstallation, KeptSubscription, KeptVersion
from bot.domain.subscription import Settings

Json = dict[str, Any]

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of a document: below what the platforms take of a file."""

BRACKETS_BYTES: Final = 10
"""Of one in a list: the comma, the end of its line, and a list in it that is no longer empty."""

CHANNEL_DEPTH: Final = 2
CHANGE_DEPTH: Final = 4

CHANGES: Final = "changes"
LEFT_OUT: Final = "changes_left_out"
"""The names of a channel's changes, oldest first, and of how many older ones are not among them."""

CHANNELS_LEFT_OUT: Final = "channels_left_out"


def document(
    platform: str, workspace: str, kept: Kept, now: datetime, *, most_bytes: int = MOST_BYTES
) -> str:
    """Return *kept* as JSON; moments are in UTC, lengths in seconds, what is not set is null.

    What would make it larger than *most_bytes* is left out, the oldest changes first, and then channels
    from the end; how much that is stands in it.
    """
    whole: Json = {
        "platform": platform,
        "workspace": workspace,
        "exported_at": _moment(now),
        "removed_at": _moment(kept.departed_at),
        "installation": kept.installation and _installation(kept.installation),
        "channels": [],
    }
    room = most_bytes - len(_text({**whole, CHANNELS_LEFT_OUT: kept.tally.channels}))
    channels = _fitting([_channel(one) for one in kept.channels], room)
    room -= sum(_size(one, CHANNEL_DEPTH) for one in channels)
    _add_changes(channels, kept.channels, room)
    left_out = kept.tally.channels - len(channels)
    rest = {CHANNELS_LEFT_OUT: left_out} if left_out else {}
    return _text({**whole, "channels": channels, **rest})


def _fitting(channels: Sequence[Json], room: int) -> list[Json]:
    """Return the first of *channels*, as many as fit into *room* bytes."""
    fitting = []
    for one in channels:
        room -= _size(one, CHANNEL_DEPTH)
        if room < 0:
            break
        fitting.append(one)
    return fitting


def _add_changes(channels: Sequence[Json], kept: Sequence[KeptSubscription], room: int) -> None:
    """Give *channels* their changes, the newest of all first, as far as there is *room* for them."""
    changes = [
        (version.at, number, place, version)
        for place, one in enumerate(kept[: len(channels)])
        for number, version in enumerate(one.versions)
    ]
    for _, _, place, version in sorted(changes, key=lambda one: one[:3], reverse=True):
        change = _change(version)
        room -= _size(change, CHANGE_DEPTH)
        if room < 0:
            break
        channels[place][CHANGES].append(change)
        channels[place][LEFT_OUT] -= 1
    for one in channels:
        one[CHANGES].reverse()


def _size(value: Json, depth: int) -> int:
    """Return how many bytes *value* takes at most in a list so many levels below the top."""
    text = _text(value)
    return len(text) + depth * (text.count("\n") + 1) + BRACKETS_BYTES


def _text(value: Json) -> str:
    """Return *value* as JSON in ASCII, every control in it escaped, and on many short lines."""
    return json.dumps(value, indent=1)


def _installation(one: KeptInstallation) -> Json:
    return {
        "scopes": list(one.scopes),
        "installed_by": one.installed_by or None,
        "installed_at": _moment(one.installed_at),
    }


def _channel(kept: KeptSubscription) -> Json:
    one = kept.subscription
    mute = one.mute and {"began": _moment(one.mute.began), "until": _moment(one.mute.until)}
    return {
        "channel": one.channel.id,
        "state": one.state.value,
        "since": _moment(one.since),
        "created_by": one.created_by,
        "settings": _settings(one.settings),
        "mute": mute,
        "pause_reason": one.pause_reason,
        "deliveries": {
            "count": kept.deliveries,
            "first_at": _moment(kept.first_at),
            "last_at": _moment(kept.last_at),
            "messages": kept.messages,
        },
        CHANGES: [],
        LEFT_OUT: kept.changes,
    }


def _change(version: KeptVersion) -> Json:
    return {
        "at": _moment(version.at),
        "actor": version.actor,
        "action": version.action,
        "settings": _settings(version.settings) if version.settings else None,
    }


def _settings(settings: Settings) -> Json:
    mention, quiet, reminder = settings.mention, settings.quiet_hours, settings.reminder
    hours = quiet and {
        "start": f"{quiet.start:%H:%M}",
        "end": f"{quiet.end:%H:%M}",
        "zone": quiet.zone,
        "critical_breaks": quiet.critical_breaks,
    }
    return {
        "components": sorted(settings.components),
        "least_impact": settings.least_impact,
        "maintenance": settings.maintenance,
        "style": settings.style.value,
        "mention": mention and {"target": mention.target, "least_impact": mention.least_impact},
        "quiet_hours": hours,
        "echo": settings.echo,
        "reminder": reminder and int(reminder.total_seconds()),
        "publish": settings.publish,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
