"""Addresses among the settings: what may be called, and what must be encrypted on the way."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from bot.settings.problems import Wrong
from bot.settings.secret import Secret

_VISIBLE_ASCII = re.compile(r"[!-\[\]-~]+")  # all but the backslash, which programs read in different ways
_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_LOOPBACK = ip_network("127.0.0.0/8"), ip_network("::1/128")


def web_address(text: str) -> str:
    """Return an `https` address without its trailing slash; `http` is taken for this machine only."""
    return _address(text, "https").rstrip("/")


def gateway_address(text: str) -> str:
    """Return a `wss` address without its trailing slash; `ws` is taken for this machine only."""
    return _address(text, "wss").rstrip("/")


def address_to_call(text: str) -> Secret:
    """Return an address exactly as given, query included: it is somebody else's, and may hold a key."""
    return Secret(_address(text, "https", query=True))


def is_loopback(text: str) -> bool:
    """Return whether an address, be it otherwise wrong, leads to this machine."""
    try:
        return _is_loopback_host(urlsplit(text).hostname or "")
    except ValueError:
        return False


def _address(text: str, scheme: str, *, query: bool = False) -> str:
    plain = {"https": "http", "wss": "ws"}[scheme]
    parts = _split(text, scheme)
    if "@" in parts.netloc:
        raise Wrong("names a user or a password", "remove what stands between // and @")
    if "#" in text or ("?" in text and not query):
        raise Wrong("has a query or a fragment", f"remove what follows the {'#' if query else '? or #'}")
    if parts.scheme != scheme and not (parts.scheme == plain and _is_loopback_host(parts.hostname or "")):
        only = f"{plain}:// is for localhost and 127.0.0.1 only"
        raise Wrong(f"does not begin with {scheme}://", f"use {scheme}://, {only}")
    return text


def _split(text: str, scheme: str) -> SplitResult:
    """Return the parts of an address that has a host and, if any, a port that exists."""
    example = f"write it like {scheme}://example.com"
    if not _VISIBLE_ASCII.fullmatch(text):
        raise Wrong("has characters that do not belong into an address", example)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Wrong("is not an address", example) from None
    if not _is_host(parts) or port == 0:
        raise Wrong("is not an address", example)
    return parts


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return isinstance(_ip(host), IPv6Address) and "%" not in host
    return _HOST_NAME.fullmatch(host) is not None


def _is_loopback_host(host: str) -> bool:
    """Spelled out instead of `is_loopback`, whose answer to mapped addresses depends on Python's version."""
    number = _ip(host)
    return host == "localhost" or (number is not None and any(number in network for network in _LOOPBACK))


def _ip(host: str) -> object:
    try:
        return ip_address(host)
    except ValueError:
        return None
