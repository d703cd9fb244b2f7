"""Column types that mean the same on SQLite, PostgreSQL and MySQL/MariaDB."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, String, types
from sqlalchemy import Text as LongText
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine


class Id(TypeDecorator[str]):
    """A canonical lower-case UUID as `str`: native on PostgreSQL, 36 ASCII characters elsewhere."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a dialect."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.CHAR(36, charset="ascii", collation="ascii_bin"))
        return dialect.type_descriptor(String(36))


class Time(TypeDecorator[int]):
    """An instant: integer milliseconds since 1970, UTC. Never a float: MySQL's FLOAT has 24 bits."""

    impl = BigInteger
    cache_ok = True


class Json(TypeDecorator[Any]):
    """Anything that msgspec encodes, kept as JSON text (64 kB and more) and read back as plain objects."""

    impl = LongText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a dialect."""
        return dialect.type_descriptor(_long_text(dialect))

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode; None stays NULL."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode to dict, list, str, int, float, bool or None."""
        return None if value is None else msgspec.json.decode(value)


class Word(TypeDecorator[str]):
    """A short ASCII text that a machine reads: enum values, codes, hashes, client ids. Compared byte by byte."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a dialect."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(_exact(dialect, self.length, "ascii"))
        return dialect.type_descriptor(String(self.length))


class Name(TypeDecorator[str]):
    """A text that people read, at most `length` characters of any script. Compared code point by code point."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a dialect."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(_exact(dialect, self.length, "utf8mb4"))
        return dialect.type_descriptor(String(self.length))


class Text(TypeDecorator[str]):
    """A long text of any script: 64 kB and more on all three (MySQL's TEXT would end at 65 535 bytes)."""

    impl = LongText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a dialect."""
        return dialect.type_descriptor(_long_text(dialect))


def _exact(dialect: Dialect, length: int, charset: str) -> TypeEngine[Any]:
    """A VARCHAR in which two texts are equal only if Python says so.

    MySQL's `_bin` collations compare bytes but pad with spaces: `"a"` and `"a "` are one key to them.
    """
    if getattr(dialect, "is_mariadb", False):
        return mysql.VARCHAR(length, charset=charset, collation=f"{charset}_nopad_bin")
    return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_0900_bin")


def _long_text(dialect: Dialect) -> types.TypeEngine[Any]:
    if dialect.name == "mysql":
        return mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin")
    return LongText()
