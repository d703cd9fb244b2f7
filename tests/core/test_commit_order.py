"""Who tells first of what was committed."""

import asyncio
from collections.abc import Callable

import pytest

from chatroom.core.commit_order import CommitOrder


def _say(said: list[str], word: str) -> list[Callable[[], object]]:
    return [lambda: said.append(word)]


async def test_a_later_one_waits_until_the_one_before_it_has_told() -> None:
    order, said = CommitOrder(), list[str]()
    first, second, elsewhere = order.turn(), order.turn(), order.turn()
    first.claim({"tea": 5})
    second.claim({"tea": 6})
    elsewhere.claim({"square": 9})
    second.tell(_say(said, "second"))
    elsewhere.tell(_say(said, "elsewhere"))
    ending = asyncio.create_task(second.end())
    await asyncio.sleep(0)
    assert (said, ending.done()) == (["elsewhere"], False)
    first.tell(_say(said, "first"))
    await asyncio.gather(ending, first.end(), elsewhere.end())
    assert said == ["elsewhere", "first", "second"]


async def test_a_chain_over_two_rooms_is_told_in_order() -> None:
    order, said = CommitOrder(), list[str]()
    first, both, last = order.turn(), order.turn(), order.turn()
    first.claim({"tea": 1})
    both.claim({"tea": 2, "square": 1})
    last.claim({"square": 2})
    last.tell(_say(said, "last"))
    both.tell(_say(said, "both"))
    assert said == []
    first.tell(_say(said, "first"))
    assert said == ["first", "both", "last"]


async def test_one_that_did_not_commit_and_a_guess_that_was_wrong_let_the_others_pass() -> None:
    order, said = CommitOrder(), list[str]()
    failed, guess, later = order.turn(), order.turn(), order.turn()
    failed.claim({"tea": 1})
    guess.claim({"tea": 2, "square": 2})
    later.claim({"tea": 3})
    later.tell(_say(said, "later"))
    await failed.end()
    assert said == []
    guess.drop(["tea"])
    assert said == ["later"]
    guess.tell(_say(said, "guess"))
    assert said == ["later", "guess"]


async def test_two_that_claim_the_same_seq_do_not_wait_for_each_other() -> None:
    order, said = CommitOrder(), list[str]()
    one, guess = order.turn(), order.turn()
    guess.claim({"tea": 5})
    one.claim({"tea": 5})
    one.tell(_say(said, "one"))
    assert said == ["one"]


async def test_a_fault_of_held_deeds_is_raised_where_they_were_committed() -> None:
    order, said = CommitOrder(), list[str]()
    first, second, third = order.turn(), order.turn(), order.turn()
    for seq, turn in enumerate((first, second, third)):
        turn.claim({"tea": seq})

    def fails() -> None:
        raise RuntimeError("a fault of ours")

    second.tell([fails])
    third.tell(_say(said, "third"))
    first.tell(_say(said, "first"))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await second.end()
    await third.end()
    assert said == ["first", "third"]


async def test_who_is_cancelled_while_waiting_is_told_of_all_the_same() -> None:
    order, said = CommitOrder(), list[str]()
    first, second = order.turn(), order.turn()
    first.claim({"tea": 1})
    second.claim({"tea": 2})
    second.tell(_say(said, "second"))
    ending = asyncio.create_task(second.end())
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    first.tell(_say(said, "first"))
    assert said == ["first", "second"]
