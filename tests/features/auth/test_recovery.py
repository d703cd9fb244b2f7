"""Forgotten passwords and new identifiers: one-time codes by SMS and mail."""

import asyncio
import time
from statistics import median
from typing import Any

import pytest
from sqlalchemy import func, select

from chatroom.adapters.mail import NoMail
from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER
from chatroom.features import tables
from chatroom.features.auth.identifiers import codes
from chatroom.features.auth.ports import Mailer
from tests.cast import PASSWORD, Cast, Clock, Person, do, principal, register
from tests.doors import Doors
from tests.features.auth.post import letters, secret

EMAIL = "ana@example.org"
NUMBER = "+447911123456"
NEW = "a heron by the mill"


async def forget(app: App, **whom: str) -> Any:
    return await do(app, OUTSIDER, "auth.password.forget", **(whom or {"email": EMAIL}))


async def reset(app: App, code: str, new: str = NEW, **whom: str) -> str:
    """The code of the refusal, or "" when the new password counts."""
    try:
        await do(
            app, OUTSIDER, "auth.password.reset", code=code, newPassword=new, **(whom or {"email": EMAIL})
        )
    except Problem as problem:
        return problem.code
    return ""


async def signs_in(app: App, password: str, **whom: str) -> bool:
    try:
        await do(app, OUTSIDER, "auth.session.login", password=password, **(whom or {"email": EMAIL}))
    except Problem:
        return False
    return True


async def test_a_code_sets_a_new_password_once_and_signs_nobody_in(every_app: App) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    assert await forget(app) == {"ok": True}
    code = await secret(app, EMAIL)
    assert (len(code), code.isdecimal()) == (8, True)
    answer = await do(app, OUTSIDER, "auth.password.reset", email=EMAIL, code=code, newPassword=NEW)
    assert answer == {"ok": True, "message": "Password changed"}
    assert await reset(app, code, "another heron here") == "invalid_code"
    assert (await signs_in(app, PASSWORD), await signs_in(app, NEW)) == (False, True)
    with pytest.raises(Problem):
        await principal(app, ana)


async def test_of_fifty_uses_of_one_code_one_counts(every_app: App) -> None:
    app, _ = every_app, await register(every_app, "Ana")
    await forget(app)
    code = await secret(app, EMAIL)
    codes = await asyncio.gather(*(reset(app, code, f"heron number {n:04}") for n in range(50)))
    # A database may give up on one of fifty that wait for the same row: that is a 503, and nothing was stored.
    assert codes.count("") == 1
    assert set(codes) <= {"", "invalid_code", "unavailable"}
    assert sum([await signs_in(app, f"heron number {n:04}") for n in range(50)]) == 1


async def test_five_wrong_tries_end_a_code(app: App, cast: Cast) -> None:
    await forget(app)
    code = await secret(app, EMAIL)
    for _ in range(5):
        assert await reset(app, f"{(int(code) + 1) % 10**8:08}") == "invalid_code"
    assert await reset(app, code) == "invalid_code"
    assert await signs_in(app, PASSWORD)


async def test_a_code_is_good_for_ten_minutes_and_until_the_next_one(
    app: App, cast: Cast, clock: Clock
) -> None:
    await forget(app)
    first = await secret(app, EMAIL)
    await forget(app)
    second = await secret(app, EMAIL, 2)
    assert await reset(app, first) == "invalid_code"
    clock.advance(601)
    assert await reset(app, second) == "invalid_code"


@pytest.mark.parametrize("code", ["", " ", "1234567", "٠" * 8, "x" * 8, "0" * 32])
async def test_what_is_no_code_is_refused(app: App, cast: Cast, code: str) -> None:
    await forget(app)
    await secret(app, EMAIL)
    assert await reset(app, code) == "invalid_code"


