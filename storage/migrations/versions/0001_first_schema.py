"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import IDENTITY, Moment, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _knowledge()
    _subscriptions()
    _deliveries()


def _knowledge() -> None:
    op.create_table(
        "present",
        sa.Column("name", Words, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", IDENTITY, primary_key=True),
        sa.Column("endpoint", Words, nullable=False),
        sa.Column("read_at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_snapshot_read_at", "snapshot", ["read_at"])
    op.create_table(
        "record",
        sa.Column("key", Words, primary_key=True),
        sa.Column("official_id", Words, unique=True),
        sa.Column("kind", Words, nullable=False),
        sa.Column("tier", Words, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("closed_at", Moment),
        sa.Column("newest_at", Moment, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    for column in ("opened_at", "closed_at", "newest_at"):
        op.create_index(f"ix_record_{column}", "record", [column])


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", IDENTITY, primary_key=True),
        sa.Column("platform", Words, nullable=False),
        sa.Column("workspace", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("least_rank", sa.Integer, nullable=False),
        sa.Column("maintenance", sa.Boolean, nullable=False),
        sa.Column("all_components", sa.Boolean, nullable=False),
        sa.Column("mute_began", Moment),
        sa.Column("mute_until", Moment),
        sa.Column("pause_reason", Words),
        sa.Column("paused_at", Moment),
        sa.Column("next_try_at", Moment),
        sa.Column("ended_at", Moment),
        sa.UniqueConstraint("platform", "workspace", "channel"),
    )
    op.create_index(
        "ix_subscription_paused",
        "subscription",
        ["id"],
        sqlite_where=sa.text("state = 'paused'"),
        postgresql_where=sa.text("state = 'paused'"),
    )
    op.create_table(
        "subscription_component",
        sa.Column("subscription_id", IDENTITY, _subscription(), primary_key=True),
        sa.Column("component_id", Words, primary_key=True),
    )
    op.create_table(
        "settings_version",
        sa.Column("subscription_id", IDENTITY, _subscription(), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", Words, nullable=False),
        sa.Column("action", Words, nullable=False),
        sa.Column("document", sa.Text),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", IDENTITY, primary_key=True),
        sa.Column("subscription_id", IDENTITY, nullable=False),
        sa.Column("record_key", Words, nullable=False),
        sa.Column("platform", Words, nullable=False),
        sa.Column("origin", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("lease_token", Words),
        sa.Column("lease_owner", Words),
        sa.Column("lease_until", Moment),
        sa.Column("style", Words),
        sa.Column("muted_at", Moment),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("unknown", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("conclusion", Words),
        sa.Column("receipts", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("trace", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.UniqueConstraint("record_key", "subscription_id"),
    )
    op.create_index("ix_delivery_subscription_id", "delivery", ["subscription_id"])
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["priority", "due_at", "id", "platform"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def _subscription() -> sa.ForeignKey:
    return sa.ForeignKey("subscription.id", ondelete="CASCADE")
