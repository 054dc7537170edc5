"""What dev.py decides: when it installs, with which tool, what it becomes, and how it says that it cannot."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dev
from tests.project.checkout import BOT, Checkout, add_script, add_uv, make_checkout, make_wheel

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for uv")

PROBLEM = 70
FROM_NOTHING = ["venv", "requirements.txt"]


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """A checkout on a machine with nothing but Python."""
    return make_checkout(tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout on a machine with uv, which makes a test quick."""
    return add_uv(make_checkout(tmp_path))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that has been run; its tests leave it as it is."""
    checkout = add_uv(make_checkout(tmp_path_factory.mktemp("installed")))
    assert checkout.run("run").returncode == 0
    assert checkout.uv_calls() == FROM_NOTHING
    return checkout


def without_ensurepip(folder: Path) -> str:
    """A value of PYTHONPATH with which Python is as Debian ships it."""
    (folder / "ensurepip.py").write_text("raise ModuleNotFoundError(name='ensurepip')\n")
    return str(folder)


def test_without_a_word_the_usage_is_an_error(bare: Checkout) -> None:
    outcome = bare.run()
    assert (outcome.returncode, outcome.stdout) == (2, dev.USAGE + "\n")


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_asked_for_the_usage_it_installs_nothing(bare: Checkout, word: str) -> None:
    outcome = bare.run(word)
    assert (outcome.returncode, outcome.stdout) == (0, dev.USAGE + "\n")
    assert not bare.python.exists()


def test_an_old_python_is_told_what_to_start_instead(bare: Checkout) -> None:
    outcome = bare.run_pretending("sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'", "run")
    assert outcome.returncode == PROBLEM
    assert (
        outcome.stderr == "dev.py: this is Python 3.10.4; use 3.11 or newer, as in: python3.13 dev.py run\n"
    )


def test_an_old_python_can_read_dev_py() -> None:
    """Otherwise it would say "invalid syntax" instead."""
    ast.parse((dev.ROOT / "dev.py").read_bytes(), feature_version=(3, 8))


def test_a_python_without_venv_is_told_what_to_install(bare: Checkout, tmp_path: Path) -> None:
    outcome = bare.run("run", PYTHONPATH=without_ensurepip(tmp_path))
    assert outcome.returncode == PROBLEM
    assert "no ensurepip; on Debian and Ubuntu the cure is: apt install python3-venv" in outcome.stderr


def test_uv_needs_no_ensurepip(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.run("run", PYTHONPATH=without_ensurepip(tmp_path)).returncode == 0


def test_a_shim_with_no_uv_behind_it_is_left_alone(bare: Checkout, tmp_path: Path) -> None:
    add_script(bare, "echo 'uv: command not found' >&2; exit 127")
    assert "apt install python3-venv" in bare.run("run", PYTHONPATH=without_ensurepip(tmp_path)).stderr


def test_what_dev_py_does_not_know_goes_to_the_bot(installed: Checkout) -> None:
    """A path among the arguments means what it meant where it was typed; the exit code is the bot's own."""
    outcome = installed.run("status", "api", "--json", BOT_EXIT="3")
    said = json.loads(outcome.stdout)
    assert outcome.returncode == 3
    assert said["arguments"] == ["status", "api", "--json"]
    assert said["folder"] == str(installed.root.parent)


def test_run_is_such_a_word(installed: Checkout) -> None:
    outcome = installed.run("run", "--roles", "watch")
    assert json.loads(outcome.stdout)["arguments"] == ["run", "--roles", "watch"]


