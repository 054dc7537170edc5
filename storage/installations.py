"""The installations: tokens encrypted at rest, and states of OAuth that can be brought back once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.installations import Installation, TokenUnreadable
from storage import departures, states, tables
from storage.cipher import Cipher
from storage.database import Database
from storage.departures import SLACK
from storage.statements import is_postgresql, writing
from storage.waking import try_workspace


@dataclass(frozen=True, slots=True)
class SqlInstallations:
    """What the methods promise is written at `bot.installations`. Each may raise `StorageError`."""

    database: Database
    cipher: Cipher

    async def begin(self, state: str, browser: str, now: datetime) -> None:
        """Write the hashes down."""
        await self.database.write(lambda db: states.begin(db, state, browser, now))

    async def consume(self, state: str, browser: str, now: datetime) -> bool:
        """Take a state back: of several that ask at once, one deletes it.

        Anybody may ask for what was never given out, and that is no write: all writers stand in one line.
        """
        if not await self.database.read(lambda db: states.waits(db, state, browser, now)):
            return False
        return await self.database.write(lambda db: states.consume(db, state, browser, now))

    async def save(self, installation: Installation, now: datetime) -> None:
        """Write an installation, and try what was paused while there was none."""
        sealed = self.cipher.seal(installation.token, _owner(installation.workspace))
        await self.database.write(lambda db: _save(db, installation, sealed, now))
        await self.database.scrub()

    async def find(self, workspace: str) -> Installation | None:
        """Read an installation and decrypt its token."""
        found = await self.database.read(lambda db: _rows(db, tables.installation.c.workspace == workspace))
        return self._opened(found[0]) if found else None

    async def remove(self, workspace: str, happened_at: datetime, now: datetime) -> bool:
        """Delete the token, and on SQLite what the file still held of it."""
        meant = tables.installation.c.installed_at <= happened_at
        removed = await self.database.write(lambda db: _delete(db, workspace, meant, now))
        if removed:
            await self.database.scrub()
        return removed

    async def drop(self, workspace: str, token: str, now: datetime) -> bool:
        """Delete the token if it still is as it was read; one that is sealed anew meanwhile stays."""
        found = await self.database.read(lambda db: _rows(db, tables.installation.c.workspace == workspace))
        if not found or self._opened(found[0]).token != token:
            return False
        same = tables.installation.c.sealed_token == found[0].sealed_token
        dropped = await self.database.write(lambda db: _delete(db, workspace, same, now))
        if dropped:
            await self.database.scrub()
        return dropped

    async def note_absent(self, now: datetime) -> None:
        """Compare with the subscriptions, in one transaction."""
        await self.database.write(lambda db: _note_absent(db, now))

    async def unreadable(self) -> list[str]:
        """Try every token."""
        return [row.workspace for row in await self._all() if not self._opens(row)]

    async def workspaces(self) -> list[str]:
        """Read the workspaces alone: no token is decrypted."""
        return [row.workspace for row in await self._all()]

    async def count(self) -> int:
        """Return how many workspaces let us in."""
        return len(await self._all())

    async def rotate(self) -> int:
        """Seal anew, with the ring's first key, what another key sealed; returns how many that were.

        A row at a time, and only if it still is as it was read: a bot may run meanwhile, and whoever is
        ended in the middle is run again. What no key opens is left as it is.
        """
        count = 0
        for row in await self._all():
            if not self.cipher.is_current(row.sealed_token) and self._opens(row):
                count += await self._seal_anew(row)
        await self.database.scrub()
        return count

    async def _seal_anew(self, row: Row[Any]) -> int:
        """Replace one sealed token; returns 0 where somebody else was faster."""
        sealed = self.cipher.seal(self._opened(row).token, _owner(row.workspace))
        kept = tables.installation
        same = and_(kept.c.workspace == row.workspace, kept.c.sealed_token == row.sealed_token)
        swap = update(kept).where(same).values(sealed_token=sealed)
        return (await self.database.write(lambda db: db.execute(swap))).rowcount

    async def _all(self) -> Sequence[Row[Any]]:
        return await self.database.read(lambda db: _rows(db, true()))

    def _opened(self, row: Row[Any]) -> Installation:
        return Installation(
            workspace=row.workspace,
            token=self.cipher.open(row.sealed_token, _owner(row.workspace)),
            bot_user=row.bot_user,
            scopes=frozenset(filter(None, row.scopes.split(","))),
            installed_by=row.installed_by,
            installed_at=row.installed_at,
        )

    def _opens(self, row: Row[Any]) -> bool:
        try:
            self._opened(row)
        except TokenUnreadable:
            return False
        return True


async def _save(connection: AsyncConnection, one: Installation, sealed: str, now: datetime) -> None:
    row = {
        "workspace": one.workspace,
        "sealed_token": sealed,
        "bot_user": one.bot_user,
        "scopes": ",".join(sorted(one.scopes)),
        "installed_by": one.installed_by,
        "installed_at": one.installed_at,
    }
    await connection.execute(writing(tables.installation, postgresql=is_postgresql(connection)), row)
    await departures.joined(connection, SLACK, one.workspace)
    await try_workspace(connection, SLACK, one.workspace, now)


async def _delete(
    connection: AsyncConnection, workspace: str, which: ColumnElement[bool], now: datetime
) -> bool:
    """Delete the token of *workspace* if it is *which*, and note the removal."""
    kept = tables.installation
    if not (await connection.execute(delete(kept).where(kept.c.workspace == workspace, which))).rowcount:
        return False
    await departures.left(connection, SLACK, workspace, now)
    return True


async def _note_absent(connection: AsyncConnection, now: datetime) -> None:
    """Note who left; one that is installed in this very moment may be noted, and has joined at the next."""
    installed = frozenset(await connection.scalars(select(tables.installation.c.workspace)))
    await departures.present(connection, SLACK, installed, now)


async def _rows(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    chosen = select(tables.installation).where(which).order_by(tables.installation.c.workspace)
    return (await connection.execute(chosen)).all()


def _owner(workspace: str) -> str:
    return f"{SLACK}:{workspace}"
