"""The one web server of the process: narrow limits, a deadline for each request, few words."""

from __future__ import annotations

from adapters.web.port import CannotServe, look_at
from adapters.web.server import Route, serve

__all__ = ["CannotServe", "Route", "look_at", "serve"]
