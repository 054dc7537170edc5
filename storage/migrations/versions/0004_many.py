"""Workspaces that installed the app, who leads what, limits learnt by all, and who may use the schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment, Words

revision = "0004"
down_revision = "0003"
floor = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "installation",
        sa.Column("workspace", Words, primary_key=True),
        sa.Column("sealed_token", sa.Text, nullable=False),
        sa.Column("bot_user", Words, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("installed_by", Words, nullable=False),
        sa.Column("installed_at", Moment, nullable=False),
    )
    op.create_table(
        "oauth_state",
        sa.Column("state_hash", Words, primary_key=True),
        sa.Column("browser_hash", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_oauth_state_at", "oauth_state", ["at"])
    op.create_table(
        "lead",
        sa.Column("duty", Words, primary_key=True),
        sa.Column("owner", Words, nullable=False),
        sa.Column("fence", Words, nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
    op.create_table(
        "learnt_limit",
        sa.Column("workspace", Words, primary_key=True),
        sa.Column("method", Words, primary_key=True),
        sa.Column("rate", sa.Float, nullable=False),
        sa.Column("quiet_until", Moment),
        sa.Column("learnt_at", Moment, nullable=False),
    )
    op.create_index("ix_learnt_limit_learnt_at", "learnt_limit", ["learnt_at"])
    op.create_table("schema_floor", sa.Column("oldest", Words, primary_key=True))
