"""What was taken of budgets, and the workspaces that removed the bot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import IDENTITY, Moment, Words

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "spent",
        sa.Column("id", IDENTITY, primary_key=True),
        sa.Column("budget", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_spent_budget_at", "spent", ["budget", "at"])
    op.create_table(
        "departed",
        sa.Column("platform", Words, primary_key=True),
        sa.Column("workspace", Words, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
