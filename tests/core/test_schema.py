"""What crosses a wire: decoding refuses, names the field, and never stores what it does not know."""

from typing import Annotated, Any

import msgspec
import pytest

from chatroom.core.errors import Problem
from chatroom.core.schema import Wire, convert, decoder, encode, parse, strict
from chatroom.features.presence.types import Typing


class Line(Wire, frozen=True, kw_only=True):
    x_axis: int


class Shape(Wire, frozen=True, kw_only=True):
    display_name: Annotated[str, msgspec.Meta(max_length=10)]
    lines: tuple[Line, ...] = ()


def refusal(raw: bytes, *, kind: type[Any] = Shape) -> Problem:
    with pytest.raises(Problem) as refused:
        decoder(kind)(raw)
    assert refused.value.code == "bad_input"
    return refused.value


def test_names_are_camel_outside_and_snake_inside() -> None:
    shape = decoder(Shape)(b'{"displayName":"A","lines":[{"xAxis":1}]}')
    assert (shape.display_name, shape.lines[0].x_axis) == ("A", 1)
    assert encode(shape) == b'{"displayName":"A","lines":[{"xAxis":1}]}'


def test_an_unknown_field_is_ignored_or_refused_and_never_kept() -> None:
    raw = b'{"displayName":"A","isAdmin":true}'
    assert encode(decoder(Shape)(raw)) == b'{"displayName":"A","lines":[]}'
    assert refusal(raw, kind=strict(Shape)).errors == {"isAdmin": ["isAdmin is not known here."]}
    assert isinstance(decoder(strict(Shape))(b'{"displayName":"A"}'), Shape)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"{}", "displayName"),
        (b'{"displayName":7}', "displayName"),
        (b'{"displayName":"0123456789A"}', "displayName"),
        (b'{"displayName":"A","lines":[{"xAxis":"1"}]}', "lines[0].xAxis"),
        (b'{"displayName":"A","lines":[{}]}', "lines[0].xAxis"),
        (b"[]", "$"),
        (b"null", "$"),
        (b'"text"', "$"),
    ],
)
def test_the_refusal_names_the_field(raw: bytes, field: str) -> None:
    problem = refusal(raw)
    assert problem.errors is not None
    assert list(problem.errors) == [field]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"displayName":NaN}',
        b'{"displayName":"A","lines":[{"xAxis":Infinity}]}',
        b'{"displayName":"A","lines":[{"xAxis":1e999}]}',
        b'{"displayName":"A","lines":[{"xAxis":1.5}]}',
        b'{"displayName":"A","lines":[{"xAxis":' + b"9" * 5000 + b"}]}",
        b'{"displayName":"\\ud800"}',
        b'{"displayName":"\\udc00\\ud800"}',
        b'{"displayName":"\xff"}',
        b'{"displayName":"\xed\xa0\x80"}',
        b'{"displayName":"a\\u0000"}',
        b'{"displayName":"a\x00"}',
        b'{"displayName":"A","\\u0000":1}',
        b'{"displayName":"A","other":["\\u0000"]}',
        b'{"displayName":"A","lines":' + b"[" * 100_000 + b"}",
        b'{"displayName":"A","other":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        b"[" * 100_000,
        b'{"displayName":"A"} trailing',
        b"{'displayName':'A'}",
        b'\xef\xbb\xbf{"displayName":"A"}',
    ],
)
def test_poison_is_bad_input(raw: bytes) -> None:
    refusal(raw)


def test_text_that_only_looks_like_a_nul_is_text() -> None:
    assert decoder(Shape)(b'{"displayName":"\\\\u0000"}').display_name == "\\u0000"


@pytest.mark.parametrize("raw", [b"", b"[]", b"1", b"null", b"{", b"[" * 100_000, b'{"a":"\xff"}'])
def test_a_body_is_a_json_object(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        parse(raw)
    assert refused.value.code == "bad_input"


def test_a_query_gives_numbers_as_text_and_a_body_does_not() -> None:
    assert convert({"xAxis": "12"}, Line, lenient=True).x_axis == 12
    with pytest.raises(Problem):
        convert({"xAxis": "12"}, Line, lenient=False)


@pytest.mark.parametrize(
    "number", ["", " 1", "1 ", "1.5", "٣", "\uff11", "²", "0x1", "1_0", "9" * 5000, "NaN", "-", "\0"]
)
def test_a_number_in_a_query_has_ascii_digits_only(number: str) -> None:
    with pytest.raises(Problem):
        convert({"xAxis": number}, Line, lenient=True)


@pytest.mark.parametrize(
    "fields", [{"displayName": "a\0"}, {"displayName": "A", "x\0": 1}, {"a": [{"b": "\0"}]}]
)
def test_nul_is_refused_anywhere_in_a_body(fields: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="NUL"):
        convert(fields, Shape, lenient=False)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (b'{"roomId":"%b","isTyping":true}', True),
        (b'{"roomId":"%b","isTyping":true,"more":"12:30 http://x"}', True),
        (b'{"roomId":"%b","isTyping":true,"isTyping":false}', False),
        (b'{"roomId":"%b","isTyping" :true, "isTyping": false,"b":1}', False),
        (b'{"roomId":"%b","isTyping":true,"\\u0069sTyping":false}', False),
        (b'{"roomId":"%b","isTyping":true,"more":{"a":1,"a":2}}', False),
        (b'{"roomId":"%b","isTyping":true,"more":{"a":1,"b":2}}', True),
    ],
)
def test_a_name_twice_is_refused_by_sockets_as_by_http(text: bytes, good: bool) -> None:
    read = decoder(Typing)
    raw = text % b"01900000-0000-7000-8000-000000000000"
    if good:
        assert read(raw).is_typing
    else:
        with pytest.raises(Problem) as refused:
            read(raw)
        assert refused.value.code == "bad_input"
