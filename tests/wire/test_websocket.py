"""RFC 6455, sections 5 to 7, as a table of cases (C9); the hostile half is in tests/gateway/hostile.py."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import close_frame, websocket_frame
from chatroom.wire.websocket import BINARY, CLOSE, PING, PONG, TEXT, Reader, accept_key
from tests.gateway.hostile import FRAMES
from tests.gateway.raw_clients import masked


def read_all(data: bytes, pieces: int | None = None, max_size: int = 100_000) -> list[tuple[int, bytes]]:
    """Feed `data` in pieces of a size (None: at once) and return every message."""
    reader = Reader(max_size, 1024)
    messages = []
    step = pieces or max(len(data), 1)
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
        while batch := reader.read(3):
            messages += batch
    return messages


CASES = [
    ("empty text", masked(b""), [(TEXT, b"")]),
    ("text of 125", masked(b"x" * 125), [(TEXT, b"x" * 125)]),
    ("text of 126", masked(b"x" * 126), [(TEXT, b"x" * 126)]),
    ("text of 65 535", masked(b"x" * 65_535), [(TEXT, b"x" * 65_535)]),
    ("text of 65 536", masked(b"x" * 65_536), [(TEXT, b"x" * 65_536)]),
    ("utf-8 text", masked("κόσμε 😀".encode()), [(TEXT, "κόσμε 😀".encode())]),
    ("binary", masked(b"\x00\xff", 0x82), [(BINARY, b"\x00\xff")]),
    ("empty binary", masked(b"", 0x82), [(BINARY, b"")]),
    ("two fragments", masked(b"he", 0x01) + masked(b"llo", 0x80), [(TEXT, b"hello")]),
    (
        "utf-8 split inside a character",
        masked("é".encode()[:1], 0x01) + masked("é".encode()[1:], 0x80),
        [(TEXT, "é".encode())],
    ),
    (
        "empty fragments",
        masked(b"", 0x02) + masked(b"", 0x00) + masked(b"x", 0x80),
        [(BINARY, b"x")],
    ),
    (
        "ping between fragments",
        masked(b"a", 0x01) + masked(b"p", 0x89) + masked(b"b", 0x80),
        [(PING, b"p"), (TEXT, b"ab")],
    ),
    ("pong nobody asked for", masked(b"p", 0x8A), [(PONG, b"p")]),
    ("ping of 125 bytes", masked(b"p" * 125, 0x89), [(PING, b"p" * 125)]),
    ("close without a code", masked(b"", 0x88), [(CLOSE, b"")]),
    ("close 1000", masked(b"\x03\xe8", 0x88), [(CLOSE, b"\x03\xe8")]),
    ("close 1014", masked(b"\x03\xf6", 0x88), [(CLOSE, b"\x03\xf6")]),
    ("close 3000 with a reason", masked(b"\x0b\xb8bye", 0x88), [(CLOSE, b"\x0b\xb8bye")]),
    ("close 4999", masked(b"\x13\x87", 0x88), [(CLOSE, b"\x13\x87")]),
    ("a mask of zeros", masked(b"hello", mask=b"\0\0\0\0"), [(TEXT, b"hello")]),
    (
        "many in one read",
        masked(b"a") + masked(b"b") + masked(b"c") + masked(b"d"),
        [(TEXT, c) for c in (b"a", b"b", b"c", b"d")],
    ),
]


@pytest.mark.parametrize(("data", "messages"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("pieces", [None, 1, 2, 7])
def test_what_the_protocol_allows_is_read_in_any_pieces(
    data: bytes, messages: list[tuple[int, bytes]], pieces: int | None
) -> None:
    assert read_all(data, pieces if len(data) < 1_000 else None) == messages


@pytest.mark.parametrize(("data", "code"), [case[1:] for case in FRAMES], ids=[case[0] for case in FRAMES])
@pytest.mark.parametrize("pieces", [None, 1])
def test_what_it_forbids_is_refused_with_its_code_in_any_pieces(
    data: bytes, code: int, pieces: int | None
) -> None:
    with pytest.raises(ProtocolError) as refusal:
        read_all(data, pieces, 10_000)
    assert refusal.value.code == code


def test_a_bad_head_is_refused_before_its_payload_arrives() -> None:
    reader = Reader(100_000)
    reader.feed(b"\xc1\xfe\x10\x00")
    with pytest.raises(ProtocolError):
        reader.read()


def test_a_trickle_is_not_parsed_again_with_every_byte() -> None:
    reader = Reader(100_000)
    data = masked(b"x" * 50_000)
    reader.feed(data[:10])
    assert reader.read() == []
    for at in range(10, len(data) - 1):
        reader.feed(data[at : at + 1])
        assert reader.read() == []
    assert reader.buffered == len(data) - 1
    reader.feed(data[-1:])
    assert reader.read() == [(TEXT, b"x" * 50_000)]
    assert reader.buffered == 0


def test_the_short_path_takes_exactly_one_whole_ascii_text() -> None:
    for size in (1, 125, 126, 65_535):
        assert Reader(100_000).single(masked(b"x" * size)) == b"x" * size
    for other in (
        masked(b""),
        masked(b"x", 0x82),
        masked(b"x", 0x01),
        masked("é".encode()),
        masked(b"x") + b"\x81",
        masked(b"x")[:-1],
        masked(b"x" * 65_536),
        b"\x81\xfe\x00\x05" + masked(b"12345")[2:],
        b"\x81\x05hello..",
    ):
        assert Reader(100_000).single(other) is None
    assert Reader(10).single(masked(b"x" * 11)) is None


def test_the_short_path_leaves_a_message_alone_that_has_begun() -> None:
    for begun in (masked(b"a", 0x01), masked(b"abc")[:4]):
        reader = Reader(100_000)
        reader.feed(begun)
        assert reader.read() == []
        assert reader.single(masked(b"x")) is None
    reader = Reader(100_000)
    reader.feed(masked(b"a") + masked(b"b"))
    assert reader.read(1) == [(TEXT, b"a")]
    assert reader.single(masked(b"c")) is None
    reader.feed(masked(b"c"))
    assert reader.read() == [(TEXT, b"b"), (TEXT, b"c")]


@given(st.binary(max_size=600), st.binary(min_size=4, max_size=4))
def test_a_payload_is_unmasked_as_the_rfc_says(payload: bytes, mask: bytes) -> None:
    size = len(payload)
    head = bytes((0x82, 0x80 | size)) if size < 126 else bytes((0x82, 0xFE)) + size.to_bytes(2, "big")
    reader = Reader(1000)
    reader.feed(head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)))
    assert reader.read() == [(BINARY, payload)]


@given(st.integers(0, 70_000))
@settings(max_examples=30)
def test_frames_we_build_say_their_length_in_the_shortest_form(size: int) -> None:
    frame = websocket_frame(0x82, b"x" * size)
    head = 2 if size < 126 else 4 if size < 65_536 else 10
    assert len(frame) == head + size
    if head == 2:
        assert frame[1] == size
    else:
        assert int.from_bytes(frame[2:head], "big") == size


def test_a_close_frame_carries_its_code_and_a_reason_that_fits() -> None:
    assert close_frame(1012) == b"\x88\x02\x03\xf4"
    assert len(close_frame(1000, "r" * 500)) == 2 + 125


def test_the_accept_key_is_that_of_the_rfc() -> None:
    assert accept_key(b"dGhlIHNhbXBsZSBub25jZQ==") == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert accept_key(b"c2hvcnQ=") is None
    assert accept_key(b"no base64!") is None


def test_random_bytes_raise_nothing_but_protocol_errors() -> None:
    chance = random.Random(2026)
    codes: Counter[int] = Counter()
    for _ in range(20_000):
        reader = Reader(5_000, 16)
        try:
            for _ in range(3):
                data = chance.randbytes(chance.randrange(1, 40))
                if reader.single(data) is None:
                    reader.feed(data)
                    while reader.read(4):
                        pass
        except ProtocolError as error:
            codes[error.code] += 1
    assert set(codes) <= {1002, 1007, 1008, 1009}
    assert codes.total() > 10_000
