"""Rights: what somebody may do in a channel, by who they are and by the operator's policy."""

from __future__ import annotations

from enum import StrEnum

from adapters.slack.members import SCOPE, Standing
from adapters.slack.request import Request
from adapters.slack.typed import TAKES
from bot.commands import Caller
from bot.domain.subscription import Style


class Policy(StrEnum):
    """Who may change a channel's alerts (`SETTINGS_POLICY`)."""

    MEMBERS = "members"
    ADMINS = "admins"


LACKS = f"and this app lacks the scope {SCOPE} that would tell who is one"

LEAVING = "Removing this app from the workspace deletes its token at once, and all the rest within a day."
"""Where the workspace installed the app itself. With the operator's one token it would not be true: a token
that the operator changes is no farewell, so nothing is deleted by itself there."""

CONFIGURING = {
    Policy.MEMBERS: frozenset({Standing.MEMBER, Standing.ADMIN, Standing.UNTOLD}),
    Policy.ADMINS: frozenset({Standing.ADMIN}),
}
"""Who may change a channel. Without the scope nobody can be told to be an admin, nor to be a guest."""


def caller(request: Request, standing: Standing, policy: Policy, leaving: str = "") -> Caller:
    """Return who asks, with their rights in the request's channel.

    *leaving* is what removing the app does, empty where nothing is heard of it.
    """
    return Caller(
        channel=request.address,
        user=request.user,
        may_configure=standing in CONFIGURING[policy],
        may_list=standing is Standing.ADMIN,
        default_style=Style.THREAD,
        who_configures=_who_configures(standing, policy),
        who_lists=_who_lists(standing),
        mentions=TAKES,
        announces=True,
        leaving=leaving,
    )


def _who_configures(standing: Standing, policy: Policy) -> str:
    if standing is Standing.STRANGER:
        return "the people of the workspace that installed this app"
    if policy is Policy.ADMINS:
        lacks = f", {LACKS}" if standing is Standing.UNTOLD else ""
        return f"the admins of this workspace{lacks}"
    if standing is Standing.BOT:
        return "the members of this workspace, not its bots"
    if standing is Standing.GUEST:
        return "the full members of this workspace, not its guests"
    return "the members of this workspace"


def _who_lists(standing: Standing) -> str:
    return f"the admins of this workspace{f', {LACKS}' if standing is Standing.UNTOLD else ''}"
