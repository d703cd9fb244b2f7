"""What a line of the log holds."""

import json
import logging

import pytest

from chatroom.logging import configure


def test_fields_that_the_engine_gives_a_log_line_are_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure("info", readable=False)
        logging.getLogger("chatroom.gateway").error("event failed", extra={"sid": "s1", "namespace": "/"})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["sid"], line["namespace"]) == ("event failed", "s1", "/")
