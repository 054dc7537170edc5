"""What the settings say of how the platforms let us in."""

from __future__ import annotations

from adapters.discord.endpoints import Endpoints
from adapters.discord.opening import Access as DiscordAccess
from adapters.slack.oauth import OAuthAccess
from adapters.slack.opening import Access as SlackAccess
from bot.settings import Settings


def slack_access(settings: Settings) -> SlackAccess | None:
    """Return how Slack lets us in, None where it is not configured."""
    if not settings.slack:
        return None
    bot_token, app_token = settings.slack_bot_token, settings.slack_app_token
    secret = settings.slack_signing_secret
    return SlackAccess(
        bot_token=bot_token.reveal() if bot_token else None,
        app_token=app_token.reveal() if app_token else None,
        signing_secret=secret.reveal() if secret else None,
        api_url=settings.slack_api_url,
        policy=settings.settings_policy.value,
        oauth=_oauth(settings),
    )


def _oauth(settings: Settings) -> OAuthAccess | None:
    """Return how many workspaces let us in, None where it is one."""
    secret, public_url = settings.slack_client_secret, settings.public_url
    if settings.slack_client_id is None or secret is None or public_url is None:
        return None
    return OAuthAccess(settings.slack_client_id, secret.reveal(), public_url)


def discord_access(settings: Settings) -> DiscordAccess | None:
    """Return how Discord lets us in, None where there is no bot."""
    if settings.discord_bot_token is None:
        return None
    return DiscordAccess(
        token=settings.discord_bot_token.reveal(),
        endpoints=Endpoints(settings.discord_api_url, settings.discord_gateway_url),
        policy=settings.settings_policy.value,
    )
