"""Fields that nobody asked for: every column of every table in the input of every operation that changes something."""

from typing import Any, Final

import httpx2
import msgspec
import pytest
from sqlalchemy import select

from chatroom.app import App
from chatroom.core.operation import Operation
from chatroom.core.principal import Role
from chatroom.features import operations, tables
from tests.cast import Cast
from tests.doors import Doors, by_http, serves
from tests.features.test_permissions import Stage, expected, identity_fields

MARK: Final = 4_242_424_242
"""A number that nothing here has by itself; as text it is contained in itself."""
TEMPTING: Final = {
    "role": "admin",
    "kind": "verifier",
    "status": "suspended",
    "isPrivate": False,
    "mustChange": True,
}
COLUMNS: Final = sorted({column.name for table in tables.tables.values() for column in table.columns})
DEEDS: Final = sorted(name for name, op in operations.items() if op.path and op.method != "GET")


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def planted(op: Operation) -> dict[str, Any]:
    """Every column in both spellings, but for what the operation does ask for."""
    known = {field.encode_name for field in msgspec.structs.fields(op.input)}
    names = {spelt for name in COLUMNS for spelt in (name, camel(name))} - known
    return {name: TEMPTING.get(camel(name), MARK if name[0] < "m" else str(MARK)) for name in sorted(names)}


async def rows(app: App) -> set[tuple[Any, ...]]:
    """Everything that is stored, but for what the worker notes of a job meanwhile."""
    async with app.db.read() as reader:
        return {
            (name, *map(repr, row[:4] if name == "jobs" else row))
            for name, table in tables.tables.items()
            for row in await reader.all(select(*table.columns))
        }


async def people(app: App) -> dict[str, tuple[str, str]]:
    """The role and the state of everybody."""
    users = tables.tables["users"].c
    async with app.db.read() as reader:
        return {
            row.id: (row.role, row.status)
            for row in await reader.all(select(users.id, users.role, users.status))
        }


@pytest.mark.parametrize("name", DEEDS)
async def test_no_column_can_be_set_by_adding_it_to_an_input(
    app: App, http: httpx2.AsyncClient, cast: Cast, doors: Doors, name: str
) -> None:
    """v1 refuses each by its name and does nothing; the seeds' surfaces do what was meant and store nothing of it."""
    op, stage = operations[name], Stage(app, cast, doors)
    role = Role.USER if Role.USER in op.may.roles else Role.ADMIN
    person = cast.bob if role is Role.USER else cast.admin
    extra = planted(op)
    for number, surface in enumerate(door for door in ("root", "api", "v1") if serves(door, op)):
        if name.startswith(("auth.", "users.")):
            fields = await identity_fields(app, name, f"other{number}", person)
        else:
            fields = await stage.fields(name, role, surface)
        before, were = await rows(app), await people(app)
        if surface == "v1":
            for field, value in extra.items():
                refused = await by_http(http, surface, name, person.token, {**fields, field: value})
                assert (refused.status, refused.code) == (422, "bad_input"), field
                assert field in refused.data["errors"]
            assert await rows(app) == before
            continue
        said = await by_http(http, surface, name, person.token, {**fields, **extra})
        assert said.code == expected(name, role, surface)
        new = await rows(app) - before
        assert not [row for row in new if str(MARK) in str(row)]
        are = await people(app)
        assert {who: are[who] for who in were} == were
        assert {are[who] for who in are.keys() - were} <= {
            ("user", "active"),
            ("guest", "active"),
            ("user", "pending"),
        }
