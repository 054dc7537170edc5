"""How a route of the stand-in answers: exactly as Discord does, or with one of its errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web


class Rejected(Exception):
    """Discord's refusal: an HTTP *status* and its JSON error *code*, *more* members of the body."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str = "refused",
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.headers = headers
        self.answer = {"message": message, "code": code, **more}


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return *value*; discord.py reads as JSON only what is exactly `application/json`."""
    told = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(value).encode(), status=status, headers=told)


def no_content() -> web.Response:
    """Return HTTP 204."""
    return web.Response(status=204)
