"""Limits, presence and typing of a single node."""

import asyncio
import random
from collections.abc import Sequence

from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.adapters.memory import MemoryLimiter, MemoryPresence, MemoryTyping, Window
from chatroom.core.errors import Problem
from chatroom.core.principal import Principal, Role
from tests.doors import until


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_limit_lets_its_hits_through_and_says_when_the_next_may_come() -> None:
    clock = Ticks()
    limiter = MemoryLimiter({"send": Window(5, 10.0)}, clock)
    for _ in range(5):
        assert limiter.hit("send", "ana/tea") is None
        clock.now += 1
    assert limiter.hit("send", "ana/tea") == 5.0
    clock.now += 4.999
    assert limiter.hit("send", "ana/tea") == 0.001
    clock.now += 0.001
    assert limiter.hit("send", "ana/tea") is None
    assert limiter.hit("send", "ana/tea") is not None


def test_limits_and_keys_count_apart() -> None:
    limiter = MemoryLimiter({"send": Window(1, 10.0), "read": Window(1, 10.0)}, Ticks())
    assert limiter.hit("send", "ana/tea") is None
    assert limiter.hit("send", "ana/square") is None
    assert limiter.hit("send", "bob/tea") is None
    assert limiter.hit("read", "ana/tea") is None
    assert limiter.hit("send", "ana/tea") is not None


def test_a_limit_that_is_not_in_the_table_is_off() -> None:
    limiter = MemoryLimiter({}, Ticks())
    assert [limiter.hit("send", "ana") for _ in range(1000)] == [None] * 1000


def test_no_window_of_any_place_ever_holds_more_than_its_hits() -> None:
    clock, chance = Ticks(), random.Random(7)
    limiter = MemoryLimiter({"send": Window(5, 10.0)}, clock)
    let_through = []
    for _ in range(5000):
        clock.now += chance.expovariate(1.0)
        if limiter.hit("send", "ana") is None:
            let_through.append(clock.now)
    assert all(let_through[i + 5] - let_through[i] >= 10.0 for i in range(len(let_through) - 5))
    assert len(let_through) > clock.now / 10 * 0.4


def test_a_refused_hit_does_not_lengthen_the_wait() -> None:
    clock = Ticks()
    limiter = MemoryLimiter({"send": Window(1, 10.0)}, clock)
    limiter.hit("send", "ana")
    for _ in range(9):
        clock.now += 1
        assert limiter.hit("send", "ana") is not None
    clock.now += 1
    assert limiter.hit("send", "ana") is None


def test_keys_that_nobody_uses_are_forgotten_and_the_others_are_not() -> None:
    clock = Ticks()
    limiter = MemoryLimiter({"send": Window(1, 90.0)}, clock)
    for number in range(1000):
        limiter.hit("send", str(number))
    clock.now += 50
    limiter.hit("send", "ana")
    clock.now += 45
    assert limiter.hit("send", "ana") is not None
    assert set(limiter._hits["send"]) == {"ana"}


def person(name: str) -> Principal:
    return Principal(id=name, role=Role.USER)


