"""The two commands, `python3 dev.py run` and `python3 dev.py test`: keeps `.venv` at the lock and uses it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
STAMP = ENVIRONMENT / ".installed"
OLDEST_PYTHON = (3, 11)
RUNTIME = ("requirements.txt",)
DEVELOPMENT = (*RUNTIME, "requirements-dev.txt")  # the second file contains the first
FAILED = 70  # what dev.py itself ends with: a code of neither the bot (0 to 3) nor pytest (0 to 5)
CAMPAIGNS = {
    "properties": "tests.properties",
    "bench": "tests.bench",
    "chaos": "tests.chaos",
}
CHECKS = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy"),
    ("-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-logo"),
)
USAGE = f"""\
Usage: python3 dev.py COMMAND [ARGUMENTS]

  run     start the bot
  test    run the tests; arguments go to pytest
  lint    check style, types and the direction of imports
  lock    write the requirement files anew; arguments go to uv (--upgrade)
  {", ".join(CAMPAIGNS)}
          run this campaign of tests/

Any other command goes to `python -m bot`: status, replay, check, migrate, backup, rotate-keys.
What a command needs is installed into .venv first."""


def main(arguments: Sequence[str]) -> int:
    """Does what the first word says; most words end in another program and do not come back."""
    if sys.version_info < OLDEST_PYTHON:
        fail(f"this is Python {sys.version.split()[0]}; use 3.11 or newer, as in: python3.13 dev.py run")
    if not arguments or arguments[0] in {"help", "--help", "-h"}:
        print(USAGE)
        return 0 if arguments else 2
    word, rest = arguments[0], arguments[1:]
    if word == "lock":
        return lock(rest)
    if word not in {"test", "lint", *CAMPAIGNS}:
        ensure(RUNTIME)
        become("bot", *arguments)
    ensure(DEVELOPMENT)
    os.chdir(ROOT)
    if word == "lint":
        codes = [subprocess.call([PYTHON, "-P", *check], env=variables()) for check in CHECKS]
        return int(any(codes))
    return become(CAMPAIGNS.get(word, "pytest"), *(workers(rest) if word == "test" else ()), *rest)


def workers(arguments: Sequence[str]) -> list[str]:
    """Three test processes, a file each, unless `arguments` choose otherwise or need to see the one process.

    One more than most machines have cores, because some tests wait for other programs. The files come in the
    order of tests/conftest.py.
    """
    choices = ("-n", "-p", "-s", "--numprocesses", "--dist", "--pdb", "--trace", "--capture")
    if any(word.startswith(choices) for word in arguments):
        return []
    return ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def lock(arguments: Sequence[str]) -> int:
    """Writes the requirement files for each Python and system at once, with hashes and without an address."""
    uv = working_uv() or fail("lock needs uv on the PATH: https://docs.astral.sh/uv/")
    compiled = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version=3.11", "--quiet"]
    compiled += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]
    compiled += ["--custom-compile-command=python3 dev.py lock", *arguments]
    for output in (["-o", RUNTIME[0]], ["--group=dev", "-c", RUNTIME[0], "-o", DEVELOPMENT[1]]):
        if code := subprocess.call([*compiled, *output], cwd=ROOT, env=variables()):
            return code
    return 0


def ensure(locks: Sequence[str]) -> None:
    """Makes `.venv` hold what the last of `locks` names; one process does, others wait and look again."""
    if not is_installed(locks):
        with alone() as held:
            if not is_installed(locks):
                install(locks, held)


def is_installed(locks: Sequence[str]) -> bool:
    """One with the development packages serves the bot too; one whose Python has gone serves nobody."""
    wanted = {digest(locks), digest(DEVELOPMENT)}
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() in wanted


def digest(locks: Sequence[str]) -> str:
    """What `.venv` is made from: the lock files and the kind of Python, as in `cpython-311`."""
    total = hashlib.sha256(str(sys.implementation.cache_tag).encode())
    for name in locks:
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def install(locks: Sequence[str], held: Sequence[int]) -> None:
    """Adds the development packages to the bot's; in any other case starts from nothing, so no remains stay.

    The children inherit the descriptors `held`: if this process is killed, the hold lasts as long as they do.
    """
    say(f"installing {locks[-1]} into .venv, once; this takes up to half a minute.")
    wanted, extends = digest(locks), is_installed(RUNTIME)
    make, *fill = installers(ROOT / locks[-1])
    STAMP.unlink(missing_ok=True)
    if not extends:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    for command in fill if extends else [make, *fill]:
        if subprocess.call(command, env=variables(), stdout=subprocess.DEVNULL, pass_fds=held):
            fail(
                f"could not install {locks[-1]}: see above. Check the network, the disk and, behind a"
                " proxy, HTTPS_PROXY and its certificate (PIP_CERT, SSL_CERT_FILE), then repeat the command"
            )
    STAMP.write_text(wanted)


def installers(lock_file: Path) -> list[list[str]]:
    """The command that makes `.venv`, then those that fill it: with uv where there is one, else with pip."""
    base = getattr(sys, "_base_executable", sys.executable)  # may itself be in the `.venv` that is made anew
    source = ["--quiet", "--require-hashes", "--no-deps", "-r", str(lock_file)]
    if uv := working_uv():
        install_all = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode", *source]
        return [[uv, "venv", "--quiet", "--python", base, str(ENVIRONMENT)], install_all]
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        fail(f"this Python has no {error.name}; on Debian and Ubuntu the cure is: apt install python3-venv")
    module = [str(PYTHON), "-I", "-m"]
    pip = [*module, "pip", "install", "--no-input", "--no-user", "--disable-pip-version-check", *source]
    return [[base, "-I", "-m", "venv", "--without-pip", str(ENVIRONMENT)], [*module, "ensurepip"], pip]


def working_uv() -> str | None:
    """Where uv is; None also for a version manager's shim with nothing behind it."""
    uv = shutil.which("uv")
    return uv if uv and subprocess.run([uv, "--version"], capture_output=True).returncode == 0 else None


@contextlib.contextmanager
def alone() -> Iterator[tuple[int, ...]]:
    """Holds other dev.py processes back and yields the descriptors of the hold; on Windows there is none."""
    if sys.platform == "win32":
        yield ()
        return
    with (ROOT / ".venv.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield (file.fileno(),)


def variables() -> dict[str, str]:
    """For child processes: they find this project, they write byte code, and uv fetches no Python."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))
    return {"UV_SYSTEM_CERTS": "1", **kept, "UV_PYTHON_DOWNLOADS": "never", "PYTHONPATH": paths}


def become(*module: str) -> NoReturn:
    """Turns into `python -m MODULE ...`, so that signals and exit codes need no passing on."""
    command = [str(PYTHON), "-P", "-m", *module]  # -P: a folder named bot where the user stands is not ours
    if sys.platform == "win32":
        sys.exit(subprocess.call(command, env=variables()))
    os.execve(PYTHON, command, variables())


def say(line: str) -> None:
    """Speaks on standard error, because standard output belongs to the program that follows."""
    print(f"dev.py: {line}", file=sys.stderr, flush=True)


def fail(reason: str) -> NoReturn:
    """Ends with a `reason` that names the cure."""
    say(reason)
    sys.exit(FAILED)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:
        fail(f"{problem}; check that {ROOT} is complete and can be written")
