"""What the settings say of how a platform lets us in."""

from __future__ import annotations

from adapters.slack.opening import Access
from bot.settings import Settings


def slack_access(settings: Settings) -> Access | None:
    """Return how Slack lets us in, None where no workspace is configured."""
    if settings.slack_bot_token is None:
        return None
    app_token, secret = settings.slack_app_token, settings.slack_signing_secret
    return Access(
        bot_token=settings.slack_bot_token.reveal(),
        app_token=app_token.reveal() if app_token else None,
        signing_secret=secret.reveal() if secret else None,
        api_url=settings.slack_api_url,
        policy=settings.settings_policy.value,
    )
