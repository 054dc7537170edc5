"""The column types of our own: moments that keep their zone, words that any database can hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

REFUSED = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL refuses in a text, and what UTF-8 cannot say."""

IDENTITY = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts a key up by itself only where its type is exactly INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware moment, in UTC when read. SQLite, which has no such type, keeps microseconds since 1970."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type below this one."""
        inner: TypeEngine[Any] = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(inner)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Refuse what has no zone: nobody could tell later which moment was meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the moment {value.isoformat()} has no time zone")
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: object, _: Dialect) -> datetime | None:
        """Put the zone back."""
        match value:
            case int():
                return EPOCH + value * MICROSECOND
            case datetime():
                return value.astimezone(UTC)
        return None


class Words(TypeDecorator[str]):
    """Text without what one of the databases refuses: NUL (PostgreSQL) and lone surrogates (both)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """Refuse it here, so that both databases refuse the same."""
        if value is not None and REFUSED.search(value):
            raise ValueError(f"the text {value[:40]!r} holds a character that no database keeps")
        return value


def storable(text: str | None) -> str | None:
    """Return words for people with what no database keeps replaced; for names and keys, refusal is right."""
    return None if text is None else REFUSED.sub("\N{REPLACEMENT CHARACTER}", text)
