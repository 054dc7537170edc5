"""Who asks, from where and with which rights; and what is said back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.message import Message
from bot.domain.subscription import Channel, Style


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who uses a command in *channel*. The adapter decides the rights, the desk enforces them.

    *user* is the platform's id. *may_configure*: this channel's subscription. *may_list*: see those of
    the whole workspace. *who_configures* and *who_lists* say, for a refusal, who may. *asks_with* and
    *configures_with* are what people type before a command, the same on some platforms. *types* is
    False where what stands behind a command has a name (`spelling` has those names) and settings are
    chosen, so that nobody is told to type what cannot be typed. *mentions* says in a few words whom
    `mention=` takes here, empty where it takes nobody. *announces*: the channel is told of a change of
    its subscription, with who made it. *workspace* is what people here call a workspace. *publishes*:
    others can follow this channel, so that it can be set to publish. *unseen* is a sentence for the help
    where the platform may hide commands from somebody who could use them, else empty. *leaving* is a
    sentence about what is deleted when the bot is removed from the workspace, or empty.
    """

    channel: Channel
    user: str
    may_configure: bool = False
    may_list: bool = False
    default_style: Style = Style.THREAD
    asks_with: str = "/claudestatus"
    configures_with: str = "/claudestatus"
    who_configures: str = "the members of this channel"
    who_lists: str = "an admin of this workspace"
    types: bool = True
    mentions: str = ""
    announces: bool = False
    workspace: str = "workspace"
    publishes: bool = False
    unseen: str = ""
    leaving: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller is told.

    *notice* is the record key of what was queued for the channel (the notice of a change, or a test),
    None if nothing was: what becomes of it stands in the delivery of that key. *document* is JSON text
    that is handed to the caller along with the message, None where there is none. *changed*: something
    was written for the channel.
    """

    message: Message
    notice: str | None = None
    document: str | None = None
    changed: bool = False
