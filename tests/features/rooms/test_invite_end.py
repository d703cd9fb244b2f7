"""How long an invite lasts: `expiresAt` or `expiresIn`."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from chatroom.core.clock import iso
from tests.cast import Cast, Clock
from tests.doors import Doors

SURFACES = pytest.mark.parametrize("surface", ["api", "v1"])


@SURFACES
async def test_an_invite_ends_when_either_name_says(
    doors: Doors, cast: Cast, clock: Clock, surface: str
) -> None:
    end = iso(clock.now + 3_600_000)
    east = datetime.fromtimestamp(clock.now / 1000, UTC).astimezone(timezone(timedelta(hours=5, minutes=30)))
    for said in (
        {"expiresIn": 3600},
        {"expiresAt": end},
        {"expiresAt": (east + timedelta(hours=1)).isoformat()},
    ):
        made = await doors.ask(surface, "rooms.invite.issue", cast.ana, roomId=cast.tea, **said)
        assert made.data["expiresAt"] == end, said
        shown = await doors.ask(surface, "rooms.invite.show", cast.ana, roomId=cast.tea)
        assert shown.data == made.data
    code = made.data["inviteCode"]
    clock.advance(3601)
    late = await doors.ask(surface, "rooms.join", cast.mallory, roomId=cast.tea, inviteCode=code)
    assert late.code == "invalid_invite"


@SURFACES
@pytest.mark.parametrize(
    "said",
    [
        {"expiresAt": "2026-09-21T14:13:19.000Z"},  # a second ago
        {"expiresAt": "2029-01-01T00:00:00Z"},
        {"expiresAt": "2026-10-01T00:00:00"},  # of which zone?
        {"expiresAt": "tomorrow"},
        {"expiresAt": 1_800_000_000},
        {"expiresAt": "2026-10-01T00:00:00Z", "expiresIn": 3600},
        {"expiresIn": 59},
        {"expiresIn": "soon"},
    ],
)
async def test_an_end_that_cannot_be_is_refused(doors: Doors, cast: Cast, surface: str, said: Any) -> None:
    refused = await doors.ask(surface, "rooms.invite.issue", cast.ana, roomId=cast.tea, **said)
    assert (refused.code, refused.status) == ("bad_input", 422 if surface == "v1" else 400)
    shown = await doors.ask(surface, "rooms.invite.show", cast.ana, roomId=cast.tea)
    assert shown.data["inviteCode"] == cast.code
