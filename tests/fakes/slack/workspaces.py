"""The workspaces a stand-in knows: who is in them, which channels there are, what the app may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REQUIRED = frozenset({"commands", "chat:write", "app_mentions:read"})
OPTIONAL = frozenset({"users:read", "chat:write.public"})


@dataclass(slots=True)
class Conversation:
    """A channel. *bot_in*: whether the bot is a member; *refuses*: the code that every post gets here."""

    id: str
    bot_in: bool = True
    archived: bool = False
    private: bool = False
    refuses: str | None = None


@dataclass(slots=True)
class Member:
    """A person of a workspace, as `users.info` tells of them."""

    id: str
    admin: bool = False
    owner: bool = False
    restricted: bool = False
    ultra_restricted: bool = False
    bot: bool = False
    zone: str = "Europe/Amsterdam"

    def shown(self, team: str) -> dict[str, Any]:
        """Return the `user` object of https://docs.slack.dev/reference/methods/users.info."""
        return {
            "id": self.id,
            "team_id": team,
            "name": self.id.lower(),
            "deleted": False,
            "tz": self.zone,
            "is_admin": self.admin,
            "is_owner": self.owner,
            "is_primary_owner": self.owner,
            "is_restricted": self.restricted,
            "is_ultra_restricted": self.ultra_restricted,
            "is_bot": self.bot,
            "is_app_user": False,
        }


@dataclass(slots=True)
class Workspace:
    """One workspace, as the bot's token there opens it.

    *revoked*: the code that every call gets, None if none. *per_minute*: how many calls of each method
    are taken within a minute of the stand-in's clock, None for any number.
    """

    team_id: str
    token: str
    name: str = "Claude watchers"
    bot_user: str = "U0BOT"
    bot_id: str = "B0BOT"
    app_id: str = "A0CLAUDE"
    scopes: frozenset[str] = REQUIRED | OPTIONAL
    revoked: str | None = None
    per_minute: int | None = None
    channels: dict[str, Conversation] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://{self.team_id.lower()}.slack.com/"

    def add_channel(self, identity: str, **properties: Any) -> Conversation:
        """Make a channel, with the bot in it unless *properties* say otherwise."""
        made = self.channels[identity] = Conversation(identity, **properties)
        return made

    def add_member(self, identity: str, **properties: Any) -> Member:
        """Let somebody join."""
        made = self.members[identity] = Member(identity, **properties)
        return made


def usual_workspaces() -> dict[str, Workspace]:
    """Return the two workspaces that tests start with, by token."""
    home = Workspace("T0CLAUDE", "xoxb-test")
    other = Workspace("T0OTHER", "xoxb-other", name="Other people", bot_user="U0BOT2", bot_id="B0BOT2")
    for workspace in (home, other):
        workspace.add_member(workspace.bot_user, bot=True)
    for identity in ("C0STATUS", "C0OTHER"):
        home.add_channel(identity)
    other.add_channel("C0FAR")
    home.add_member("U0ALICE")
    home.add_member("U0ADMIN", admin=True)
    home.add_member("U0GUEST", restricted=True)
    other.add_member("U0STRANGER")
    return {home.token: home, other.token: other}
