"""Connections to a server that are lost: told apart by what may have been written, and cut where it hangs."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection


class Lost(Exception):
    """The connection was lost before a commit was asked for: nothing was written, and one may try again.

    Its cause is what the driver said.
    """


@contextmanager
def uncommitted() -> Iterator[None]:
    """Tell a loss in here, by raising `Lost`, from one during the commit, whose outcome nobody knows."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Lost from error
        raise


@asynccontextmanager
async def cut_off(connection: AsyncConnection, ends: float | None) -> AsyncIterator[None]:
    """Cut the connection at *ends*, a time of the loop, unless the block is over; None: never.

    A driver that is cancelled first asks the server to cancel, and waits for its answer, too. To one
    whose socket is shut it looks as if the server had gone, which it knows how to live with.
    """
    if ends is None:
        yield
        return
    driver = (await connection.get_raw_connection()).driver_connection
    cut = asyncio.get_running_loop().call_at(ends, _shut, driver)
    try:
        yield
    finally:
        cut.cancel()


def _shut(driver: Any) -> None:
    """Shut the socket below *driver*, which goes on owning it."""
    if driver.closed:
        return
    with suppress(OSError), socket.socket(fileno=os.dup(driver.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)
