"""Discord's official API description as a judge of requests and answers."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from tests.fakes.discord.routes import ROUTES

Json = dict[str, Any]

PATH = Path(__file__).parents[4] / "shared" / "discord" / "openapi.json"
ABSENT = "Discord's API description (../shared/discord/openapi.json) is not on this machine"
LONGEST = 300
"""Characters of a complaint."""


class Description:
    """Judges by *document*; one that is absent (None) finds only calls wrong that are not the bot's."""

    def __init__(self, document: Json | None) -> None:
        self._document = document
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    @cache
    def load(cls) -> Description:
        """Return the description of this machine."""
        return cls(_relaxed(json.loads(PATH.read_text("utf-8"))) if PATH.is_file() else None)

    def request_problems(self, method: str, route: str, body: Any) -> list[str]:
        """Return what is wrong with a JSON *body* (None: there was none), or with calling that at all."""
        if f"{method} {route}" not in ROUTES:
            return [f"{method} {route} is none of the bot's routes"]
        if self._document is None:
            return []
        operation = self._operation(method, route)
        if operation is None:
            return [f"{method} {route} is not in the API description"]
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body is None or schema is None:
            needed = operation.get("requestBody", {}).get("required", False) and body is None
            return [f"{method} {route} wants a body"] if needed else []
        return self._complaints(f"{method} {route}", "request", schema, body)

    def answer_problems(self, method: str, route: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with our own answer."""
        operation = self._operation(method, route)
        if operation is None:
            return []
        responses = operation["responses"]
        response = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if response is None:
            return [f"{method} {route} never answers {status}"]
        response = self._resolved(response)
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        return self._complaints(f"{method} {route}", str(status), schema, body) if schema else []

    def schema_problems(self, name: str, value: Any) -> list[str]:
        """Return what the schema *name* of the description says against *value*."""
        if self._document is None:
            return []
        return self._complaints(name, "schema", {"$ref": f"#/components/schemas/{name}"}, value)

    @property
    def present(self) -> bool:
        """False where there is no description to judge by."""
        return self._document is not None

    def lacks(self, route: str) -> bool:
        """Return whether the description has no such *route*, "GET /users/@me", say."""
        method, _, path = route.partition(" ")
        return self._operation(method, path) is None

    def _operation(self, method: str, route: str) -> Json | None:
        found: Json | None = ((self._document or {}).get("paths", {}).get(route) or {}).get(method.lower())
        return found

    def _resolved(self, response: Json) -> Json:
        if "$ref" not in response or self._document is None:
            return response
        name = response["$ref"].rsplit("/", 1)[1]
        resolved: Json = self._document["components"]["responses"][name]
        return resolved

    def _complaints(self, what: str, part: str, schema: Json, value: Any) -> list[str]:
        key = f"{what} {part}"
        errors = self._validator(key, schema).iter_errors(value)
        return [f"{key} at {_path(error)}: {error.message[:LONGEST]}" for error in errors]

    def _validator(self, key: str, schema: Json) -> Draft202012Validator:
        if key not in self._validators:
            assert self._document is not None
            whole = {**schema, "components": self._document["components"]}
            self._validators[key] = Draft202012Validator(whole)
        return self._validators[key]


def _path(error: ValidationError) -> str:
    return "/" + "/".join(map(str, error.instance_path))


def _relaxed(document: Json) -> Json:
    """Return the description as Discord lives it: ids may be numbers, and unions need not be exclusive."""
    snowflake = document["components"]["schemas"]["SnowflakeType"]
    snowflake["type"] = ["string", "integer"]
    return _inclusive(document)  # type: ignore[no-any-return]


def _inclusive(value: Any) -> Any:
    if isinstance(value, dict):
        return {("anyOf" if key == "oneOf" else key): _inclusive(one) for key, one in value.items()}
    return [_inclusive(one) for one in value] if isinstance(value, list) else value
