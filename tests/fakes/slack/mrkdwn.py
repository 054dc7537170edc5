"""A small reader of Slack's mrkdwn that believes the worst: whatever any client might take for markup.

It shares nothing with what it judges. https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_OUTER = re.compile(r"<([^>]+)>")
_INNER = re.compile(r"<([^<>]+)>")
_BARE_URL = re.compile(r"(?i)(?:https?|ftp|slack|mailto|tel|file|javascript):/{0,2}[^\s<>|]+")
_BROADCASTS = ("here", "channel", "everyone", "group")
_KINDS = {"@": "user", "#": "channel"}

_STYLES = {
    "bold": re.compile(r"(?<!\w)\*(?=\S)[^*\n]*?(?<=\S)\*(?!\w)"),
    "italic": re.compile(r"(?<!\w)_(?=\S)[^_\n]*?(?<=\S)_(?!\w)"),
    "strike": re.compile(r"(?<!\w)~(?=\S)[^~\n]*?(?<=\S)~(?!\w)"),
    "code": re.compile(r"`[^`\n]+`"),
    "fence": re.compile(r"```"),
    "quote": re.compile(r"(?m)^[ \t]*(?:>|&gt;)"),
}


def mrkdwn_tokens(text: str, *, verbatim: bool = False) -> list[str]:
    """Return what *text* makes a client do: `user U1`, `channel C1`, `group S1`, `broadcast here`,
    `date 0`, `link https://…`, `command x`.

    Bare addresses count as links unless *verbatim* (the text object's own switch, or `parse: none`).
    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    inside = [match.group(1) for pattern in (_OUTER, _INNER) for match in pattern.finditer(text)]
    found = [_token(one) for one in inside]
    if not verbatim:
        bare = _OUTER.sub(" ", text)
        found += [f"link {match.group(0)}" for match in _BARE_URL.finditer(_decoded(bare))]
    return list(dict.fromkeys(found))


def mrkdwn_styles(text: str) -> list[str]:
    """Return the formatting that *text* has outside its tokens: `bold *x*`, `quote >`."""
    words = _INNER.sub("token", text)
    return [f"{name} {match.group(0)}" for name, one in _STYLES.items() for match in one.finditer(words)]


def mrkdwn_words(text: str) -> str:
    """Return what a reader sees of *text* whose tokens are shown by their labels; entities decoded once."""
    return _decoded(_INNER.sub(lambda match: match.group(1).partition("|")[2], text))


def loose_characters(text: str) -> list[str]:
    """Return the `&`, `<` and `>` of *text* that are neither escaped nor part of a token."""
    rest = _INNER.sub("", text)
    return [match.group(0) for match in re.finditer(r"[<>]|&(?!amp;|lt;|gt;)", rest)]


def _decoded(text: str) -> str:
    return re.sub("&(amp|lt|gt);", lambda match: {"amp": "&", "lt": "<", "gt": ">"}[match.group(1)], text)


def _token(inside: str) -> str:
    target = inside.partition("|")[0]
    if target[:1] in _KINDS:
        return f"{_KINDS[target[0]]} {target[1:]}"
    if not target.startswith("!"):
        return f"link {target}"
    command, _, rest = target[1:].partition("^")
    if command in _BROADCASTS:
        return f"broadcast {command}"
    if command == "subteam":
        return f"group {rest}"
    if command == "date":
        return f"date {rest.partition('^')[0]}"
    return f"command {command}"
