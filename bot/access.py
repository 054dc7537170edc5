"""What the settings say of how the platforms let us in."""

from __future__ import annotations

from adapters.discord.endpoints import Endpoints
from adapters.discord.opening import Access as DiscordAccess
from adapters.slack.opening import Access as SlackAccess
from bot.settings import Settings


def slack_access(settings: Settings) -> SlackAccess | None:
    """Return how Slack lets us in, None where no workspace is configured."""
    if settings.slack_bot_token is None:
        return None
    app_token, secret = settings.slack_app_token, settings.slack_signing_secret
    return SlackAccess(
        bot_token=settings.slack_bot_token.reveal(),
        app_token=app_token.reveal() if app_token else None,
        signing_secret=secret.reveal() if secret else None,
        api_url=settings.slack_api_url,
        policy=settings.settings_policy.value,
    )


def discord_access(settings: Settings) -> DiscordAccess | None:
    """Return how Discord lets us in, None where there is no bot."""
    if settings.discord_bot_token is None:
        return None
    return DiscordAccess(
        token=settings.discord_bot_token.reveal(),
        endpoints=Endpoints(settings.discord_api_url, settings.discord_gateway_url),
        policy=settings.settings_policy.value,
    )
