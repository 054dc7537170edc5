"""The command `check`."""

from __future__ import annotations