async def test_nobody_learns_whether_there_is_an_account(app: App, cast: Cast, doors: Doors) -> None:
    told = []
    for email in (EMAIL, "nobody@example.org"):
        asked = await doors.ask("v1", "auth.password.forget", None, email=email)
        told.append((asked.status, asked.data))
        wrong = await doors.ask(
            "v1", "auth.password.reset", None, email=email, code="00000000", newPassword=NEW
        )
        told.append((wrong.status, {**wrong.data, "requestId": ""}))
    assert told[:2] == told[2:]
    assert (told[0][0], told[1][0]) == (202, 401)
    await letters(app, EMAIL)
    jobs = tables.tables["jobs"]
    waiting = select(func.count()).where(jobs.c.state == "waiting", jobs.c.name == "auth.send_code")
    async with app.db.read() as reader:
        while await reader.scalar(waiting):  # noqa: ASYNC110 - the job is another task's
            await asyncio.sleep(0.01)
    assert await letters(app, "nobody@example.org", 0) == []


async def test_a_wrong_code_takes_as_long_for_nobody_as_for_somebody(app: App, cast: Cast) -> None:
    """Each waits for the same instant, so what is done until then does not show."""
    await forget(app)
    await secret(app, EMAIL)

    async def seconds(email: str) -> float:
        started = time.perf_counter()
        assert await reset(app, "00000000", email=email) == "invalid_code"
        return time.perf_counter() - started

    known = [await seconds(EMAIL) for _ in range(5)]
    unknown = [await seconds("nobody@example.org") for _ in range(5)]
    assert min(known + unknown) >= codes.EVEN
    assert abs(median(known) - median(unknown)) < codes.EVEN


async def test_without_a_mailer_nothing_is_promised(app: App, cast: Cast) -> None:
    app.kernel.ports[Mailer] = NoMail()
    for email in (EMAIL, "nobody@example.org"):
        with pytest.raises(Problem) as refused:
            await forget(app, email=email)
        assert (refused.value.code, refused.value.status) == ("mail_unavailable", 503)


async def _add(app: App, person: Person, field: str, value: str) -> Any:
    who = await principal(app, person)
    await do(app, who, "auth.identifier.begin", **{field: value})
    return await do(app, who, "auth.identifier.confirm", code=await secret(app, value))


async def test_a_member_adds_a_number_and_signs_in_by_either(every_app: App) -> None:
    app, ana = every_app, await register(every_app, "Ana")
    me = await _add(app, ana, "phoneNumber", NUMBER)
    assert (me["email"], me["phoneNumber"]) == (EMAIL, "*********3456")
    assert await signs_in(app, PASSWORD)
    assert await signs_in(app, PASSWORD, phoneNumber="0044 7911 123456")
    await forget(app, phoneNumber=NUMBER)
    assert await reset(app, await secret(app, NUMBER, 2), NEW, phoneNumber=NUMBER) == ""
    assert await signs_in(app, NEW)


async def test_a_new_address_replaces_the_old_one_when_it_is_proven(app: App, cast: Cast) -> None:
    me = await _add(app, cast.ana, "email", "ana.lopez@example.org")
    assert me["email"] == "ana.lopez@example.org"
    assert await signs_in(app, PASSWORD, email="ana.lopez@example.org")
    assert not await signs_in(app, PASSWORD)


async def test_an_address_of_somebody_else_is_told_to_its_owner_alone(app: App, cast: Cast) -> None:
    who = await principal(app, cast.ana)
    assert await do(app, who, "auth.identifier.begin", email=cast.bob.email) == {"ok": True}
    code = await secret(app, cast.bob.email)
    with pytest.raises(Problem) as refused:
        await do(app, who, "auth.identifier.confirm", code=code)
    assert refused.value.code == "user_exists"
    assert await signs_in(app, PASSWORD)
    assert await signs_in(app, PASSWORD, email=cast.bob.email)


async def test_a_code_for_one_person_or_purpose_is_none_for_another(app: App, cast: Cast) -> None:
    await forget(app)
    code = await secret(app, EMAIL)
    assert await reset(app, code, email=cast.bob.email) == "invalid_code"
    with pytest.raises(Problem):
        await do(app, await principal(app, cast.ana), "auth.identifier.confirm", code=code)
    assert await reset(app, code) == ""


async def test_people_are_told_what_was_changed_about_the_way_in(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    await do(app, ana, "auth.password.change", currentPassword=PASSWORD, newPassword=NEW)
    assert (await letters(app, EMAIL))[-1].startswith("The password of your account was changed at 20")
    await _add(app, cast.ana, "email", "thief@example.org")
    assert (await letters(app, EMAIL, 2))[-1].startswith("The address or number of your account was changed")
