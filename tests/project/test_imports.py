"""The import rules: the project keeps each of them, and a violation of any is caught."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import dev

PROJECT: dict[str, Any] = tomllib.loads((dev.ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["importlinter"]["root_packages"]
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
COMPOSITION = {line.split(" -> ")[0].removesuffix(".**") for line in CONTRACTS["core"]["ignore_imports"]}

VIOLATIONS = [
    ("inwards", "bot.domain.status", "bot.ports"),
    ("inwards", "bot.domain.status", "bot.watcher"),
    ("inwards", "bot.ports", "bot.commands"),
    ("inwards", "bot.watcher", "bot.courier"),
    ("inwards", "bot.courier", "bot.commands"),
    ("inwards", "bot.commands", "bot.watcher"),
    ("inwards", "bot.watcher", "bot.settings"),
    ("inwards", "bot.watcher", "adapters.statuspage"),
    ("inwards", "bot.courier", "storage"),
    ("inwards", "bot.watcher", "bot.terminal"),
    ("inwards", "bot.look", "adapters.console"),
    ("inwards", "bot.terminal", "storage"),
    ("inwards", "bot.parts", "bot.check"),
    ("inwards", "bot.duties", "bot.app"),
    ("inwards", "bot.settings", "storage"),
    ("inwards", "storage.database", "bot.settings"),
    ("inwards", "storage.database", "adapters.statuspage"),
    ("inwards", "adapters.console", "storage"),
    ("inwards", "adapters.statuspage.client", "bot.app"),
    ("inwards", "bot.app", "bot.__main__"),
    ("adapters", "adapters.console", "adapters.statuspage"),
    ("adapters", "adapters.statuspage.client", "adapters.console"),
    *(("core", "bot.watcher", library) for library in CONTRACTS["core"]["forbidden_modules"]),
    ("core", "bot.domain.status", "structlog"),
    ("core", "bot.settings", "cryptography"),
    ("httpx", "bot.app", "httpx"),
    ("httpx", "storage.database", "httpx"),
    ("httpx", "adapters.console", "httpx"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages and of the rules, to be spoilt."""
    for package in PACKAGES:
        shutil.copytree(dev.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(dev.ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add_import(tree: Path, module: str, imported: str) -> None:
    """Makes `module` import `imported`, and both of them where the project does not have them yet."""
    for name in (module, imported):
        if name.split(".")[0] in PACKAGES:
            source(tree, name).touch()
    with source(tree, module).open("a") as file:
        file.write(f"\nimport {imported}\n")


def source(tree: Path, module: str) -> Path:
    """The file of a module or package."""
    path = tree.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def lint_imports(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As `python3 dev.py lint` does it, but in another folder."""
    command = [sys.executable, "-P", *dev.CHECKS[-1], "--no-cache", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"}
    return subprocess.run(command, cwd=tree, env=variables, capture_output=True, text=True)


def imported_names(path: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def test_the_project_keeps_every_rule(tree: Path) -> None:
    outcome = lint_imports(tree)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in outcome.stdout


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in VIOLATIONS))
def test_a_violation_is_caught(tree: Path, rule: str) -> None:
    violations = [(module, imported) for broken, module, imported in VIOLATIONS if broken == rule]
    for module, imported in violations:
        add_import(tree, module, imported)
    outcome = lint_imports(tree, "--contract", rule)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    found = set(re.findall(r"(\S+) -> (\S+) \(l\.", outcome.stdout))
    assert found >= set(violations), outcome.stdout


def test_a_rule_is_not_in_the_list_without_a_violation() -> None:
    assert {rule for rule, _, _ in VIOLATIONS} == set(CONTRACTS)


def test_where_everything_is_put_together_everything_is_at_hand(tree: Path) -> None:
    for imported in ("slack_bolt", "apscheduler", "storage", "adapters.statuspage", "bot.watcher"):
        add_import(tree, "bot.app", imported)
    outcome = lint_imports(tree)
    assert outcome.returncode == 0, outcome.stdout


def test_each_module_of_the_core_has_a_place() -> None:
    """A module without one could stand between two layers and be imported by both."""
    placed = set(re.findall(r"bot\.\w+", " ".join(CONTRACTS["inwards"]["layers"])))
    present = {f"bot.{path.stem}" for path in (dev.ROOT / "bot").iterdir() if not path.name.startswith("__")}
    assert present <= placed, "give the new modules a layer in pyproject.toml"


def test_each_dependency_is_kept_out_of_the_core() -> None:
    """Also one that is added later."""
    declared = {normal(re.split(r"[\[<>=~!; ]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    provided = importlib.metadata.packages_distributions()
    modules = {name for name, owners in provided.items() if declared & {normal(owner) for owner in owners}}
    assert {name for name in modules if name.isidentifier()} == set(CONTRACTS["core"]["forbidden_modules"])


def normal(distribution: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_the_core_imports_the_standard_library_only() -> None:
    """Stricter than the list of libraries, which does not name those that only development installs."""
    allowed = {*sys.stdlib_module_names, "bot"}
    core = [path.relative_to(dev.ROOT) for path in (dev.ROOT / "bot").rglob("*.py")]
    foreign = {
        path.as_posix(): imported_names(dev.ROOT / path) - allowed
        for path in core
        if f"bot.{path.with_suffix('').parts[1]}" not in COMPOSITION
    }
    assert {path: names for path, names in foreign.items() if names} == {}


def test_an_import_inside_a_function_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("import os.path\ndef f():\n    from rich.text import Text\n    return Text\n")
    assert imported_names(module) == {"os", "rich"}
