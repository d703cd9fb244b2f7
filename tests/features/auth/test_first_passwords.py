"""First passwords: sent by SMS, good for ten minutes and five tries, and for nothing but setting one's own."""

import asyncio
from typing import Any

import pytest

from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.adapters.sms import NoSms
from chatroom.app import App
from chatroom.core.addresses import address_key
from chatroom.core.context import Context
from chatroom.core.errors import Problem
from chatroom.core.fair_queue import IN_LANE
from chatroom.core.principal import OUTSIDER, SYSTEM, Role
from chatroom.features import operations
from chatroom.features.auth.jobs import expire_people
from chatroom.features.auth.ports import PasswordHasher, SmsSender
from chatroom.features.auth.store import passwords
from tests.cast import Cast, Clock, Person, do, principal
from tests.doors import Doors, Server
from tests.features.auth.post import secret

NUMBER = "+447911123456"
OWN = "a heron by the mill"


async def sign_up(app: App, number: str = NUMBER, **more: Any) -> str:
    made = await do(app, OUTSIDER, "auth.account.sign_up", phoneNumber=number, **more)
    return str(made["userId"])


async def sign_in(app: App, password: str) -> dict[str, Any]:
    made: dict[str, Any] = await do(
        app, OUTSIDER, "auth.session.login", phoneNumber=NUMBER, password=password
    )
    return made


async def code_of(app: App, password: str) -> str:
    try:
        await sign_in(app, password)
    except Problem as problem:
        return problem.code
    return ""


async def test_a_first_password_opens_only_the_way_to_one_of_ones_own(every_app: App) -> None:
    app = every_app
    user_id = await sign_up(app, firstName="Ana", lastName="Lopez", birthYear=1990)
    first = await secret(app, NUMBER)
    assert len(first) == 16
    signed_in = await sign_in(app, first)
    assert (signed_in["id"], signed_in["mustChangePassword"]) == (user_id, True)
    assert (signed_in["name"], "email" in signed_in) == ("Ana Lopez", False)
    ana = Person(user_id, "Ana Lopez", "", "", signed_in["token"])
    who = await principal(app, ana)
    assert who.must_change_password
    with pytest.raises(Problem) as refused:
        await do(app, who, "rooms.create", name="Tea")
    assert refused.value.code == "password_change_required"
    await do(app, OUTSIDER, "auth.session.refresh", refreshToken=signed_in["refreshToken"])
    await do(app, who, "auth.password.change", currentPassword=first, newPassword=OWN)
    assert not (await principal(app, ana)).must_change_password
    assert await code_of(app, first) == "invalid_credentials"
    assert "mustChangePassword" not in await sign_in(app, OWN)


async def test_every_other_operation_is_refused_at_every_door(app: App, doors: Doors) -> None:
    user_id = await sign_up(app)
    signed_in = await sign_in(app, await secret(app, NUMBER))
    ana = Person(user_id, "", "", "", signed_in["token"])
    closed = [
        (door, op)
        for op in operations.values()
        if not op.may.unfinished and Role.OUTSIDER not in op.may.roles and Role.USER in op.may.roles
        for door in ("api", "v1")
        if op.path and door in op.on
    ]
    for door, op in closed:
        fields = dict.fromkeys(op.path_fields, user_id)
        assert (op.name, (await doors.ask(door, op.name, ana, **fields)).code) == (
            op.name,
            "password_change_required",
        )
    assert len(closed) > 20


async def test_a_first_password_opens_no_socket_and_ones_own_does(app: App, server: Server) -> None:
    user_id = await sign_up(app)
    first = await secret(app, NUMBER)
    ana = Person(user_id, "", "", "", (await sign_in(app, first))["token"])
    assert await server.refusal(ana.token) == "password_change_required"
    await do(app, await principal(app, ana), "auth.password.change", currentPassword=first, newPassword=OWN)
    ears = await server.ears(ana)
    assert (await ears.ask("auth_refresh", {"token": ana.token})).code == ""
    assert (await ears.ask("heartbeat", {})).data["presence"] == "online"


async def test_a_first_password_works_again_until_its_ten_minutes_are_over(app: App, clock: Clock) -> None:
    await sign_up(app)
    first = await secret(app, NUMBER)
    clock.advance(599)
    assert [await code_of(app, first) for _ in range(2)] == ["", ""]
    clock.advance(1)
    assert await code_of(app, first) == "invalid_credentials"


