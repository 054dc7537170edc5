"""Keys of what came from outside and was handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment, Words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "handled",
        sa.Column("key", Words, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_handled_at", "handled", ["at"])
