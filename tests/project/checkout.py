"""A checkout of a small project on a machine of its own, for trying dev.py without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import dev

# Says what it was started with.
BOT = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "process": os.getpid(), "file": __file__,
                  "writes_byte_code": not sys.dont_write_bytecode}))
sys.exit(int(os.environ.get("BOT_EXIT", "0")))
"""
# Does for `venv` what uv does, writes down every call, and fails an installation on request.
UV = """
import json, os, subprocess, sys
with open(os.environ["UV_CALLS"], "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
if os.environ.get("UV_FAILS") == sys.argv[1]:
    sys.exit("uv: no network")
if sys.argv[1] == "venv":
    python = sys.argv[sys.argv.index("--python") + 1]
    subprocess.run([python, "-I", "-m", "venv", "--without-pip", sys.argv[-1]], check=True)
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where the project is, and the environment variables of the shell dev.py is started from."""

    root: Path
    variables: dict[str, str]

    @property
    def python(self) -> Path:
        return self.root / ".venv/bin/python"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "dev.py"), *arguments]

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`python3 dev.py ARGUMENTS` with `more` variables, from the folder above the checkout."""
        return self.start(self.command(*arguments), **more)

    def run_pretending(self, change: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same in a Python that has been told something about itself."""
        start = "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        program = f"import runpy, sys; {change}; {start}"
        return self.start([sys.executable, "-c", program, *self.command(*arguments)[1:]])

    def start(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        variables = {**self.variables, **more}
        return subprocess.run(command, env=variables, cwd=self.root.parent, capture_output=True, text=True)

    def uv_calls(self) -> list[str]:
        """The calls of uv since the last look: `venv`, or the name of the lock file."""
        file = Path(self.variables["UV_CALLS"])
        calls = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        file.unlink(missing_ok=True)
        return ["venv" if call[0] == "venv" else Path(call[-1]).name for call in calls]


def make_checkout(folder: Path) -> Checkout:
    """On a machine that has nothing but Python; the name has a space in it."""
    root, programs = folder / "check out", folder / "programs"
    programs.mkdir()
    (root / "bot").mkdir(parents=True)
    (root / "bot/__main__.py").write_text(BOT)
    for name in dev.DEVELOPMENT:
        (root / name).write_text("# nothing yet\n")
    shutil.copy(dev.ROOT / "dev.py", root)
    home = {"HOME": str(folder), "PATH": str(programs), "UV_CALLS": str(folder / "uv calls")}
    return Checkout(root, {**home, "PIP_NO_INDEX": "1"})


def add_uv(checkout: Checkout) -> Checkout:
    """Puts a stand-in for uv on the PATH."""
    (checkout.root / "uv.py").write_text(UV)
    start = f'exec "{sys.executable}" -I "{checkout.root}/uv.py" "$@"'
    return add_script(checkout, f'[ "$1" = --version ] && exit 0\n{start}')


def add_script(checkout: Checkout, script: str) -> Checkout:
    """Puts a shell script on the PATH that is called uv."""
    uv = Path(checkout.variables["PATH"]) / "uv"
    uv.write_text(f"#!/bin/sh\n{script}\n")
    uv.chmod(0o755)
    return checkout


def make_wheel(folder: Path) -> str:
    """A wheel of one module, `first`; returns its line for a lock file."""
    path = folder / "first-1.0-py3-none-any.whl"
    files = {
        "first.py": "",
        "first-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: first\nVersion: 1.0\n",
        "first-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{wheel_digest(text)},\n" for name, text in files.items())
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "first-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return f"first==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def wheel_digest(text: str) -> str:
    """https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file"""
    encoded = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return "sha256=" + encoded.rstrip(b"=").decode()