class Departures:
    """Who has gone, one list for each call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    async def __call__(self, people: Sequence[Principal]) -> None:
        self.calls.append([who.id for who in people])
        await asyncio.sleep(0)


async def test_of_two_connections_the_last_one_ends_presence() -> None:
    board, gone = MemoryPresence(0.02), Departures()
    assert board.arrive("ana")
    assert not board.arrive("ana")
    board.depart(person("ana"), gone)
    assert board.is_online("ana")
    board.depart(person("ana"), gone)
    assert board.is_online("ana")
    await until(lambda: gone.calls)
    assert gone.calls == [["ana"]]
    assert not board.is_online("ana")
    assert board.arrive("ana")


async def test_a_reload_within_the_grace_is_no_departure() -> None:
    board, gone = MemoryPresence(0.05), Departures()
    board.arrive("ana")
    board.depart(person("ana"), gone)
    assert not board.arrive("ana")
    await asyncio.sleep(0.1)
    assert gone.calls == []
    assert board.is_online("ana")


async def test_those_who_go_together_are_told_together_a_batch_at_a_time() -> None:
    board, gone = MemoryPresence(0.01), Departures()
    names = [str(number) for number in range(120)]
    for name in names:
        board.arrive(name)
        board.depart(person(name), gone)
    await until(lambda: len(gone.calls) == 3)
    assert [name for call in gone.calls for name in call] == names
    assert max(map(len, gone.calls)) == 50


async def test_a_departure_that_could_not_be_told_does_not_keep_the_next_ones_back() -> None:
    board, gone = MemoryPresence(0.01), Departures()

    async def fails(people: Sequence[Principal]) -> None:
        raise RuntimeError("told to nobody")

    board.arrive("ana")
    board.depart(person("ana"), fails)
    await until(lambda: not board.is_online("ana"))
    board.arrive("bob")
    board.depart(person("bob"), gone)
    await until(lambda: gone.calls)
    assert gone.calls == [["bob"]]


async def test_closing_lets_everybody_who_is_leaving_leave_now() -> None:
    board, gone = MemoryPresence(3600), Departures()
    for name in ("ana", "bob"):
        board.arrive(name)
        board.depart(person(name), gone)
    await board.close(1)
    assert gone.calls == [["ana", "bob"]]
    await board.close(1)


async def test_typing_is_told_at_its_start_and_not_with_every_key() -> None:
    board, ended = MemoryTyping(ends=3600, again=3600), list[str]()
    assert board.start("tea", "ana", "phone", lambda: ended.append("ana"))
    assert not board.start("tea", "ana", "phone", lambda: ended.append("ana"))
    assert board.start("square", "ana", "phone", lambda: ended.append("ana"))
    assert board.stop("tea", "ana", "phone")
    assert not board.stop("tea", "ana", "phone")
    assert board.start("tea", "ana", "phone", lambda: ended.append("ana"))
    assert sorted(board.stop_all("ana", "phone")) == ["square", "tea"]
    assert board.stop_all("ana", "phone") == []
    assert ended == []


async def test_typing_is_told_again_after_a_while() -> None:
    board = MemoryTyping(ends=3600, again=0.0)
    assert board.start("tea", "ana", "phone", lambda: None)
    assert board.start("tea", "ana", "phone", lambda: None)
    board.stop_all("ana", "phone")


async def test_typing_ends_by_itself_once_and_a_renewal_puts_it_off() -> None:
    board, ended = MemoryTyping(ends=1.0), list[int]()
    started = asyncio.get_running_loop().time()
    for number in range(3):
        board.start("tea", "ana", "phone", lambda number=number: ended.append(number))  # type: ignore[misc]
        await asyncio.sleep(0.1)
    await until(lambda: ended)
    assert ended == [2]
    assert asyncio.get_running_loop().time() - started >= 1.19
    assert not board.stop("tea", "ana", "phone")


async def test_a_person_types_as_long_as_one_connection_shows_it() -> None:
    board, ended = MemoryTyping(ends=3600, again=3600), list[str]()
    assert board.start("tea", "ana", "phone", lambda: ended.append("phone"))
    assert not board.start("tea", "ana", "laptop", lambda: ended.append("laptop"))
    assert not board.stop("tea", "ana", "tablet")
    assert board.stop_all("ana", "phone") == []
    assert board.stop_all("ana", "laptop") == ["tea"]
    for name in ("phone", "laptop"):
        board.start("tea", "ana", name, lambda: None)
    assert board.stop("tea", "ana", None)
    assert not board.stop("tea", "ana", None)
    assert (board._shown, board._told, board._rooms) == ({}, {}, {})


async def test_a_hash_is_found_again_and_no_other_password_finds_it() -> None:
    hasher = BcryptHasher(4)
    hashed = await hasher.hash(b"correct horse")
    assert await hasher.verify(b"correct horse", hashed)
    assert not await hasher.verify(b"correct horsf", hashed)
    assert not await hasher.verify(b"nobody", None)
    assert not hasher.is_outdated(hashed)
    assert BcryptHasher(5).is_outdated(hashed)
    hasher.close()


async def test_too_many_waiting_passwords_are_an_honest_busy() -> None:
    hasher = BcryptHasher(6)
    hashed = await hasher.hash(b"correct horse")
    answers = await asyncio.gather(
        *(hasher.verify(b"correct horse", hashed) for _ in range(60)), return_exceptions=True
    )
    busy = [answer for answer in answers if isinstance(answer, Problem) and answer.code == "busy"]
    assert len(busy) == 60 - 34
    assert answers.count(True) == 34
    assert await hasher.verify(b"correct horse", hashed)
    hasher.close()
