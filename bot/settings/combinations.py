"""Which settings need which others, and names that are almost those of a setting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from bot.settings.model import SECRETS, VARIABLES
from bot.settings.problems import Problem

OUR_PREFIXES = ("SLACK_", "DISCORD_")
"""Only unknown variables that begin like this are looked at: the others may be anybody's."""

ALIKE = 0.8
"""From here on names count as alike: SLACK_TOKEN and SLACK_BOT_TOKEN are at 0.85."""

_FOR_MANY_WORKSPACES = {
    "SLACK_CLIENT_ID": "copy it from Basic Information of your app at https://api.slack.com/apps",
    "SLACK_CLIENT_SECRET": "copy it from Basic Information of your app at https://api.slack.com/apps",
    "SLACK_SIGNING_SECRET": "copy it from Basic Information of your app at https://api.slack.com/apps",
    "PORT": "set the port to listen on, as in PORT=8080",
    "PUBLIC_URL": "set the address under which Slack reaches PORT, as in https://bot.example.com",
    "TOKEN_ENCRYPTION_KEY": "set a key for the tokens of the workspaces, as .env.example explains",
}


def missing(given: Collection[str], *, serves: bool) -> Iterator[Problem]:
    """Yield what the variables *given* (right or wrong) lack.

    *serves* is False for a program that opens no port: on Heroku only `web` processes are given PORT,
    https://devcenter.heroku.com/articles/dyno-startup-behavior.
    """
    present = frozenset(given) if serves else frozenset({*given, "PORT"})
    if present & {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"}:
        yield from _missing_for_many_workspaces(present)
    else:
        yield from _missing_for_one_workspace(present)


def _missing_for_many_workspaces(present: frozenset[str]) -> Iterator[Problem]:
    for name, cure in _FOR_MANY_WORKSPACES.items():
        if name not in present:
            yield Problem(name, "is not set, but serving many Slack workspaces needs it", cure)
    if "SLACK_BOT_TOKEN" in present:
        cure = (
            "remove it, each workspace gets a token when it installs the app; or remove SLACK_CLIENT_ID and"
        )
        cure += " SLACK_CLIENT_SECRET to serve one workspace"
        yield Problem("SLACK_BOT_TOKEN", "is of one workspace, and SLACK_CLIENT_ID serves many", cure)


def _missing_for_one_workspace(present: frozenset[str]) -> Iterator[Problem]:
    ways_in = present & {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}
    if "SLACK_BOT_TOKEN" in present and not ways_in:
        cure = "set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET and PORT (HTTP), as well"
        yield Problem("SLACK_BOT_TOKEN", "is set, but commands from Slack have no way in", cure)
    if ways_in and "SLACK_BOT_TOKEN" not in present:
        cure = "copy it from OAuth & Permissions of your app at https://api.slack.com/apps"
        yield Problem("SLACK_BOT_TOKEN", f"is not set, but {min(ways_in)} needs it", cure)
    if ways_in == {"SLACK_SIGNING_SECRET"} and "PORT" not in present:
        cure = "set the port to listen on, or set SLACK_APP_TOKEN to do without one (Socket Mode)"
        yield Problem("PORT", "is not set, but SLACK_SIGNING_SECRET (HTTP) needs it", cure)


def near_misses(names: Iterable[str], given: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each of *names* that is almost a variable which is not among *given*.

    If it is, the other one belongs to some other program.
    """
    known = {*VARIABLES, *(f"{name}_FILE" for name in SECRETS)}
    meant = [name for name in VARIABLES if name.startswith(OUR_PREFIXES) and not name.endswith("_URL")]
    ours = (name for name in names if name.upper().startswith(OUR_PREFIXES) and name not in known)
    for name in sorted(ours):
        if not (name.isascii() and name.isidentifier()):
            continue  # no shell can set it, and it could not be printed as it is
        alike = get_close_matches(name.upper(), meant, n=2, cutoff=ALIKE)
        if alike and alike[0] not in given:
            absent = " or ".join(one for one in alike if one not in given)
            yield Problem(name, "is not a variable of this bot", f"did you mean {absent}?")
