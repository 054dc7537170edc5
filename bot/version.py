"""Which version of the program this is; the one that pyproject.toml names."""

from __future__ import annotations

VERSION = "0.1.0"
