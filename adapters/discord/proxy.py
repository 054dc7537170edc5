"""The way out: the proxy that the usual variables name for Discord, which discord.py does not look for."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

PLAIN = {"wss": "https", "ws": "http"}


def proxy_for(address: str) -> str | None:
    """Return the proxy for *address* (https:// or wss://), with its password if it has one; None for none.

    Loopback is reached directly, and so is what `NO_PROXY` names.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    proxies = getproxies()
    named = proxies.get(PLAIN.get(parts.scheme, parts.scheme)) or proxies.get("all")
    if not named or host in LOOPBACK or proxy_bypass(host):
        return None
    return named if "://" in named else f"http://{named}"
