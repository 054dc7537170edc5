"""How long the tests let a read take."""

from __future__ import annotations

from datetime import timedelta

SHORT = timedelta(seconds=0.2)
"""For reads that are meant to reach their deadline."""

AMPLE = timedelta(seconds=30)