def test_a_folder_named_bot_where_the_user_stands_is_not_run(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/__main__.py").write_text("raise SystemExit('the wrong bot')")
    said = json.loads(checkout.run("run").stdout)
    assert said["folder"] == str(tmp_path)
    assert said["file"] == str(checkout.root / "bot/__main__.py")


def test_the_bot_takes_over_the_process_and_so_its_signals(installed: Checkout) -> None:
    command = installed.command("run")
    with subprocess.Popen(command, env=installed.variables, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.load(process.stdout)["process"] == process.pid


def test_byte_code_is_written_also_where_the_shell_says_no(installed: Checkout) -> None:
    """Without it each start takes three times as long."""
    outcome = installed.run("run", PYTHONDONTWRITEBYTECODE="1")
    assert json.loads(outcome.stdout)["writes_byte_code"]


def test_a_second_start_installs_nothing(installed: Checkout) -> None:
    assert installed.run("run").stderr == ""
    assert installed.uv_calls() == []


def test_an_installation_is_announced(checkout: Checkout) -> None:
    """On standard error: what a command prints may be read by a program."""
    outcome = checkout.run("run")
    assert re.fullmatch(r"dev\.py: installing requirements\.txt .* half a minute\.\n", outcome.stderr)
    assert outcome.stdout.count("\n") == 1


def test_tests_add_to_what_the_bot_installed_and_the_bot_runs_on_that(checkout: Checkout) -> None:
    checkout.run("run")
    checkout.run("test")
    assert checkout.uv_calls() == [*FROM_NOTHING, "requirements-dev.txt"]
    assert checkout.run("run").returncode == 0
    assert checkout.uv_calls() == []


@pytest.mark.parametrize("name", dev.DEVELOPMENT)
def test_a_changed_lock_is_installed_from_nothing(checkout: Checkout, name: str) -> None:
    """What the new lock no longer names is not left behind."""
    checkout.run("test")
    remains = checkout.root / ".venv/remains"
    remains.touch()
    (checkout.root / name).write_text("# changed\n")
    checkout.uv_calls()
    checkout.run("test")
    assert checkout.uv_calls() == ["venv", "requirements-dev.txt"]
    assert not remains.exists()


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_a_failed_installation_names_the_cure_and_is_repeated(checkout: Checkout, step: str) -> None:
    outcome = checkout.run("run", UV_FAILS=step)
    assert outcome.returncode == PROBLEM
    assert "uv: no network" in outcome.stderr
    assert "Check the network" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    checkout.uv_calls()
    assert checkout.run("run").returncode == 0
    assert checkout.uv_calls() == FROM_NOTHING


def test_after_a_failed_extension_all_is_installed_from_nothing(checkout: Checkout) -> None:
    checkout.run("run")
    checkout.run("test", UV_FAILS="pip")
    checkout.uv_calls()
    checkout.run("run")
    assert checkout.uv_calls() == FROM_NOTHING


def test_an_environment_whose_python_has_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.run("run")
    checkout.uv_calls()
    checkout.python.unlink()
    checkout.python.symlink_to(checkout.root / "gone/python")
    assert checkout.run("run").returncode == 0
    assert checkout.uv_calls() == FROM_NOTHING


def test_an_environment_of_another_kind_of_python_is_made_anew(checkout: Checkout) -> None:
    checkout.run("run")
    checkout.uv_calls()
    checkout.run_pretending("sys.implementation.cache_tag = 'cpython-310'", "run")
    assert checkout.uv_calls() == FROM_NOTHING


def test_from_inside_the_environment_it_can_be_made_anew(checkout: Checkout) -> None:
    """As it happens in a shell where `.venv` is activated."""
    checkout.run("run")
    (checkout.root / dev.RUNTIME[0]).write_text("# changed\n")
    outcome = checkout.start([str(checkout.python), *checkout.command("run")[1:]])
    assert outcome.returncode == 0, outcome.stderr


def test_two_at_once_install_once(checkout: Checkout) -> None:
    quiet = subprocess.DEVNULL
    starts = [
        subprocess.Popen(checkout.command("run"), env=checkout.variables, stdout=quiet, stderr=quiet)
        for _ in range(2)
    ]
    assert [start.wait() for start in starts] == [0, 0]
    assert checkout.uv_calls() == FROM_NOTHING


def test_an_incomplete_checkout_is_named(checkout: Checkout) -> None:
    (checkout.root / dev.RUNTIME[0]).unlink()
    outcome = checkout.run("run")
    assert outcome.returncode == PROBLEM
    assert "requirements.txt" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_check_that_fails_does_not_hide_the_next(checkout: Checkout) -> None:
    """In this checkout none of them is installed."""
    outcome = checkout.run("lint")
    assert outcome.returncode == 1
    missing = re.findall(r"No module named '?(\w+)", outcome.stderr)
    assert missing == ["ruff", "ruff", "mypy", "importlinter"]


@pytest.mark.parametrize("word", dev.CAMPAIGNS)
def test_a_campaign_is_a_module_of_the_tests(checkout: Checkout, word: str) -> None:
    module = checkout.root / (dev.CAMPAIGNS[word].replace(".", "/") + ".py")
    module.parent.mkdir()
    module.write_text(BOT)
    said = json.loads(checkout.run(word, "10").stdout)
    assert (said["arguments"], said["folder"]) == (["10"], str(checkout.root))


@pytest.mark.parametrize("arguments", [["-n", "0"], ["-n4"], ["-p", "no:xdist"], ["a.py", "-s"], ["--pdb"]])
def test_who_chooses_the_test_processes_gets_them(arguments: list[str]) -> None:
    assert dev.workers(arguments) == []


@pytest.mark.parametrize("arguments", [[], ["-x"], ["tests/project", "-k", "not slow"], ["--no-header"]])
def test_tests_run_in_three_processes(arguments: list[str]) -> None:
    assert dev.workers(arguments) == ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def test_the_lock_is_written_by_uv_alone(checkout: Checkout) -> None:
    assert checkout.run("lock", "--upgrade").returncode == 0
    assert checkout.uv_calls() == list(dev.DEVELOPMENT)
    assert not checkout.python.exists()


def test_the_lock_without_uv_names_where_to_get_it(bare: Checkout) -> None:
    outcome = bare.run("lock")
    assert outcome.returncode == PROBLEM
    assert "https://docs.astral.sh/uv/" in outcome.stderr


def test_the_lock_holds_what_is_declared_and_no_address() -> None:
    project = tomllib.loads((dev.ROOT / "pyproject.toml").read_text())
    dependencies = project["project"]["dependencies"]
    declared = {"requirements.txt": dependencies}
    declared["requirements-dev.txt"] = dependencies + project["dependency-groups"]["dev"]
    for name, lines in declared.items():
        text = (dev.ROOT / name).read_text()
        locked = set(re.findall(r"^([\w-]+)==", text, flags=re.MULTILINE))
        assert {re.split(r"[\[<>=]", line)[0].replace(".", "-") for line in lines} <= locked
        assert "://" not in text
        options = re.findall(r"^\s*(-\S+?)\b[ =]", text, flags=re.MULTILINE)
        assert set(options) == {"--hash"}  # none that names a place


def test_pip_installs_where_there_is_no_uv(bare: Checkout, tmp_path: Path) -> None:
    """Also where its own settings say that it shall install for the user."""
    (bare.root / dev.RUNTIME[0]).write_text(make_wheel(tmp_path))
    (bare.root / "bot/__main__.py").write_text("import first\n" + BOT)
    outcome = bare.run("run", PIP_FIND_LINKS=str(tmp_path), PIP_USER="1")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr.count("\n") == 1
