"""How often codes are sent and tried: what strangers use up is never what the owner needs."""

import asyncio

from sqlalchemy import func, select

from chatroom.app import App
from chatroom.core.limits import BUCKETS, RateLimiter
from chatroom.features import tables
from tests.cast import PASSWORD, Cast, Clock
from tests.features.auth.post import letters, secret
from tests.features.auth.test_limits import EMAIL, LIMITED, NEW, ask, sign_in

_JOBS = tables.tables["jobs"]
_UNDONE = select(func.count()).where(_JOBS.c.state == "waiting")


async def jobs_done(app: App) -> None:
    """Run every job that is due, and wait for those that the node itself has begun."""
    undone = 1
    while undone:
        await app._runner.run_due()
        await asyncio.sleep(0.01)
        async with app.db.read() as reader:
            undone = await reader.scalar(_UNDONE)


@LIMITED
async def test_strangers_who_ask_for_somebodys_codes_keep_nobody_from_recovering(
    app: App, cast: Cast, clock: Clock
) -> None:
    """At most three in ten minutes are sent, the newest works, and the next ten minutes bring the next."""
    for number in range(8):
        assert await ask(app, "auth.password.forget", f"192.0.2.{number}", email=EMAIL) == ""
        await jobs_done(app)
    assert len(await letters(app, EMAIL)) == 3
    assert await ask(app, "auth.password.forget", "203.0.113.9", email=EMAIL) == ""
    await jobs_done(app)
    code = await secret(app, EMAIL, 3)
    for number in range(15):
        for _ in range(6):
            wrong = {"email": EMAIL, "code": "00000000", "new_password": NEW}
            assert await ask(app, "auth.password.reset", f"192.0.2.{number}", **wrong) != ""
    good = {"email": EMAIL, "code": code, "new_password": NEW}
    assert await ask(app, "auth.password.reset", "203.0.113.9", **good) == ""
    clock.advance(601)
    assert await ask(app, "auth.password.forget", "203.0.113.9", email=EMAIL) == ""
    await jobs_done(app)
    assert len(await letters(app, EMAIL)) == 5  # and the notice of the new password


@LIMITED
async def test_where_somebody_has_signed_in_they_get_a_code_whatever_strangers_asked_for(
    app: App, cast: Cast
) -> None:
    assert await sign_in(app, "198.51.100.7", PASSWORD) == ""
    for number in range(5):
        await ask(app, "auth.password.forget", f"192.0.2.{number}", email=EMAIL)
        await jobs_done(app)
    assert await ask(app, "auth.password.forget", "198.51.100.7", email=EMAIL) == ""
    assert len(await letters(app, EMAIL, 4)) == 4


@LIMITED
async def test_five_wrong_tries_of_strangers_end_nobodys_code(app: App, cast: Cast) -> None:
    await ask(app, "auth.password.forget", "203.0.113.9", email=EMAIL)
    code = await secret(app, EMAIL)
    for number in range(25):
        for _ in range(5):
            wrong = {"email": EMAIL, "code": "00000000", "new_password": NEW}
            await ask(app, "auth.password.reset", f"192.0.2.{number}", **wrong)
    good = {"email": EMAIL, "code": code, "new_password": NEW}
    assert (
        await ask(app, "auth.password.reset", "192.0.2.99", **good) == "invalid_code"
    )  # a hundred elsewhere are enough
    assert await ask(app, "auth.password.reset", "203.0.113.9", **good) == ""


@LIMITED
async def test_one_address_asks_for_ten_codes_a_day(app: App, cast: Cast) -> None:
    codes = [
        await ask(app, "auth.password.forget", "192.0.2.1", email=f"n{n}@example.org") for n in range(11)
    ]
    assert codes == [""] * 10 + ["rate_limited"]


@LIMITED
async def test_refused_sign_ups_by_phone_use_up_nothing(app: App, cast: Cast) -> None:
    number = "+447911123456"
    assert await ask(app, "auth.account.sign_up", "203.0.113.9", phone_number=number) == ""
    first = await secret(app, number)
    refused = [await ask(app, "auth.account.sign_up", "192.0.2.1", phone_number=number) for _ in range(12)]
    assert refused == ["user_exists"] * 12
    assert await ask(app, "auth.password.forget", "192.0.2.1", phone_number=number) == ""
    assert await secret(app, number, 2) != first
    signed_in = await ask(app, "auth.session.login", "203.0.113.9", phone_number=number, password=first)
    assert signed_in == ""


@LIMITED
async def test_strangers_do_not_spend_the_tries_at_a_first_password(app: App, cast: Cast) -> None:
    number = "+447911123456"
    await ask(app, "auth.account.sign_up", "203.0.113.9", phone_number=number)
    first = await secret(app, number)
    for stranger in range(3):
        for _ in range(5):
            guess = {"phone_number": number, "password": "wrong heron"}
            await ask(app, "auth.session.login", f"192.0.2.{stranger}", **guess)
    assert await ask(app, "auth.session.login", "203.0.113.9", phone_number=number, password=first) == ""


@LIMITED
async def test_many_codes_for_strangers_numbers_leave_recovery_its_budget(app: App, cast: Cast) -> None:
    rates = app.kernel.ports[RateLimiter]
    for _ in range(BUCKETS["sms.everybody"].hits):
        await rates.hit("sms.everybody", "")
    assert await ask(app, "auth.account.sign_up", "192.0.2.1", phone_number="+447911123457") == "rate_limited"
    assert await ask(app, "auth.password.forget", "192.0.2.1", phone_number="+447911123457") == ""
