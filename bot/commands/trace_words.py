"""An incident's way into a channel, or past it, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.commands.finding import Cause, Finding, cause
from bot.commands.replies import say
from bot.domain.delivery import Origin, PostKind, Receipt
from bot.domain.message import Block, Line, Listing, Message, Text, When
from bot.domain.record import MarkKind
from bot.domain.settings_words import Names, component_words
from bot.domain.words import cut, duration, impact_word, names

DETAIL_CHARS = 240

CAUSES = {
    Cause.HISTORY: "it was over when I first read the page, so it is history.",
    Cause.UNSUBSCRIBED: "this channel was not subscribed when it was first seen.",
    Cause.MAINTENANCE: "this channel wanted no maintenance then.",
    Cause.BEFORE: "it began before this channel subscribed, and was over when it was first seen.",
    Cause.OLD: "it had been over for more than a day when it was first seen.",
    Cause.UNKNOWN: "the settings changed while it was open, or what held then is not remembered any more.",
}

TROUBLES = {
    "drop": "Refused for good",
    "held": "Waiting since",
    "resend": "The message was gone",
    "unknown": "Waiting, and perhaps sent already; last try",
}
"""What became of an attempt that did not succeed, and was no last word."""


def traced(findings: Sequence[Finding], components: Names, now: datetime) -> Message:
    """Return for each incident whether it was told here, when, and if not why."""
    if not findings:
        return say("No incident is known yet", Line(("So there is nothing to tell or to explain.",)))
    blocks: list[Block] = [_traced_one(one, components, now) for one in findings]
    return say("The last incidents and this channel", *blocks)


def _traced_one(finding: Finding, components: Names, now: datetime) -> Listing:
    record = finding.record
    closed_at = record.closed_at
    state = "open" if closed_at is None else f"over after {duration(closed_at - record.opened_at)}"
    if closed_at is not None and closed_at <= record.opened_at:
        state = "posted after the fact"
    when: Text = (When(record.opened_at), f" · {impact_word(record.highest_impact)} · {state}")
    if finding.delivery is None:
        lines: list[Text] = [(f"Not told: {_why_not(finding, components)}",)]
    else:
        lines = _told(finding, now)
    return Listing((when, *lines), heading=record.incident.name)


def _why_not(finding: Finding, components: Names) -> str:
    why, settings, record = cause(finding), finding.settings, finding.record
    if why is Cause.IMPACT and settings:
        least = impact_word(settings.least_impact)
        return f"{impact_word(record.highest_impact)} is below the least that was told then, {least}."
    if why is Cause.COMPONENTS and settings:
        named = [one.name for one in (*record.affected, *record.also) if one.id in record.component_ids]
        return f"it affects {names(named)}; followed then: {component_words(settings, components)}."
    return CAUSES[why]


def _told(finding: Finding, now: datetime) -> list[Text]:
    lines = [_shown_line(finding.shown, late=_is_late(finding))] if finding.shown else []
    if finding.given_up:
        lines.append((f"Refused for good, and not tried again: {_counted(finding.given_up, 'post')}.",))
    if trouble := _trouble_line(finding):
        lines.append(trouble)
    if rest := _rest_line(finding, now):
        lines.append(rest)
    return lines or [("Due, and waiting for its turn.",)]


def _is_late(finding: Finding) -> bool:
    return finding.delivery is not None and finding.delivery.origin is Origin.LATE


def _shown_line(shown: Sequence[Receipt], *, late: bool) -> Text:
    first = shown[0]
    loud = "loud" if MarkKind.START in first.loud else "silently"
    why = ", as it was open when this channel subscribed" if late else ""
    line: list[str | When] = ["Told ", When(first.sent_at), f", {loud}{why}"]
    kinds = Counter(one.kind for one in shown[1:])
    if kinds[PostKind.REPLY]:
        line.append(f" · {_counted(kinds[PostKind.REPLY], 'reply')}")
    others = len(shown) - 1 - kinds[PostKind.REPLY]
    if others:
        line.append(f" · {_counted(others, 'more post')}")
    edited_at = max((one.edited_at for one in shown if one.edited_at), default=None)
    if edited_at:
        line += [" · last edited ", When(edited_at)]
    return tuple(line)


def _counted(count: int, word: str) -> str:
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"one {word}" if count == 1 else f"{count} {plural}"


def _trouble_line(finding: Finding) -> Text | None:
    trouble = finding.trouble
    if trouble is None:
        return None
    words = TROUBLES.get(trouble.outcome, "Waiting; last try")
    if finding.delivery and finding.delivery.conclusion:
        words = "Last try"
    return (f"{words} ", When(trouble.at), f": {cut(trouble.detail, DETAIL_CHARS)}")


def _rest_line(finding: Finding, now: datetime) -> Text | None:
    """Return what keeps more from being sent, None if nothing does."""
    delivery, mute = finding.delivery, finding.subscription.mute
    if delivery is None:
        return None
    if delivery.muted is not None:
        return ("Muted here ", When(delivery.muted), " until it is over.")
    if delivery.conclusion == "muted" and mute and mute.covers(now):
        return ("Held back: this channel is muted until ", When(mute.until), ".")
    if delivery.conclusion is None:
        return None
    return (f"{'No more is sent' if finding.shown else 'Not sent'}: {delivery.conclusion}.",)
