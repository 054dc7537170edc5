"""The pages that people see while they install: words of ours in a fixed frame, everything else escaped.

They run no script, load nothing and can be shown in no frame.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

NAME = "Claude Status"

STYLE = """
:root{color-scheme:light dark;--paper:#f6f5f2;--card:#fff;--ink:#1f2430;--soft:#5b6170;--line:#e3e1da}
@media(prefers-color-scheme:dark){:root{--paper:#15181f;--card:#1f2430;--ink:#eef0f4;--soft:#a9b0bf;
--line:#343b4b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);
color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:14px;
padding:2.2rem 2.4rem;box-shadow:0 10px 30px rgba(20,24,34,.08)}
.brand{margin:0 0 1.2rem;color:var(--soft);font-size:.85rem;letter-spacing:.02em}
h1{margin:0 0 .8rem;font-size:1.45rem;line-height:1.3;overflow-wrap:anywhere}
p,li{overflow-wrap:anywhere}
ol{margin:1rem 0;padding-left:1.3rem}
li{margin:.45rem 0}
code{padding:.12rem .4rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);
font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
li code{white-space:nowrap}
.button{display:inline-block;margin-top:.9rem;padding:.6rem 1.15rem;border-radius:9px;background:#4a3aa7;
color:#fff;text-decoration:none;font-weight:600}
.button:hover{background:#3b2d8c}
.button:focus-visible{outline:3px solid #9d8ff0;outline-offset:2px}
"""

SLACK = "https://slack.com"
"""The only host besides our own that a page leads to."""

YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page. All of it is plain text; in *steps* and *words* what stands between backquotes is typed.

    *link* is what its button says and where it leads to, an address that we made.
    """

    status: HTTPStatus
    sign: str
    title: str
    words: tuple[str, ...] = ()
    steps: tuple[str, ...] = field(default=())
    link: tuple[str, str] | None = None


class Instead(Exception):
    """The page that somebody sees instead of going on."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.title)
        self.page = page


def shown(page: Page, *, secure: bool) -> web.Response:
    """Return *page* as an answer; *secure* is True where PUBLIC_URL is https."""
    text = _document(page)
    return web.Response(
        status=page.status, text=text, content_type="text/html", headers=headers(secure=secure)
    )


def headers(*, secure: bool) -> dict[str, str]:
    """Return the headers of every answer to somebody's browser.

    https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    always = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return always | ({"Strict-Transport-Security": f"max-age={YEAR}"} if secure else {})


def back_to_slack(app: str, workspace: str) -> tuple[str, str]:
    """Return the link to the app in Slack: https://docs.slack.dev/interactivity/deep-linking."""
    named = {"app": app, "team": workspace} if app else {"team": workspace}
    return ("Back to Slack", f"{SLACK}/app_redirect?{urlencode(named)}")


def _document(page: Page) -> str:
    words = "".join(f"<p>{_text(one)}</p>\n" for one in page.words)
    steps = "".join(f"<li>{_text(one)}</li>\n" for one in page.steps)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)} – {NAME}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<p class="brand">{NAME} for Slack</p>\n'
        f'<h1><span aria-hidden="true">{page.sign}</span> {escape(page.title)}</h1>\n'
        f"{words}{f'<ol>{steps}</ol>' if steps else ''}\n{_button(page.link)}</main>\n</body>\n</html>\n"
    )


def _button(link: tuple[str, str] | None) -> str:
    if link is None:
        return ""
    words, address = (escape(one) for one in link)
    return f'<a class="button" href="{address}">{words}</a>\n'


def _text(words: str) -> str:
    """Return *words* as HTML; every second part between backquotes is what somebody types."""
    parts = escape(words).split("`")
    return "".join(f"<code>{one}</code>" if index % 2 else one for index, one in enumerate(parts))
