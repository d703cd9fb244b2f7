"""How a surface says yes and no. A dialect renames and wraps; it never decides anything."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, get_args

from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.features.messages.types import MessageType
from chatroom.features.rooms.types import Room, RoomPage

_UNPROCESSABLE: Final = 422


class Dialect(NamedTuple):
    """A surface: its prefix, its yes, its no, its answers that differ, and whether unknown fields are refused.

    `spell` is given the JSON text of every yes.
    """

    name: str
    prefix: str
    success: Callable[[Any, str], Any]
    failure: Callable[[Problem, str], tuple[int, dict[str, Any]]]
    gives: Mapping[str, Callable[[Any], Any]]
    strict: bool
    spell: Callable[[bytes], bytes]

    def serves(self, op: Operation) -> bool:
        """Whether an operation has an address here."""
        return bool(op.path) and self.name in op.on


def _details(problem: Problem, request_id: str) -> dict[str, Any]:
    details: dict[str, Any] = {"code": problem.code, "requestId": request_id}
    if problem.errors is not None:
        details["errors"] = problem.errors
    if problem.retry_after is not None:
        details["retryAfter"] = problem.retry_after
    return details


def _bare(problem: Problem, request_id: str) -> tuple[int, dict[str, Any]]:
    return problem.status, {
        "error": problem.message,
        "message": problem.message,
        **_details(problem, request_id),
    }


def _envelope(answer: Any, message: str) -> dict[str, Any]:
    return {"status": "success", "message": message, "data": answer}


def _error_envelope(problem: Problem, request_id: str) -> tuple[int, dict[str, Any]]:
    fields = problem.code == "bad_input" and problem.errors is not None
    return (_UNPROCESSABLE if fields else problem.status), {
        "status": "error",
        "message": problem.message,
        "data": _details(problem, request_id),
    }


def _only_rooms(found: RoomPage) -> list[Room]:
    return found.rooms


def _as_it_is(body: bytes) -> bytes:
    return body


_TYPE: Final = b'"messageType":"'
_CAPITALS: Final = [
    (_TYPE + kind.encode() + b'"', _TYPE + kind.upper().encode() + b'"') for kind in get_args(MessageType)
]


def _in_capitals(body: bytes) -> bytes:
    """Spell the types of messages as seed S1 does (docs/dialects.md); within a text each quote has a backslash."""
    if _TYPE in body:
        for small, capital in _CAPITALS:
            body = body.replace(small, capital)
    return body


ROOT: Final = Dialect(
    name="root",
    prefix="",
    success=lambda answer, _message: answer,
    failure=_bare,
    gives={},
    strict=False,
    spell=_as_it_is,
)
"""Seed S0: bare objects without a prefix."""

API: Final = Dialect(
    name="api",
    prefix="/api",
    success=lambda answer, _message: answer,
    failure=_bare,
    gives={"rooms.list": _only_rooms},
    strict=False,
    spell=_as_it_is,
)
"""Seeds S1, S2 and S4: bare objects."""

V1: Final = Dialect(
    name="v1",
    prefix="/api/v1",
    success=_envelope,
    failure=_error_envelope,
    gives={},
    strict=True,
    spell=_in_capitals,
)
"""Seed S3 and everything newer: `{status, message, data}`."""

SURFACES: Final = (V1, API, ROOT)
"""The longer prefix first: `/api/v1/...` is not a path of `/api`."""


def of_path(path: str) -> Dialect:
    """The dialect in which an error on this path is said."""
    return next((surface for surface in SURFACES if f"{path}/".startswith(surface.prefix + "/")), ROOT)
