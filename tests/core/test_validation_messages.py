"""What is said of a wrong value is a sentence that a client can show."""

import pytest

from chatroom.core.errors import Problem
from chatroom.core.schema import decoder, encode, strict
from chatroom.features.messages.types import MarkRead, Resume, SendMessage
from chatroom.features.rooms.types import IssueInvite

INSTANT = "an instant such as 2026-12-31T18:00:00Z"
ROOM = {"roomId": "018f0000-0000-7000-8000-000000000000"}


@pytest.mark.parametrize(
    ("kind", "fields", "path", "sentence"),
    [
        (SendMessage, {}, "roomId", "roomId is missing."),
        (SendMessage, [], "$", "The input must be an object, not a list."),
        (SendMessage, {"roomId": 5}, "roomId", "roomId must be a text, not a whole number."),
        (SendMessage, {"roomId": "tea"}, "roomId", "roomId does not have the right form."),
        (SendMessage, ROOM, "content", "content is missing."),
        (SendMessage, ROOM | {"content": None}, "content", "content must be a text, not empty."),
        (SendMessage, ROOM | {"content": "x" * 32_001}, "content", "content is longer than 32000."),
        (MarkRead, ROOM | {"seq": -1}, "seq", "seq must be at least 0."),
        (MarkRead, ROOM | {"seq": 3_000_000_000}, "seq", "seq must be at most 2147483647."),
        (MarkRead, ROOM | {"seq": 1.5}, "seq", "seq must be a whole number, not a number."),
        (
            IssueInvite,
            ROOM | {"expiresAt": 5},
            "expiresAt",
            f"expiresAt must be {INSTANT}, not a whole number.",
        ),
        (IssueInvite, ROOM | {"expiresAt": "soon"}, "expiresAt", f"expiresAt must be {INSTANT}."),
        (
            IssueInvite,
            ROOM | {"expiresAt": "2026-12-31T18:00:00"},
            "expiresAt",
            f"expiresAt must be {INSTANT}.",
        ),
        (Resume, {"rooms": 5}, "rooms", "rooms must be a list, not a whole number."),
        (Resume, {"rooms": [{}]}, "rooms[0].roomId", "rooms[0].roomId is missing."),
        (strict(MarkRead), ROOM | {"x": 1}, "x", "x is not known here."),
    ],
)
def test_a_wrong_value_is_named_and_said_in_words(
    kind: type[object], fields: object, path: str, sentence: str
) -> None:
    with pytest.raises(Problem) as refused:
        decoder(kind)(encode(fields))
    assert (refused.value.message, refused.value.errors) == (sentence, {path: [sentence]})
