"""What people type in Slack: its escapes turned into plain words, its mentions into ids."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.commands import ChangeSettings, Command, Misunderstood, Subscribe, parse
from bot.commands.changes import OFF
from bot.commands.problems import shown

TOKEN = re.compile(r"<([^<>]*)>")
"""https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages"""

GROUP = re.compile(r"S(?=[A-Z0-9]*[0-9])[A-Z0-9]{2,30}")
"""The id of a user group; handles are in lower case: https://docs.slack.dev/reference/objects/usergroup-object"""

PERSON = re.compile(r"[UW](?=[A-Z0-9]*[0-9])[A-Z0-9]{2,30}")

WORDS = frozenset({"here", "channel"})
"""Words that call a channel. `everyone` calls the whole workspace, and is not for alerts."""

TAKES = "a user group (type @ and choose it), @here, @channel or nobody"


def plain_words(text: str) -> str:
    """Return *text* with `<#C1|general>` as #general, a link as its label, a user group as its id."""
    words = TOKEN.sub(_token, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _token(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if target.startswith("!subteam^"):
        return target.removeprefix("!subteam^")
    if target.startswith("!"):
        return f"@{target[1:].partition('^')[0]}"
    if target.startswith("@"):
        return target
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    return label or target.removeprefix("mailto:")


def understand(text: str) -> Command:
    """Return the command in *text*, as Slack hands it over with its escapes."""
    return for_slack(parse(plain_words(text)))


def for_slack(command: Command) -> Command:
    """Return *command* with whom it mentions as Slack's own id or word; what Slack cannot call is refused."""
    if not isinstance(command, Subscribe | ChangeSettings):
        return command
    target = command.changes.mention
    if target is None or target is OFF:
        return command
    known = mention_target(target)
    if known is None:
        verb = "subscribe" if isinstance(command, Subscribe) else "settings"
        return Misunderstood(target, no_mention(target), f"{verb} mention=@here")
    return replace(command, changes=replace(command.changes, mention=known))


def mention_target(text: str) -> str | None:
    """Return the id or word by which Slack calls *text*, None where it is neither."""
    bare = text.strip().lstrip("@").rstrip(".,;:!?")
    if bare.casefold() in WORDS:
        return bare.casefold()
    return bare if GROUP.fullmatch(bare) else None


def no_mention(text: str) -> str:
    """Return why *text* cannot be mentioned, and what can."""
    bare = text.strip().lstrip("@")
    if PERSON.fullmatch(bare):
        return f"Alerts call no single person. What can be mentioned: {TAKES}."
    return f"{shown(text)} is nobody whom alerts can call. What can be mentioned: {TAKES}."
