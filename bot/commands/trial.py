"""The test alert: an incident of our own for one channel, which goes the way every alert goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from bot.commands import replies, trial_words
from bot.commands.caller import Caller, Reply
from bot.commands.context import Context
from bot.domain.naming import short_names
from bot.domain.record import Affected, ComponentState, Known, Mark, MarkKind, Record, Tier
from bot.domain.scene import LOUD_ONCE_IN
from bot.domain.status import Incident, Update, impact_rank
from bot.domain.subscription import Channel, Settings

STATUS = "test"

AGAIN_AFTER = timedelta(seconds=10)
"""How long a channel waits for its next test. One that comes before `LOUD_ONCE_IN` calls nobody."""


async def try_out(context: Context, caller: Caller) -> Reply:
    """Queue a test alert for the caller's channel, and say what will be seen of it."""
    subscription, now = await context.subscription(caller.channel), context.now
    if subscription is None:
        return Reply(replies.not_subscribed(caller))
    last = await context.store.last_test(caller.channel)
    if last is not None and now - last < AGAIN_AFTER:
        return Reply(trial_words.too_soon(now - last, AGAIN_AFTER))
    recent = last if last is not None and now - last < LOUD_ONCE_IN else None
    known = await context.store.known()
    record = test_record(caller.channel, subscription.settings, known, now, calls=recent is None)
    if not await context.store.test(caller.channel, record, now, last=last):
        return await try_out(context, caller)  # somebody else was quicker: with another test, or the end
    impact = record.highest_impact
    quiet = _is_silenced(subscription.settings, impact, now)
    words = trial_words.queued(caller, subscription, impact, now, quiet=quiet, recent=recent)
    return Reply(words, notice=record.key, changed=True)


def test_record(channel: Channel, settings: Settings, known: Known, now: datetime, *, calls: bool) -> Record:
    """Return a closed incident that *settings* let through, bad enough for the channel's mention.

    Unless it *calls*, it has no start that could be said loudly.
    """
    key = test_key(channel, now)
    update = Update(f"{key}-1", STATUS, trial_words.body(settings, short_names(known)), now)
    impact = _impact(settings)
    incident = Incident(
        id=key,
        name=trial_words.NAME,
        status=STATUS,
        impact=impact,
        created_at=now,
        resolved_at=now,
        updates=(update,),
    )
    return Record(
        key=key,
        tier=Tier.TEST,
        official_id=None,
        incident=incident,
        first_seen_at=now,
        highest_impact=impact,
        affected=tuple(_unharmed(one, known.components) for one in sorted(settings.components)),
        marks=(Mark("start", MarkKind.START, now, now),) if calls else (),
        seen=((update.id, now),),
    )


def test_key(channel: Channel, now: datetime) -> str:
    """Return a key of letters, digits and `-` that no other test has."""
    place = "\x1f".join((channel.platform, channel.workspace, channel.id))
    digest = blake2b(place.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    return f"test-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{digest}"


def _impact(settings: Settings) -> str:
    """Return the least impact that passes the filter and calls whom the channel mentions; major or worse."""
    mentioned_from = settings.mention.least_impact if settings.mention else "none"
    return max("major", settings.least_impact, mentioned_from, key=impact_rank)


def _unharmed(component_id: str, components: Mapping[str, ComponentState]) -> Affected:
    """Return a chosen component as the test names it: no word about it is true, so none is said."""
    state = components.get(component_id)
    name = state.component.name if state else component_id
    return Affected(component_id, name, "operational", "operational")


def _is_silenced(settings: Settings, impact: str, now: datetime) -> bool:
    quiet = settings.quiet_hours
    if quiet is None or not quiet.cover(now):
        return False
    return not (quiet.critical_breaks and impact == "critical")
