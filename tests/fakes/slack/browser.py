"""A browser, as far as an installation meets it: it keeps cookies as browsers do, and opens pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import Morsel
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession

from tests.fakes.slack.oauth import Kind, OAuthApp
from tests.fakes.slack.workspaces import Workspace

TAG = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser shows: *text* is the page's source, *words* what people read."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def words(self) -> str:
        return " ".join(unescape(TAG.sub(" ", self.text)).split())

    @property
    def links(self) -> list[str]:
        """Where the page leads to."""
        return [unescape(one) for one in re.findall(r'href="([^"]*)"', self.text)]


@dataclass(slots=True)
class Browser:
    """A browser of its own. *cookies* are those of the bot's site, its address being trusted though plain.

    Browsers take loopback for secure: https://developer.mozilla.org/en-US/docs/Web/Security/Secure_Contexts.
    """

    session: ClientSession
    app: OAuthApp
    cookies: dict[str, str] = field(default_factory=dict)

    async def opens(self, url: str, method: str = "GET") -> Seen:
        """Go to an address of the bot, and follow no redirect."""
        carried = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": carried} if carried else {}
        async with self.session.request(method, url, headers=headers, allow_redirects=False) as answer:
            for name, morsel in answer.cookies.items():
                self._keep(name, morsel)
            return Seen(answer.status, dict(answer.headers), await answer.text())

    async def begins(self, install_url: str) -> dict[str, str]:
        """Follow an installation to Slack's page, and return what it asks for."""
        sent = await self.opens(install_url)
        assert sent.status == 302, sent
        location = urlsplit(sent.headers["Location"])
        assert f"{location.scheme}://{location.netloc}" == self.app.slack.origin
        async with self.session.get(sent.headers["Location"]) as page:
            assert page.status == 200, await page.text()
        return dict(parse_qsl(location.query))

    async def installs(
        self, install_url: str, workspace: Workspace, user: str = "U0ADMIN", kind: Kind = Kind.USUAL
    ) -> Seen:
        """Install the app in *workspace*, from the first link to the last page."""
        asked = await self.begins(install_url)
        return await self.opens(self.app.consent(asked, workspace, user, kind))

    def _keep(self, name: str, morsel: Morsel[str]) -> None:
        """Keep a cookie, as far as its name allows: https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis."""
        if name.startswith("__Host-"):
            assert morsel["secure"], "browsers refuse it"
            assert morsel["path"] == "/", "browsers refuse it"
            assert not morsel["domain"], "browsers refuse it"
        assert morsel["httponly"]
        assert morsel["samesite"] == "Lax"
        self.cookies[name] = morsel.value
