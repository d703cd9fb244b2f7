from typing import Any

import pytest

from bench.__main__ import check
from chatroom.bench.load import NotRun, compiler

try:
    compiler()
except NotRun as reason:
    pytest.skip(f"not run: {reason}", allow_module_level=True)


def run_of(engine: float) -> dict[str, Any]:
    found = {"engine": {"deliveries": [engine] * 3}, "socketio": {"deliveries": [100.0] * 3}}
    record = {"figure": "deliveries", "contenders": found, "rounds": {}, "skipped": {}, "failed": []}
    return {"scenarios": {"fanout-16": record}}


def test_a_check_against_a_falsified_result_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(run_of(1600), run_of(9600), ["fanout"], 0) == 1
    said = capsys.readouterr().out
    assert "once more, in full: fanout-16" in said
    assert "worse by more than 20 %: fan-out, 16 in flight, to Node: 96 -> 16" in said


def test_a_check_against_what_was_measured_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(run_of(1600), run_of(1600), ["fanout"], 0) == 0
    assert "worse by more than 20 %: nothing" in capsys.readouterr().out
