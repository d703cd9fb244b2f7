"""Admins among themselves, and admins who are none any more."""

import asyncio
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import Role
from chatroom.features import operations
from tests.cast import Cast, do, give_role, principal, register

DEEDS: dict[str, dict[str, Any]] = {"users.remove": {}, "users.change": {"status": "suspended"}}

PRIVILEGED = [op.name for op in operations.values() if Role.USER not in op.may.roles]


@pytest.mark.parametrize("deed", DEEDS)
async def test_two_admins_who_shut_each_other_out_at_once_leave_one(every_app: App, deed: str) -> None:
    people = [await register(every_app, name, "admin") for name in ("Ada", "Alan")]
    ada, alan = [await principal(every_app, person) for person in people]
    said = await asyncio.gather(
        do(every_app, ada, deed, userId=alan.id, **DEEDS[deed]),
        do(every_app, alan, deed, userId=ada.id, **DEEDS[deed]),
        return_exceptions=True,
    )
    refused = [each for each in said if isinstance(each, BaseException)]
    assert [each.code for each in refused if isinstance(each, Problem)] == ["forbidden"], said
    left = alan if isinstance(said[1], dict) else ada
    listed = (await do(every_app, left, "users.list"))["users"]
    assert [each["id"] for each in listed if each["status"] == "active"] == [left.id]


@pytest.mark.parametrize("deed", PRIVILEGED)
async def test_who_was_an_admin_a_moment_ago_does_nothing_as_one(app: App, cast: Cast, deed: str) -> None:
    """Said of every operation that users are not allowed, so that a new one looks at the role again as well."""
    proven = await principal(app, cast.admin)
    await give_role(app, cast.admin.id, "user")
    whom = {"userId": cast.bob.id} if "user_id" in operations[deed].input.__struct_fields__ else {}
    with pytest.raises(Problem) as refused:
        await do(app, proven, deed, **whom, **DEEDS.get(deed, {}))
    assert refused.value.code == "forbidden"
    assert (await principal(app, cast.bob)).id == cast.bob.id
