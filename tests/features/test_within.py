"""Who in a room may ask for what, and who outside: against a table written by hand."""

from typing import Final

from chatroom.features import operations
from tests.cast import Cast
from tests.doors import DOORS, Doors, serves

WITHIN: Final = {
    "rooms.invite.issue": "room:creator",
    "rooms.invite.show": "room:creator",
    "rooms.invite.revoke": "room:creator",
}
"""What somebody must be in the room, besides what `test_permissions` says of their role."""

IN_ROOM: Final = {
    "room:creator": {
        ("mallory", "tea"): "room_not_found",
        ("mallory", "square"): "not_the_creator",
        ("bob", "tea"): "not_the_creator",
        ("bob", "square"): "not_the_creator",
        ("moderator", "tea"): "room_not_found",
        ("admin", "tea"): "room_not_found",
        ("admin", "square"): "not_the_creator",
        ("ana", "tea"): "",
        ("ana", "square"): "",
    },
}
"""Ana has created both rooms and Bob is in both; the others are in none. The private one does not exist for them."""


def test_the_rows_are_the_table() -> None:
    assert {name: op.within.name for name, op in operations.items() if op.within} == WITHIN


async def test_everybody_in_and_outside_a_room_gets_what_the_matrix_says(cast: Cast, doors: Doors) -> None:
    cells = [
        (who, place, name, door)
        for door in DOORS
        for within, people in IN_ROOM.items()
        for who, place in people
        for name, needed in WITHIN.items()
        if needed == within and serves(door, operations[name])
    ]
    answers = {
        cell: (await doors.ask(cell[3], cell[2], getattr(cast, cell[0]), roomId=getattr(cast, cell[1]))).code
        for cell in cells
    }
    wrong = {cell: code for cell, code in answers.items() if code != IN_ROOM[WITHIN[cell[2]]][cell[:2]]}
    print(f"matrix of rooms: {len(cells)} cells")
    assert not wrong
    assert len(cells) >= 2 * sum(len(IN_ROOM[within]) for within in WITHIN.values())


async def test_what_somebody_is_in_a_room_counts_between_the_form_of_a_request_and_its_sense(
    cast: Cast, doors: Doors
) -> None:
    issue, tea = "rooms.invite.issue", cast.tea
    form = {"expiresIn": 1}
    sense = {"expiresIn": 60, "expiresAt": "2030-01-01T00:00:00Z"}
    assert (await doors.ask("v1", issue, cast.mallory, roomId=tea, **form)).code == "bad_input"
    assert (await doors.ask("v1", issue, cast.mallory, roomId=tea, **sense)).code == "room_not_found"
    assert (await doors.ask("v1", issue, cast.ana, roomId=tea, **sense)).code == "bad_input"
