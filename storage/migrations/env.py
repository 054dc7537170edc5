"""Alembic's entry: runs the steps on the connection of `storage.schema`, within its transaction."""

from __future__ import annotations

from alembic import context

from storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
