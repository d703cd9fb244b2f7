"""The Socket.IO codec: every rule as a row (C6), and whatever a grammar can think of."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Attachment, Frame, ack_frame, event_frame
from chatroom.wire.socket_packet import (
    ACK,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    DISCONNECT,
    EVENT,
    Limits,
    MalformedText,
    control_frame,
    decode,
    decode_event,
    encode,
    fill,
)
from tests.gateway.hostile import PACKETS

LIMITS = Limits()

# Refused by the connection, not by the decoder: what is legal by itself.
CONTEXTUAL = {
    "illegal placeholder without attachments",
    "namespace not joined",
    "binary event to a namespace not joined",
    "ack to a namespace not joined",
    "disconnect of a namespace not joined",
    "joined twice",
}

ACCEPTED: list[tuple[bytes, tuple[Any, ...]]] = [
    (b"0", (CONNECT, "/", None, "", [], b"{}", 0)),
    (b'0{"token":"t"}', (CONNECT, "/", None, "", [], b'{"token":"t"}', 0)),
    (b"0/custom", (CONNECT, "/custom", None, "", [], b"{}", 0)),
    (b"0/custom,", (CONNECT, "/custom", None, "", [], b"{}", 0)),
    (b'0/custom?token=x,{"a":1}', (CONNECT, "/custom", None, "", [], b'{"a":1}', 0)),
    (b"0/custom?token=x", (CONNECT, "/custom", None, "", [], b"{}", 0)),
    (b"1", (DISCONNECT, "/", None, "", [], b"", 0)),
    (b"1/admin,", (DISCONNECT, "/admin", None, "", [], b"", 0)),
    (b'2["foo"]', (EVENT, "/", None, "foo", [], b"", 0)),
    (b'2["foo",1,"2",{"3":[true]}]', (EVENT, "/", None, "foo", [1, "2", {"3": [True]}], b"", 0)),
    (b'212["foo"]', (EVENT, "/", 12, "foo", [], b"", 0)),
    (b'2/admin,456["bar",null]', (EVENT, "/admin", 456, "bar", [None], b"", 0)),
    (b'2[7,"number as name"]', (EVENT, "/", None, "7", ["number as name"], b"", 0)),
    (b'2[ "spaces" , 1 ]', (EVENT, "/", None, "spaces", [1], b"", 0)),
    (b"30[]", (ACK, "/", 0, "", [], b"", 0)),
    (b"3/admin,456[1]", (ACK, "/admin", 456, "", [1], b"", 0)),
    (
        b'51-["x",{"_placeholder":true,"num":0}]',
        (BINARY_EVENT, "/", None, "x", [{"_placeholder": True, "num": 0}], b"", 1),
    ),
    (b'50-["x"]', (BINARY_EVENT, "/", None, "x", [], b"", 0)),
    (b'51-/admin,7["x"]', (BINARY_EVENT, "/admin", 7, "x", [], b"", 1)),
    (b"62-9[1]", (BINARY_ACK, "/", 9, "", [1], b"", 2)),
]


@pytest.mark.parametrize(("text", "fields"), ACCEPTED, ids=[case[0].decode() for case in ACCEPTED])
def test_a_legal_packet_is_decoded(text: bytes, fields: tuple[Any, ...]) -> None:
    packet = decode(text, LIMITS)
    args = [json.loads(bytes(arg)) for arg in packet.args]
    assert (*packet[:4], args, *packet[5:]) == fields


@pytest.mark.parametrize(
    "text",
    [packet[1:] for name, packet in PACKETS if packet[:1] == b"4" and name not in CONTEXTUAL],
    ids=[name for name, packet in PACKETS if packet[:1] == b"4" and name not in CONTEXTUAL],
)
def test_an_illegal_packet_is_refused(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(text, LIMITS)


@pytest.mark.parametrize(("text", "fields"), ACCEPTED, ids=[case[0].decode() for case in ACCEPTED])
def test_the_short_path_agrees_or_steps_aside(text: bytes, fields: tuple[Any, ...]) -> None:
    short = decode_event(text, LIMITS) if text[:1] == b"2" else None
    if short is not None:
        name, args, number = short
        assert (name, [json.loads(bytes(arg)) for arg in args], number) == (fields[3], fields[4], fields[2])
    else:
        assert fields[0] != EVENT or fields[1] != "/"


def test_binary_packets_are_refused_where_binary_is_off() -> None:
    with pytest.raises(ProtocolError) as refusal:
        decode(b'51-["x"]', Limits(binary=False))
    assert refusal.value.code == 1003


def test_limits_are_inclusive() -> None:
    limits = Limits(depth=3, digits=5, attachments=2, event_name=4, namespace=4)
    assert decode(b'2["name",[[12345]]]', limits).name == "name"
    assert decode(b"0/abc,", limits).namespace == "/abc"
    assert decode(b'52-["x"]', limits).attachments == 2
    for text in (b'2["names"]', b'2["x",[[[1]]]]', b'2["x",123456]', b"0/abcd,", b'53-["x"]'):
        with pytest.raises(ProtocolError):
            decode(text, limits)


def test_brackets_and_digits_inside_strings_do_not_count() -> None:
    text = b'2["x","' + b"[" * 200 + b"1" * 200 + b'\\"[{"]'
    assert decode(text, LIMITS).name == "x"


def test_a_lone_surrogate_is_told_apart_from_malformed_json() -> None:
    for text, namespace, number in (
        (b'2["x","\\ud800"]', "/", None),
        (b'25["x",{"a":"\\uDFFFx"}]', "/", 5),
        (b'2/a,["x","\\udabc \\ud800"]', "/a", None),
    ):
        with pytest.raises(MalformedText) as refusal:
            decode(text, LIMITS)
        assert (refusal.value.namespace, refusal.value.id) == (namespace, number)
    for text in (b'2["x","\\ud800",NaN]', b'2["x","\\ud800"', b'2[5,"\\ud800"]'):
        with pytest.raises(ProtocolError):
            decode(text, LIMITS)
    assert decode(b'2["x","\\ud83d\\ude00"]', LIMITS).name == "x"


def test_placeholders_are_filled_wherever_they_are() -> None:
    first, second = (b'{"_placeholder":true,"num":%d}' % number for number in (0, 1))
    text = b'52-["x",[%b,{"deep":%b}],{"_placeholder":"no"}]' % (second, first)
    args = fill(decode(text, LIMITS).args, [b"a", b"b"])
    assert args == [[b"b", {"deep": b"a"}], {"_placeholder": "no"}]


def test_numbers_that_no_program_can_hold_are_refused_with_the_binary_packet_that_brings_them() -> None:
    with pytest.raises(ProtocolError):
        fill(decode(b'50-["x",1e999]', LIMITS).args, [])


def test_events_acks_and_control_packets_are_framed() -> None:
    assert event_frame("a", b'{"b":1}').packet == b'42["a",{"b":1}]'
    assert event_frame("a", b"").packet == b'42["a"]'
    assert event_frame('q"', b"1,2", namespace="/n").packet == b'42/n,["q\\"",1,2]'
    assert event_frame("a", b"", ephemeral=True).ephemeral
    assert ack_frame(7, b'"x"').packet == b'437["x"]'
    assert ack_frame(7, b"", namespace="/n").packet == b"43/n,7[]"
    assert control_frame(CONNECT, "/", {"sid": "s"}).packet == b'40{"sid":"s"}'
    assert control_frame(DISCONNECT, "/n").packet == b"41/n,"
    frame = event_frame("a", b"")
    assert frame.ws == b"\x81" + bytes([len(frame.packet)]) + frame.packet
    assert frame.size == len(frame.ws)


def test_bytes_travel_as_attachments_behind_their_packet() -> None:
    frames = encode(EVENT, "/n", 3, ["x", b"one", {"k": [bytearray(b"two")]}, "text"])
    assert [type(frame) for frame in frames] == [Frame, Attachment, Attachment]
    assert frames[0].packet == (
        b'452-/n,3["x",{"_placeholder":true,"num":0},{"k":[{"_placeholder":true,"num":1}]},"text"]'
    )
    assert frames[1].packet == b"bb25l"
    assert frames[2].ws == b"\x82\x03two"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(lambda text: "e" + text)


@given(
    NAMES,
    st.lists(JSON, max_size=4),
    st.none() | st.integers(0, 2**53),
    st.sampled_from(["/", "/chat", "/a b"]),
)
@settings(max_examples=200)
def test_what_is_encoded_decodes_to_itself(
    name: str, args: list[Any], number: int | None, namespace: str
) -> None:
    [frame] = encode(EVENT, namespace, number, [name, *args])
    packet = decode(frame.packet[1:], LIMITS)
    assert (packet.namespace, packet.id, packet.name) == (namespace, number, name)
    assert [json.loads(bytes(arg)) for arg in packet.args] == args


WORDS = r"""
0 1 2 3 5 6 1- 10- /n, / , [ ] { } "x" " : - 12 1e9 null true
NaN ?q é \ud800 {"_placeholder":true,"num":0}
"""
TOKENS = st.sampled_from([b" ", *(word.encode() for word in WORDS.split())])


@given(st.lists(TOKENS, max_size=14).map(b"".join))
@settings(max_examples=2_000)
def test_no_grammar_of_tokens_raises_anything_but_the_two_refusals(text: bytes) -> None:
    try:
        packet = decode(text, LIMITS)
    except (ProtocolError, MalformedText):
        return
    assert 0 <= packet.type <= 6
    assert packet.attachments <= 10
    assert packet.namespace.startswith("/")


def test_random_bytes_raise_nothing_but_the_two_refusals() -> None:
    chance = random.Random(2026)
    for _ in range(50_000):
        text = chance.choice([b"", b"2", b"2[", b'2["', b"51-", b"0{"]) + chance.randbytes(
            chance.randrange(20)
        )
        try:
            decode(text, LIMITS)
        except (ProtocolError, MalformedText):
            continue
