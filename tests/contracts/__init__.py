"""What every implementation of a port must do, and who does it."""

from __future__ import annotations
