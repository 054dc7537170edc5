"""The shapes of rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.shapes import DOCS, Check, Shape, choice, flag, many, number, of, string, tagged, url

_URL = f"{DOCS}/block-elements"
_DATE_TOKENS = (
    "day_divider_pretty|date_num|date_slash|date_long|date_long_full|date_long_pretty|date|date_pretty|"
    "date_short|date_short_pretty|time|time_secs|ago"
)
"""https://docs.slack.dev/reference/block-kit/block-elements/date-element"""

_WORDS = ("bold", "italic", "strike", "underline")
_NAMED = ("bold", "italic", "strike", "highlight", "client_highlight", "unlink")


def _style(*names: str) -> Check:
    return of(Shape(f"{DOCS}/blocks/rich-text-block", set(), dict.fromkeys(names, flag)))


def _named(page: str, key: str, form: str) -> Shape:
    return Shape(f"{_URL}/{page}", {key}, {key: string(form=form), "style": _style(*_NAMED)})


TEXT = Shape(f"{_URL}/text-element", {"text"}, {"text": string(), "style": _style(*_WORDS, "code")})
LINK = Shape(
    f"{_URL}/link-element",
    {"url"},
    {"url": url(), "text": string(), "unsafe": flag, "style": _style(*_WORDS, "code")},
)
INLINE = {
    "text": TEXT,
    "link": LINK,
    "user": _named("user-element", "user_id", "[UW][A-Z0-9]+"),
    "usergroup": _named("user-group-element", "usergroup_id", "S[A-Z0-9]+"),
    "channel": _named("channel-element", "channel_id", "[CDG][A-Z0-9]+"),
    "broadcast": Shape(
        f"{_URL}/broadcast-element",
        {"range"},
        {"range": choice("here", "channel", "everyone"), "style": _style(*_NAMED)},
    ),
    "emoji": Shape(
        f"{_URL}/emoji-element", {"name"}, {"name": string(form="[a-z0-9_+'-]+"), "unicode": string()}
    ),
    "date": Shape(
        f"{_URL}/date-element",
        {"timestamp", "format"},
        {
            "timestamp": number(-(2**53), 2**53),
            "format": string(form=rf"([^{{}}]|\{{({_DATE_TOKENS})\}})*"),
            "url": url(),
            "fallback": string(),
            "timezone": string(),
            "style": _style(*_WORDS),
        },
    ),
}
_RUN = many(tagged(INLINE), 1, 1000)
_SECTION = Shape(f"{_URL}/rich-text-section-element", {"elements"}, {"elements": _RUN})


def _whole(value: Any, pointer: str) -> list[str]:
    return number(0, 1000)(value, pointer)


RICH_TEXT = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Shape(
        f"{_URL}/rich-text-quote-element", {"elements"}, {"elements": _RUN, "border": choice(0, 1)}
    ),
    "rich_text_list": Shape(
        f"{_URL}/rich-text-list-element",
        {"style", "elements"},
        {
            "style": choice("bullet", "ordered"),
            "elements": many(tagged({"rich_text_section": _SECTION}), 1, 1000),
            "indent": number(0, 8),
            "offset": _whole,
            "border": choice(0, 1),
        },
    ),
    "rich_text_preformatted": Shape(
        f"{_URL}/rich-text-preformatted-element",
        {"elements"},
        {"elements": many(tagged({"text": TEXT, "link": LINK}), 1, 1000), "border": choice(0, 1)},
    ),
}
