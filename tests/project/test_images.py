"""The image and its composition say what they should, as far as that can be told without building them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from adapters.web import Route, serve
from bot.routes import _alive
from bot.settings import SECRETS, VARIABLES
from bot.version import VERSION
from tests.slack.yaml_subset import read

ROOT = Path(__file__).parents[2]
Instructions = list[tuple[str, str]]


@pytest.fixture(scope="module")
def stages() -> list[Instructions]:
    """The instructions of each stage, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Instructions] = []
    for line in text.replace("\\\n", " ").splitlines():
        name, _, words = line.strip().partition(" ")
        if name == "FROM":
            found.append([])
        if name:
            found[-1].append((name, " ".join(words.split())))
    return found


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of compose.yaml."""
    services: dict[str, Any] = read((ROOT / "compose.yaml").read_text())["services"]
    return services


def named(stage: Instructions, name: str) -> list[str]:
    return [words for instruction, words in stage if instruction == name]


def kept_by_dockerignore(name: str) -> bool:
    """Return whether a file at the top gets to the builder: all are left out but those named with `!`."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return lines.index("*") < lines.index(f"!{name}")


def test_the_image_is_made_in_two_stages_of_the_same_python(stages: list[Instructions]) -> None:
    bases = [words.split()[0] for stage in stages for words in named(stage, "FROM")]
    assert bases == ["python:3.13-slim"] * 2


def test_all_that_is_copied_is_there_and_gets_to_the_builder(stages: list[Instructions]) -> None:
    copied = [words.split()[0] for words in named(stages[0], "COPY")]
    assert set(copied) == {"requirements.txt", "LICENSE", "adapters", "bot", "storage"}
    assert all((ROOT / name).exists() and kept_by_dockerignore(name) for name in copied)
    assert {words.split()[0] for words in named(stages[1], "COPY")} == {"--from=build"}


def test_nothing_is_installed_without_its_hash_and_byte_code_is_made(stages: list[Instructions]) -> None:
    run = " ".join(named(stages[0], "RUN"))
    assert "--require-hashes --no-deps --only-binary=:all: --requirement requirements.txt" in run
    assert "compileall -q --invalidation-mode unchecked-hash adapters bot storage" in run
    assert "://" not in (ROOT / "Dockerfile").read_text()


def test_the_program_runs_as_nobody_of_importance_and_hears_when_it_is_told_to_end(
    stages: list[Instructions],
) -> None:
    (user,), (entry,), (command,) = (named(stages[1], name) for name in ("USER", "ENTRYPOINT", "CMD"))
    assert user == "10001:10001"
    assert (json.loads(entry), json.loads(command)) == (["python", "-m", "bot"], ["run"])
    assert named(stages[1], "STOPSIGNAL") == ["SIGTERM"]
    assert stages[1][-1][0] == "CMD"
    assert named(stages[1], "VOLUME") == ['["/data"]']


def health_check(stages: list[Instructions], port: int | None) -> int:
    """Return the exit code of the image's health check, asked with a proxy that nobody listens at."""
    (words,) = named(stages[1], "HEALTHCHECK")
    _, program, script = json.loads(words[words.index("CMD ") + 4 :])[0:3]
    environment = {"PATH": os.environ["PATH"], "http_proxy": "http://127.0.0.1:9"}
    if port is not None:
        environment["PORT"] = str(port)
    command = [sys.executable, program, script]
    return subprocess.run(command, env=environment, timeout=20, capture_output=True).returncode


async def test_the_image_is_healthy_while_the_port_answers(stages: list[Instructions]) -> None:
    async with serve(0, [Route("GET", "/healthz", _alive)], host="127.0.0.1") as port:
        assert await asyncio.to_thread(health_check, stages, port) == 0
    assert await asyncio.to_thread(health_check, stages, port) == 1
    assert await asyncio.to_thread(health_check, stages, None) == 0


def variables(service: dict[str, Any]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in service.get("environment", []))


def test_the_composition_sets_only_variables_that_there_are(services: dict[str, Any]) -> None:
    ours = {*VARIABLES, *(f"{name}_FILE" for name in SECRETS)}
    for name in ("bot", "migrate"):
        assert variables(services[name]).keys() <= ours
    example = (ROOT / ".env.example").read_text()
    assert all(f"\n{name.removesuffix('_FILE')}=" in example for name in variables(services["bot"]))


def test_no_secret_stands_in_the_composition(services: dict[str, Any]) -> None:
    for service in services.values():
        named = variables(service)
        assert all(not value or name.endswith("_FILE") for name, value in named.items() if name in SECRETS)
        assert not named.get("POSTGRES_PASSWORD")
        files = {PurePosixPath(value) for name, value in named.items() if name.endswith("_FILE")}
        assert files == {PurePosixPath("/run/secrets") / name for name in service["secrets"]}
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_service_has_more_rights_than_it_needs(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert services["database"]["user"] == "postgres"
    assert [line for one in services.values() for line in one.get("ports", [])] == ["127.0.0.1:8080:8080"]


def test_the_bot_waits_for_a_schema_and_the_schema_for_a_database(services: dict[str, Any]) -> None:
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["bot"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert (services["migrate"]["command"], services["migrate"]["restart"]) == ("migrate", "no")
    assert services["bot"]["restart"] == "unless-stopped"


def test_the_version_is_that_of_the_project() -> None:
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text()
