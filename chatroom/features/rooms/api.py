"""What clients may ask of rooms, and what rooms tell them."""

from chatroom.core.errors import Entry
from chatroom.core.limits import HOUR, MINUTE, Bucket
from chatroom.core.operation import Operation, Within
from chatroom.core.principal import MEMBERS, PEOPLE, Permission
from chatroom.core.schema import Event
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.rooms import changes, invites, listening, lounges, membership, service
from chatroom.features.rooms.entries import CHANGED, CREATED, JOINED, LEFT
from chatroom.features.rooms.types import RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft
from chatroom.features.users.signals import Departing, Renamed

CREATE = Permission("rooms.create", MEMBERS)
UPDATE = Permission("rooms.update", MEMBERS)
LIST = Permission("rooms.list", PEOPLE)
READ = Permission("rooms.read", PEOPLE)
JOIN = Permission("rooms.join", MEMBERS)
ENTER = Permission("rooms.enter", PEOPLE)
LEAVE = Permission("rooms.leave", PEOPLE)
INVITE = Permission("rooms.invite", MEMBERS)

CREATOR = Within("room:creator", invites.must_be_creator, ("not_the_creator", "room_not_found"))

problems = {
    "not_a_member": Entry(403, "Join the room first."),
    "not_the_creator": Entry(403, "Only the person who created the room may see or change its invite."),
    "invalid_invite": Entry(404, "There is no such room, or the invite code is not valid."),
    "too_many_rooms": Entry(409, "You are in as many rooms as one person may be. Leave one first."),
}
limits = {
    "rooms.ad_hoc": Bucket(20, HOUR),  # lounges opened by entering them, by address
    "rooms.invite": Bucket(10, 15 * MINUTE),  # wrong invite codes, by person
}

operations = [
    Operation(
        "rooms.list",
        service.list_rooms,
        may=LIST,
        http="GET /rooms",
        hot=True,
        refuses=("bad_cursor",),
    ),
    Operation(
        "rooms.create",
        service.create,
        may=CREATE,
        http="POST /rooms",
        status=201,
        refuses=("bad_input", "too_many_rooms"),
    ),
    Operation(
        "rooms.invite.join",
        membership.join_by_invite,
        may=JOIN,
        http="POST /rooms/join",
        done="Room joined",
        refuses=("invalid_invite", "rate_limited", "too_many_rooms"),
    ),
    Operation(
        "rooms.show",
        service.show,
        may=READ,
        http="GET /rooms/{roomId}",
        newer=True,
        refuses=("room_not_found",),
    ),
    Operation(
        "rooms.update",
        changes.update,
        may=UPDATE,
        http="PATCH /rooms/{roomId}",
        newer=True,
        done="Room changed",
        refuses=("bad_input", "forbidden", "not_a_member", "room_not_found"),
    ),
    Operation(
        "rooms.join",
        membership.join,
        may=JOIN,
        http="POST /rooms/{roomId}/join",
        done="Room joined",
        refuses=("invalid_invite", "rate_limited", "too_many_rooms"),
    ),
    Operation(
        "rooms.leave",
        membership.leave,
        may=LEAVE,
        http="POST /rooms/{roomId}/leave",
        done="Room left",
        refuses=("room_not_found",),
    ),
    Operation(
        "rooms.invite.issue",
        invites.issue,
        may=INVITE,
        within=CREATOR,
        http="POST /rooms/{roomId}/invite",
        done="Invite created",
        refuses=("bad_input",),
    ),
    Operation(
        "rooms.invite.show",
        invites.fetch,
        may=INVITE,
        within=CREATOR,
        http="GET /rooms/{roomId}/invite",
        refuses=("not_found",),
    ),
    Operation(
        "rooms.invite.revoke",
        invites.revoke,
        may=INVITE,
        within=CREATOR,
        http="DELETE /rooms/{roomId}/invite",
        done="Invite withdrawn",
    ),
    Operation(
        "rooms.lounges.list",
        lounges.list_lounges,
        may=LIST,
        http="GET /lounges",
        on=("root",),
    ),
    Operation(
        "rooms.lounges.create",
        lounges.create_lounge,
        may=CREATE,
        http="POST /lounges",
        on=("root",),
        refuses=("bad_input", "busy", "too_many_rooms"),
    ),
    Operation(
        "rooms.lounges.enter",
        lounges.enter_lounge,
        may=ENTER,
        socket="join-lounge",
        bare="lounge",
        refuses=("bad_input", "not_a_member", "rate_limited", "room_not_found", "too_many_rooms"),
    ),
    Operation(
        "rooms.enter",
        listening.enter,
        may=ENTER,
        socket="join_room",
        refuses=("bad_input", "not_a_member", "rate_limited", "room_not_found", "too_many_rooms"),
    ),
    Operation(
        "rooms.exit",
        listening.exit_room,
        may=ENTER,
        socket="leave_room",
        refuses=("bad_input",),
    ),
]
kinds = [CREATED, JOINED, LEFT, CHANGED]
events: list[type[Event]] = [RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft]
rechecks = [listening.look_again]
at_start = [lounges.open_lobby]
handlers = [
    (Connected, listening.connected),
    (Disconnected, listening.disconnected),
    (Departing, membership.departing),
    (Renamed, membership.renamed),
]
