"""A PostgreSQL of the test session's own, for the tests that run several processes."""

from __future__ import annotations

from tests.storage.conftest import emptied_schema, migrated_schema, server

__all__ = ["emptied_schema", "migrated_schema", "server"]
