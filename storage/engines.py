"""Engines: how connections to the two databases are made and kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.address import Address

PATIENCE = 30.0
"""Seconds that whoever needs a connection to a server waits for one to be free."""

SOCKET = {"connect_timeout": 10, "tcp_user_timeout": 10_000, "keepalives_idle": 30, "keepalives_interval": 10}
"""Seconds, and once milliseconds: https://www.postgresql.org/docs/current/libpq-connect.html."""

PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""The last overwrites what is deleted: https://www.sqlite.org/pragma.html#pragma_secure_delete."""


def server(address: Address, *, connections: int) -> AsyncEngine:
    """Make an engine that keeps so many *connections*, and has as many more while they are needed."""
    ours: dict[str, Any] = {"application_name": "claudestatus", **SOCKET}
    settings = {name: value for name, value in ours.items() if name not in address.url.query}
    settings["prepare_threshold"] = None  # connection poolers lose statements prepared on the server
    return create_async_engine(
        address.url,
        connect_args=settings,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=PATIENCE,
        hide_parameters=True,  # an error that is logged names the statement, and not what somebody typed
    )


def on_disk(address: Address, begin: str, *, connections: int) -> AsyncEngine:
    """Make an engine whose every transaction starts with *begin*, and not where the driver thinks fit."""
    # A pool that keeps its connection keeps a database in memory alive, too.
    engine = create_async_engine(
        address.url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # as above
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
