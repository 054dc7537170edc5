"""The scopes: what the app asks to be allowed, and what each is for."""

from __future__ import annotations

from adapters.slack.members import SCOPE

REQUIRED_SCOPES = {
    "commands": "for `/claudestatus`",
    "chat:write": "for every alert",
    "app_mentions:read": "for answers to a mention of the bot",
}
"""https://docs.slack.dev/reference/scopes"""

OPTIONAL_SCOPES = {
    SCOPE: "to know admins (list, privacy, SETTINGS_POLICY=admins) and to refuse guests the settings",
    "chat:write.public": "to alert public channels without an invitation",
}


ASKED_FOR = (*REQUIRED_SCOPES, SCOPE)
"""What an installation asks for, and cannot do without. Without the last one nobody would be known as an
admin, who alone may see and delete what is kept."""
