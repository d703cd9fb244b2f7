"""What events cost: one budget per person, which fills again with time."""

import pytest

from chatroom.adapters.memory import MemoryEffort


def test_a_budget_has_a_burst_and_then_a_pace() -> None:
    now = [100.0]
    effort = MemoryEffort(10, 50, lambda: now[0])
    assert effort.spend("ana", 30) is None
    assert effort.spend("ana", 20) is None
    assert effort.spend("ana", 5) == pytest.approx(0.5)
    assert effort.spend("bob", 50) is None
    now[0] += 0.5
    assert effort.spend("ana", 5) is None
    assert effort.spend("ana", 1) == pytest.approx(0.1)


def test_what_costs_more_than_the_burst_waits_for_a_full_budget() -> None:
    now = [100.0]
    effort = MemoryEffort(10, 50, lambda: now[0])
    assert effort.spend("ana", 80) is None
    assert effort.spend("ana", 80) == pytest.approx(8)
    now[0] += 8
    assert effort.spend("ana", 80) is None


def test_without_a_pace_everything_is_free() -> None:
    effort = MemoryEffort(0, 0)
    assert all(effort.spend("ana", 1e9) is None for _ in range(3))
