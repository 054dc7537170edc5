"""The English for the page's words, for durations and for lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.message import Tone
from bot.domain.status import REMOVED, Kind

STATUS_WORDS = {
    "investigating": "Investigating",
    "identified": "Identified",
    "monitoring": "Monitoring",
    "resolved": "Resolved",
    "postmortem": "Post-mortem",
    "scheduled": "Scheduled",
    "in_progress": "In progress",
    "verifying": "Verifying",
    "completed": "Completed",
}

COMPONENT_WORDS = {
    "operational": "Operational",
    "degraded_performance": "Degraded performance",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "under_maintenance": "Under maintenance",
    REMOVED: "No longer listed",
}

COMPONENT_EMOJI = {
    "operational": "🟢",
    "degraded_performance": "🟡",
    "partial_outage": "🟠",
    "major_outage": "🔴",
    "under_maintenance": "🔵",
    REMOVED: "⚪",
}

IMPACT_WORDS = {
    "none": "no impact",
    "minor": "minor impact",
    "major": "major impact",
    "critical": "critical impact",
    "maintenance": "maintenance",
}

IMPACT_TONES = {"none": Tone.BLUE, "minor": Tone.AMBER, "major": Tone.RED, "critical": Tone.RED}

UNKNOWN_EMOJI = "🟣"
"""For a word of the page we do not know: neither good nor bad, and not the white of our own blindness."""


def status_word(status: str) -> str:
    """Return the word for an incident's status; an unknown one as the page wrote it."""
    return STATUS_WORDS.get(status) or verbatim(status)


def component_word(status: str) -> str:
    return COMPONENT_WORDS.get(status) or verbatim(status)


def component_emoji(status: str) -> str:
    return COMPONENT_EMOJI.get(status, UNKNOWN_EMOJI)


def impact_word(impact: str) -> str:
    return IMPACT_WORDS.get(impact) or f"impact “{verbatim(impact)}”"


def impact_words(present: str, highest: str) -> str:
    """Return an impact, with the higher one it once was."""
    if present == highest:
        return impact_word(present)
    return f"{impact_word(present)} (was {impact_word(highest)})"


def kind_word(kind: Kind) -> str:
    return "Maintenance" if kind is Kind.MAINTENANCE else "Incident"


def verbatim(word: str) -> str:
    """Return a word of the page that we do not know, readable."""
    return word.replace("_", " ").strip() or "unknown"


def duration(length: timedelta) -> str:
    """Return a length of time in its two largest units: `41 s`, `12 min`, `1 h 4 min`, `18 d 3 h`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return _two(hours, "h", minutes % 60, "min")
    return _two(days, "d", hours % 24, "h")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def names(items: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def some(items: Sequence[str], limit: int) -> str:
    """Return like `names`, but of more than *limit* items only the first and how many more there are."""
    if len(items) <= limit:
        return names(items)
    return names([*items[: limit - 1], f"{len(items) - limit + 1} more"])


def cut(text: str, limit: int) -> str:
    """Return *text* in at most *limit* characters, cut on a word and marked with `…`."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1].rstrip()
    word = head.rsplit(maxsplit=1)[0] if head else head
    return (word if len(word) >= limit // 2 else head).rstrip() + "…"
