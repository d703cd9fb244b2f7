"""The one type system: what crosses a wire is a frozen msgspec struct, camelCase outside, snake_case inside."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Final, TypeVar, cast, get_args, get_type_hints

import msgspec

from chatroom.core.errors import Problem
from chatroom.core.ids import Id, canonical
from chatroom.core.validation_messages import complaint
from chatroom.wire.errors import ProtocolError
from chatroom.wire.strict_json import check_json

_NUL = b"\\u0000"
_DEPTH = 32  # nesting of a body; no operation takes more than 4
_DIGITS = 100  # of an integer

T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of every input and output. Unknown fields are refused or ignored by the door, never stored."""


class Empty(Wire, frozen=True, kw_only=True):
    """An operation without input."""


class Event(Wire, frozen=True, kw_only=True):
    """Base of everything told to clients. `event` is its wire name.

    An ephemeral event (typing, presence) may be dropped for a slow reader; it heals by itself (promise P13).
    """

    event: ClassVar[str]
    ephemeral: ClassVar[bool] = False


class Written:
    """JSON text that stands ready, and is given out as it is."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        self.text = text


def _as_text(value: Any) -> msgspec.Raw:
    if not isinstance(value, Written):
        raise TypeError(f"{type(value)} has no form on the wire")
    return msgspec.Raw(value.text)


encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=_as_text).encode
"""Encode any Wire value as JSON text."""


def text_of(value: Any) -> bytes:
    """The same without a copy of what is written already: of a page it would be 29 kB in each answer."""
    return value.text if isinstance(value, Written) else encode(value)


def strict(kind: type[Any]) -> type[Any]:
    """Return the sibling of a Wire type that refuses unknown fields; its values are instances of `kind`."""
    return msgspec.defstruct(
        kind.__name__,
        [],
        bases=(kind,),
        forbid_unknown_fields=True,
        frozen=True,
        kw_only=True,
        rename="camel",
    )


def _complaint(error: Exception) -> Problem:
    path, sentence = complaint(error)
    return Problem("bad_input", sentence, errors={path: [sentence]})


def _refuse_nul(value: Any) -> None:
    """Refuse U+0000 anywhere: PostgreSQL cannot store it, so it would become a 500 there."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "\0" in item:
                raise Problem("bad_input", "Text may not hold the NUL character.")
        elif isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list | tuple):
            pending.extend(item)


def _texts(value: Any) -> list[Any]:
    """The fields of a struct but for those that are JSON text still."""
    fields = (getattr(value, name) for name in value.__struct_fields__)
    return [field for field in fields if not isinstance(field, msgspec.Raw)]


@lru_cache(maxsize=512)
def _id_fields(kind: Any) -> frozenset[str]:
    """The wire names of a type's fields that hold ids, those of the structs inside it too."""
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        inside = (_id_fields(each) for each in get_args(kind))
        return frozenset[str]().union(*inside)
    found = set[str]()
    for field in msgspec.structs.fields(kind):
        if _holds_id(field.type):
            found.add(field.encode_name)
        found |= _id_fields(field.type)
    return frozenset(found)


def _holds_id(kind: Any) -> bool:
    return kind == Id or any(map(_holds_id, get_args(kind)))


def _canonical(value: Any, names: frozenset[str], *, is_id: bool = False) -> Any:
    """A copy of JSON data with the ids of the fields `names` in lower case."""
    if isinstance(value, dict):
        return {key: _canonical(each, names, is_id=key in names) for key, each in value.items()}
    if isinstance(value, list):
        return [_canonical(each, names, is_id=is_id) for each in value]
    return canonical(value) if is_id and isinstance(value, str) else value


def _with_small_ids(
    kind: type[T], fields: Callable[[], Any], error: msgspec.ValidationError, *, lenient: bool
) -> T:
    """Try input once more with its ids in lower case: Swift and .NET write them in capitals.

    Only after a first refusal, so that nobody else pays for it. Raises `Problem("bad_input")`.
    """
    names = _id_fields(cast("Any", kind))
    if not names:
        raise _complaint(error) from None
    try:
        return msgspec.convert(_canonical(fields(), names), kind, strict=not lenient)
    except msgspec.ValidationError:
        raise _complaint(error) from None


_LIKE_AN_ID: Final = re.compile(rb'"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}"')
_names: Callable[[bytes], dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _refuse_twice(raw: bytes) -> None:
    try:
        json.loads(raw, object_pairs_hook=_each_once)
    except ValueError:
        raise Problem("bad_input", "The input is not valid JSON, or gives a name twice.") from None


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """Return a function from JSON text to `kind` that raises `Problem("bad_input")` for everything else.

    msgspec refuses NaN, lone surrogates and bad UTF-8 by itself; a name twice, NUL and deep nesting are refused here,
    but for NUL in a field that keeps its JSON text.
    """
    decode = msgspec.json.Decoder(kind).decode
    verbatim = msgspec.Raw in get_type_hints(kind).values()

    def checked(raw: bytes) -> T:
        try:
            if _NUL in raw:  # a cheap test of the text first: hardly any message holds these six characters
                _refuse_nul(_texts(decode(raw)) if verbatim else msgspec.json.decode(raw))
            # As many names as colons: no name twice. 0.4 us; of a text that holds more colons 5.
            if (colons := raw.count(b":")) > 1 and colons != len(_names(raw)):
                _refuse_twice(raw)
            return decode(raw)
        except msgspec.ValidationError as error:
            if (
                _LIKE_AN_ID.search(raw) is None
            ):  # 30 000 numbers would be walked through for nothing, for 6 ms
                raise _complaint(error) from None
            return _with_small_ids(kind, lambda: msgspec.json.decode(raw), error, lenient=False)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Problem("bad_input", "The input is not valid JSON.") from None

    return checked


def parse(raw: bytes) -> dict[str, Any]:
    """Read a JSON object, strictly: no NaN, no lone surrogate, no name twice, no depth beyond 32.

    Raises `Problem("bad_input")`.
    """
    try:
        check_json(raw, _DEPTH, _DIGITS)
        value = msgspec.json.decode(raw)
        if raw.count(b":") > 1:
            json.loads(raw, object_pairs_hook=_each_once)
    except (msgspec.DecodeError, ValueError, RecursionError, ProtocolError):
        raise Problem("bad_input", "The input is not valid JSON, or gives a name twice.") from None
    if not isinstance(value, dict):
        raise Problem("bad_input", "The input must be a JSON object.")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse a name twice: two readers could understand two things."""
    if len(pairs) > 1 and len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")


def convert(fields: dict[str, Any], kind: type[T], *, lenient: bool) -> T:
    """Turn a dict into `kind`; `lenient` reads numbers and booleans from text, as path and query need it.

    Raises `Problem("bad_input")`.
    """
    try:
        _refuse_nul(fields)
        return msgspec.convert(fields, kind, strict=not lenient)
    except msgspec.ValidationError as error:
        return _with_small_ids(kind, lambda: fields, error, lenient=lenient)