async def test_five_wrong_tries_end_a_first_password(app: App) -> None:
    await sign_up(app)
    first = await secret(app, NUMBER)
    for _ in range(4):
        await code_of(app, "wrong heron")
    assert await code_of(app, first) == ""
    for _ in range(5):
        await code_of(app, "wrong heron")
    assert await code_of(app, first) == "invalid_credentials"


@pytest.mark.parametrize("away", [False, True], ids=["where it was sent", "elsewhere"])
async def test_an_attempt_for_which_there_was_no_time_takes_no_try(app: App, away: bool) -> None:
    user_id = await sign_up(app)
    first = await secret(app, NUMBER)
    here = address_key(Context(app.kernel, OUTSIDER).origin.address)
    if away:
        async with app.db.begin() as tx:
            stored = await passwords.find(tx, user_id)
            assert stored is not None
            await passwords.put(tx, stored._replace(address="192.0.2.1"))
    quick, slow = app.kernel.ports[PasswordHasher], BcryptHasher(9)  # 20 ms each: the queue stays full
    app.kernel.ports[PasswordHasher] = slow
    flood = [asyncio.create_task(slow.verify(b"x", None, here)) for _ in range(IN_LANE * 3)]
    await asyncio.sleep(0)
    assert [await code_of(app, "wrong heron") for _ in range(6)] == ["busy"] * 6
    await asyncio.gather(*flood, return_exceptions=True)
    app.kernel.ports[PasswordHasher] = quick
    async with app.db.read() as reader:
        stored = await passwords.find(reader, user_id)
    assert stored is not None
    assert (stored.tries, stored.tries_elsewhere) == (0, 0)
    assert await code_of(app, first) == ""
    slow.close()


async def test_a_number_is_free_again_when_nobody_proved_it_in_time(app: App, clock: Clock) -> None:
    user_id = await sign_up(app)
    first = await secret(app, NUMBER)
    with pytest.raises(Problem, match="User already exists"):
        await sign_up(app)
    clock.advance(601)
    other = await sign_up(app)
    assert other != user_id
    second = await secret(app, NUMBER, 2)
    assert await code_of(app, first) == "invalid_credentials"
    assert (await sign_in(app, second))["id"] == other
    clock.advance(601)
    with pytest.raises(Problem, match="User already exists"):
        await sign_up(app)


async def test_who_proves_nothing_is_gone_after_a_day(app: App, clock: Clock) -> None:
    await sign_up(app)
    await secret(app, NUMBER)
    clock.advance(86_401)
    await expire_people.run(Context(app.kernel, SYSTEM), None)
    assert await sign_up(app)


@pytest.mark.parametrize("settings", [{"compat_derived_password": True}])
async def test_the_derived_password_is_one_without_restrictions(app: App) -> None:
    await sign_up(app, firstName="John", lastName="Doe", birthYear=1990)
    signed_in = await sign_in(app, "Joh1990Doe!")
    assert "mustChangePassword" not in signed_in


async def test_without_a_sender_nobody_signs_up_by_phone(app: App, cast: Cast) -> None:
    app.kernel.ports[SmsSender] = NoSms()
    with pytest.raises(Problem) as refused:
        await sign_up(app)
    assert (refused.value.code, refused.value.status) == ("sms_unavailable", 503)
    assert (await do(app, OUTSIDER, "auth.account.sign_up", email="z@example.org", password=OWN))["id"]


@pytest.mark.parametrize("settings", [{"strict_enum": True}])
async def test_a_strict_server_does_not_tell_who_has_an_account(app: App, clock: Clock) -> None:
    made = await do(app, OUTSIDER, "auth.account.sign_up", phoneNumber=NUMBER)
    again = await do(app, OUTSIDER, "auth.account.sign_up", phoneNumber=NUMBER)
    assert set(made) == set(again)
    assert made["userId"] != again["userId"]
    for number in (NUMBER, "+447911999999"):
        with pytest.raises(Problem) as refused:
            await do(
                app,
                OUTSIDER,
                "auth.password.replace",
                phoneNumber=number,
                currentPassword="wrong",
                newPassword=OWN,
            )
        assert (refused.value.status, refused.value.message) == (401, "Current password is incorrect")
