"""What clients may ask of rooms, and what rooms tell them."""

from chatroom.core.operation import Operation
from chatroom.core.principal import MEMBERS, PEOPLE, Permission
from chatroom.core.schema import Event
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.rooms import invites, listening, lounges, membership, service
from chatroom.features.rooms.types import RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft
from chatroom.features.users.signals import Departing, Renamed

CREATE = Permission("rooms.create", MEMBERS)
LIST = Permission("rooms.list", PEOPLE)
READ = Permission("rooms.read", PEOPLE)
JOIN = Permission("rooms.join", MEMBERS)
ENTER = Permission("rooms.enter", PEOPLE)
LEAVE = Permission("rooms.leave", PEOPLE)
INVITE = Permission("rooms.invite", MEMBERS)
permissions = [CREATE, LIST, READ, JOIN, ENTER, LEAVE, INVITE]

operations = [
    Operation("rooms.list", service.list_rooms, hot=True, may=LIST, http="GET /rooms"),
    Operation(
        "rooms.create",
        service.create,
        refuses=("too_many_rooms",),
        may=CREATE,
        http="POST /rooms",
        status=201,
    ),
    Operation(
        "rooms.invite.join",
        membership.join_by_invite,
        done="Room joined",
        refuses=("invalid_invite", "rate_limited", "too_many_rooms"),
        may=JOIN,
        http="POST /rooms/join",
    ),
    Operation(
        "rooms.show",
        service.show,
        refuses=("room_not_found",),
        may=READ,
        http="GET /rooms/{roomId}",
        newer=True,
    ),
    Operation(
        "rooms.join",
        membership.join,
        done="Room joined",
        refuses=("invalid_invite", "rate_limited", "too_many_rooms"),
        may=JOIN,
        http="POST /rooms/{roomId}/join",
    ),
    Operation(
        "rooms.leave",
        membership.leave,
        done="Room left",
        refuses=("room_not_found",),
        may=LEAVE,
        http="POST /rooms/{roomId}/leave",
    ),
    Operation(
        "rooms.invite.issue",
        invites.issue,
        done="Invite created",
        refuses=("bad_input", "not_the_creator", "room_not_found"),
        may=INVITE,
        http="POST /rooms/{roomId}/invite",
    ),
    Operation(
        "rooms.invite.show",
        invites.fetch,
        refuses=("not_found", "not_the_creator", "room_not_found"),
        may=INVITE,
        http="GET /rooms/{roomId}/invite",
    ),
    Operation(
        "rooms.invite.revoke",
        invites.revoke,
        done="Invite withdrawn",
        refuses=("not_the_creator", "room_not_found"),
        may=INVITE,
        http="DELETE /rooms/{roomId}/invite",
    ),
    Operation("rooms.lounges.list", lounges.list_lounges, may=LIST, http="GET /lounges", on=("root",)),
    Operation(
        "rooms.lounges.create",
        lounges.create_lounge,
        refuses=("bad_input", "too_many_rooms"),
        may=CREATE,
        http="POST /lounges",
        on=("root",),
    ),
    Operation(
        "rooms.lounges.enter",
        lounges.enter_lounge,
        refuses=("bad_input", "rate_limited", "room_not_found", "too_many_rooms"),
        may=ENTER,
        socket="join-lounge",
        bare="lounge",
    ),
    Operation(
        "rooms.enter",
        listening.enter,
        refuses=("rate_limited", "room_not_found", "too_many_rooms"),
        may=ENTER,
        socket="join_room",
    ),
    Operation("rooms.exit", listening.exit_room, may=ENTER, socket="leave_room"),
]
events: list[type[Event]] = [RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft]
listeners = [
    (Connected, listening.connected),
    (Disconnected, listening.disconnected),
    (Departing, membership.departing),
    (Renamed, membership.renamed),
]
