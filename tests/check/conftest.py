"""A PostgreSQL for `check`, as the store's tests have it."""

from __future__ import annotations

from tests.storage.conftest import postgresql_url, server

__all__ = ["postgresql_url", "server"]
