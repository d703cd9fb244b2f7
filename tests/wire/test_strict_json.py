"""Bounds on JSON that are looked at before anything decodes it, at a cost that grows with the length alone."""

import contextlib
import time

import pytest

from chatroom.wire.errors import ProtocolError
from chatroom.wire.strict_json import check_json


@pytest.mark.parametrize("filling", [rb"\"", rb"\\", rb'"\"', b"[{", b'"', b"1" * 90 + b" ", b'\\"[', b"\\"])
@pytest.mark.parametrize("start", [b"[" * 65 + b'"', b'"', b"[" + b"1" * 101 + b',"', b"{" * 65])
def test_a_megabyte_of_anything_is_looked_through_at_once(start: bytes, filling: bytes) -> None:
    data = start + filling * (1_000_000 // len(filling))
    began = time.process_time()
    for _ in range(2):
        with contextlib.suppress(ProtocolError):
            check_json(data, 64, 100)
    assert time.process_time() - began < 1.0


def test_brackets_and_digits_of_strings_do_not_count() -> None:
    check_json(b'["' + b"[" * 100 + b'"]', 64, 100)
    check_json(b'["' + b"1" * 200 + b'"]', 64, 100)
    check_json(b'["' + b'\\"[' * 100 + b'"]', 64, 100)
    with pytest.raises(ProtocolError):
        check_json(b'["a",' + b"[" * 100, 64, 100)
    with pytest.raises(ProtocolError):
        check_json(b'["\\"",' + b"1" * 101 + b"]", 64, 100)
