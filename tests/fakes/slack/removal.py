"""Removals as Slack makes them: a token that opens nothing, a bot out of its channels, and two events.

https://docs.slack.dev/reference/events/app_uninstalled,
https://docs.slack.dev/reference/events/tokens_revoked,
https://docs.slack.dev/reference/methods/auth.revoke
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack.ledger import Json
from tests.fakes.slack.workspaces import Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.standin import SlackStandIn


def uninstall(slack: SlackStandIn, workspace: Workspace, code: str = "token_revoked") -> list[Json]:
    """Remove the app from *workspace*: its token gets *code* from now on.

    Returns the events that Slack sends, in the order of its documentation, which is not promised.
    """
    revoke(slack, workspace, code)
    return [uninstalled_event(slack, workspace), revoked_event(slack, workspace)]


def revoke(slack: SlackStandIn, workspace: Workspace, code: str = "token_revoked") -> None:
    """Make the token of *workspace* worthless; its bot is in no channel any more."""
    slack.dead[workspace.token] = code
    for channel in workspace.channels.values():
        channel.bot_in = False


def uninstalled_event(slack: SlackStandIn, workspace: Workspace) -> Json:
    """Return an `app_uninstalled` of this moment."""
    return _event(slack, workspace, {"type": "app_uninstalled"})


def revoked_event(
    slack: SlackStandIn, workspace: Workspace, *, bot: bool = True, people: tuple[str, ...] = ()
) -> Json:
    """Return a `tokens_revoked` of this moment, for the token of the *bot* or those of *people*."""
    tokens = {"oauth": list(people), "bot": [workspace.bot_user] if bot else []}
    return _event(slack, workspace, {"type": "tokens_revoked", "tokens": tokens})


def _event(slack: SlackStandIn, workspace: Workspace, event: Json) -> Json:
    return {
        "token": "none",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": slack.fresh("Ev"),
        "event_time": int(slack.clock.now().timestamp()),
    }
