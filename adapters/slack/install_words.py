"""What the pages of an installation say: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from adapters.slack.oauth import Grant
from adapters.slack.pages import NAME, Page, back_to_slack

LONGEST_NAME = 80
LONGEST_CODE = 60

NOTHING = "Nothing was installed."
AGAIN = "Try again"


class InstallWords:
    """Makes the pages; each that something went wrong on leads back to *install_url*."""

    def __init__(self, install_url: str) -> None:
        self._again = (AGAIN, install_url)

    def installed(self, grant: Grant) -> Page:
        """Say that it worked, and what to type now."""
        name = _plain(grant.name, LONGEST_NAME)
        steps = (
            "In the channel that is to be told, type `/invite @claudestatus`.",
            "There, type `/claudestatus subscribe`: incidents appear by themselves from then on.",
            "Anywhere, type `/claudestatus` to ask whether Claude is down.",
        )
        title = f"{NAME} is installed in {name}" if name else f"{NAME} is installed"
        words = ("Three things to do next:",)
        link = back_to_slack(grant.app, grant.workspace)
        return Page(HTTPStatus.OK, "✅", title, words, steps, link)

    def denied(self) -> Page:
        """Say that somebody cancelled."""
        words = (
            f"You cancelled, or your workspace asks an admin to approve apps first. {NOTHING}",
            "If you changed your mind, or an admin has approved the app, go on here.",
        )
        return Page(
            HTTPStatus.FORBIDDEN, "🚫", "Slack was not allowed to add the app", words, (), self._again
        )

    def refused(self, code: str) -> Page:
        """Say that Slack said no, with its *code*."""
        words = (f"Slack gave this reason: `{_plain(code, LONGEST_CODE)}`.", NOTHING)
        return Page(HTTPStatus.BAD_GATEWAY, "⚠️", "Slack did not allow it", words, (), self._again)

    def not_ours(self) -> Page:
        """Say that a state is forged, used, too old, or another browser's; which, is nobody's business."""
        words = (
            "An installation ends once, within ten minutes, in the browser it began in.",
            "This one was used already, took too long, or began elsewhere.",
            "If you have just installed the app, all is well. If not, begin anew.",
        )
        title = "This installation cannot be finished"
        return Page(HTTPStatus.BAD_REQUEST, "⌛", title, words, (), self._again)

    def not_understood(self) -> Page:
        """Say that this is no request that Slack would make."""
        words = (f"The address is not one that Slack sends people to. {NOTHING}",)
        title = "This address cannot be read"
        return Page(HTTPStatus.BAD_REQUEST, "⚠️", title, words, (), self._again)

    def code_refused(self) -> Page:
        """Say that Slack does not take the code (any more)."""
        words = (f"Slack does not accept its own permission any more: it was used, or is too old. {NOTHING}",)
        title = "This installation is over"
        return Page(HTTPStatus.BAD_REQUEST, "⌛", title, words, (), self._again)

    def slack_away(self) -> Page:
        """Say that Slack gave no answer that could be used."""
        words = (
            "Slack did not answer in time, or not in a way that could be read. Try again in a minute.",
            "Whether Slack itself has trouble is said at `https://slack-status.com`.",
        )
        return Page(HTTPStatus.BAD_GATEWAY, "⚠️", "Slack did not answer", words, (), self._again)

    def not_set_up(self) -> Page:
        """Say that the operator has something to mend; what, is in the log."""
        words = (
            f"Slack does not recognise this bot: whoever runs it has something to set up first. {NOTHING}",
            "Its log, and `python -m bot check`, say what.",
        )
        title = "This bot is not set up yet"
        return Page(HTTPStatus.INTERNAL_SERVER_ERROR, "🔧", title, words, (), self._again)

    def no_bot_token(self) -> Page:
        """Say that the answer was good and useless."""
        words = (f"Slack sent no token for the bot. {NOTHING} Try again.",)
        return Page(HTTPStatus.BAD_GATEWAY, "⚠️", "Slack left something out", words, (), self._again)

    def missing_scopes(self, missing: Collection[str]) -> Page:
        """Say what was not allowed."""
        named = ", ".join(f"`{scope}`" for scope in sorted(missing))
        words = (
            f"The bot cannot work without these permissions, and was not given them: {named}.",
            f"{NOTHING} Begin anew, and let it have everything that Slack asks for.",
        )
        title = "A permission is missing"
        return Page(HTTPStatus.FORBIDDEN, "⚠️", title, words, (), self._again)

    def organisation(self) -> Page:
        """Say that a whole organisation cannot be served."""
        words = (
            "You chose a whole organisation. This bot is installed in one workspace at a time.",
            f"{NOTHING} Begin anew, and choose a workspace in Slack's menu at the top right.",
        )
        title = "One workspace at a time, please"
        return Page(HTTPStatus.FORBIDDEN, "🏢", title, words, (), self._again)

    def rotating(self) -> Page:
        """Say that tokens that expire are not served."""
        words = (
            f"This app hands out tokens that expire, which this bot does not take. {NOTHING}",
            "Whoever runs it has to make the app anew, from the manifest, with token rotation off.",
        )
        title = "This app rotates its tokens"
        return Page(HTTPStatus.NOT_IMPLEMENTED, "🔧", title, words, (), None)

    def memory_away(self) -> Page:
        """Say that our own database cannot be reached."""
        words = (f"The bot's own database cannot be reached at the moment. {NOTHING} Try again in a minute.",)
        title = "We cannot remember anything right now"
        return Page(HTTPStatus.SERVICE_UNAVAILABLE, "🧠", title, words, (), self._again)

    def uncertain(self) -> Page:
        """Say that Slack did its part, and that ours may not have been done."""
        words = (
            "Slack has added the app. Whether the bot could remember that is not certain.",
            "Its own database failed, or took too long.",
            "Install it again in a minute. Nothing is lost if it was remembered after all.",
        )
        title = "Slack added the app, and the bot may not know"
        return Page(HTTPStatus.SERVICE_UNAVAILABLE, "🧠", title, words, (), self._again)

    def too_many(self) -> Page:
        """Say that too many began at once."""
        words = ("Too many people install the app at the same time. Try again in a minute.",)
        return Page(HTTPStatus.TOO_MANY_REQUESTS, "🚦", "Too many at once", words, (), self._again)


def _plain(text: str, longest: int) -> str:
    """Return *text* on one line, without what would become markup of ours, cut to *longest*."""
    words = " ".join("".join(" " if not one.isprintable() else one for one in text).split())
    words = words.replace("`", "'")
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
