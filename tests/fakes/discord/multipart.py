"""Requests that bring files along: the JSON in one part, each file in another.

https://docs.discord.com/developers/reference#uploading-files
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

Files = dict[str, bytes]
"""What was uploaded, by its name."""


async def multipart(request: web.Request) -> tuple[Any, Files]:
    """Return the JSON of *request* and its files; may be read more than once."""
    form = await request.post()
    files = {
        one.filename: one.file.read()
        for name, one in form.items()
        if isinstance(one, web.FileField) and name.startswith("files[") and not one.file.seek(0)
    }
    return json.loads(str(form.get("payload_json", "null"))), files


async def body_of(request: web.Request) -> tuple[Any, Files]:
    """Return the JSON of *request*, and the files that come with it."""
    if request.content_type == "multipart/form-data":
        return await multipart(request)
    return await request.json(), {}
