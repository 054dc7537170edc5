"""The tables: columns where a statement filters or fences, JSON documents for all the rest."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.columns import IDENTITY, Moment, Words

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)

present = Table(
    "present",
    METADATA,
    Column("name", Words, primary_key=True),  # what the document is about: see documents.py
    Column("document", Text, nullable=False),
)

snapshot = Table(
    "snapshot",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("endpoint", Words, nullable=False),
    Column("read_at", Moment, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # zlib
)

record = Table(
    "record",
    METADATA,
    Column("key", Words, primary_key=True),
    Column("official_id", Words, unique=True),
    Column("kind", Words, nullable=False),
    Column("tier", Words, nullable=False),
    Column("opened_at", Moment, nullable=False, index=True),
    Column("closed_at", Moment, index=True),  # NULL: open
    Column("newest_at", Moment, nullable=False, index=True),
    Column("document", Text, nullable=False),
)

subscription = Table(
    "subscription",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("platform", Words, nullable=False),
    Column("workspace", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("least_rank", Integer, nullable=False),  # this and the next two repeat the settings
    Column("maintenance", Boolean, nullable=False),
    Column("all_components", Boolean, nullable=False),
    Column("mute_began", Moment),
    Column("mute_until", Moment),
    Column("pause_reason", Words),
    Column("paused_at", Moment),
    Column("next_try_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("platform", "workspace", "channel"),
    Index(
        "ix_subscription_paused",
        "id",
        sqlite_where=text("state = 'paused'"),
        postgresql_where=text("state = 'paused'"),
    ),
)

subscription_component = Table(
    "subscription_component",
    METADATA,
    Column("subscription_id", ForeignKey(subscription.c.id, ondelete="CASCADE"), primary_key=True),
    Column("component_id", Words, primary_key=True),
)

settings_version = Table(
    "settings_version",
    METADATA,
    Column("subscription_id", ForeignKey(subscription.c.id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("document", Text),  # NULL: not subscribed from here on
)

handled = Table(
    "handled",
    METADATA,
    Column("key", Words, primary_key=True),  # what came from outside, by the name its sender gives it
    Column("at", Moment, nullable=False, index=True),
)

spent = Table(
    "spent",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("budget", Words, nullable=False),
    Column("at", Moment, nullable=False),  # when one was taken
    Index(None, "budget", "at"),
)

departed = Table(
    "departed",
    METADATA,
    Column("platform", Words, primary_key=True),
    Column("workspace", Words, primary_key=True),
    Column("at", Moment, nullable=False),  # when the bot was removed from it
)

installation = Table(
    "installation",
    METADATA,
    Column("workspace", Words, primary_key=True),  # of Slack
    Column("sealed_token", Text, nullable=False),
    Column("bot_user", Words, nullable=False),
    Column("scopes", Text, nullable=False),  # with commas between
    Column("installed_by", Words, nullable=False),
    Column("installed_at", Moment, nullable=False),  # by Slack's clock
)

oauth_state = Table(
    "oauth_state",
    METADATA,
    Column("state_hash", Words, primary_key=True),
    Column("browser_hash", Words, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

lead = Table(
    "lead",
    METADATA,
    Column("duty", Words, primary_key=True),  # what only one process does at a time
    Column("owner", Words, nullable=False),
    Column("fence", Words, nullable=False),
    Column("until", Moment, nullable=False),  # by the clock that leases run by
)

learnt_limit = Table(
    "learnt_limit",
    METADATA,
    Column("workspace", Words, primary_key=True),  # of Slack
    Column("method", Words, primary_key=True),
    Column("rate", Float, nullable=False),  # calls a second
    Column("quiet_until", Moment),  # NULL: no pause was asked for
    Column("learnt_at", Moment, nullable=False, index=True),
)

# The oldest program that may work on this schema, named by the last migration it knows.
schema_floor = Table("schema_floor", METADATA, Column("oldest", Words, primary_key=True))

# Without foreign keys: PostgreSQL would lock the row of every subscription whenever an incident is
# told to all of them, which doubles the time that takes.
delivery = Table(
    "delivery",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("subscription_id", IDENTITY, nullable=False, index=True),
    Column("record_key", Words, nullable=False),
    Column("platform", Words, nullable=False),  # that of the subscription
    Column("origin", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", Moment),  # NULL: until woken
    Column("version", Integer, nullable=False, server_default=text("1")),  # counts the wakings
    Column("lease_token", Words),
    Column("lease_owner", Words),
    Column("lease_until", Moment),
    Column("style", Words),
    Column("muted_at", Moment),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("unknown", Boolean, nullable=False, server_default=false()),
    Column("conclusion", Words),
    Column("receipts", Text, nullable=False, server_default=text("'[]'")),
    Column("trace", Text, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("record_key", "subscription_id"),
    # Its condition is repeated literally by the statements: PostgreSQL cannot see through a parameter.
    Index(
        "ix_delivery_due",
        "priority",
        "due_at",
        "id",
        "platform",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)
