"""What clients may ask of rooms, and what rooms tell them."""

from chatroom.core.operation import Operation
from chatroom.core.schema import Event
from chatroom.core.signals import Connected, Disconnected
from chatroom.features.rooms import invites, listening, lounges, membership, service
from chatroom.features.rooms.types import RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft
from chatroom.features.users.signals import Departing, Renamed

operations = [
    Operation(service.list_rooms, may="rooms.list", http="GET /rooms"),
    Operation(service.create, may="rooms.create", http="POST /rooms", status=201),
    Operation(membership.join_by_invite, may="rooms.join", http="POST /rooms/join"),
    Operation(service.show, may="rooms.read", http="GET /rooms/{roomId}", newer=True),
    Operation(membership.join, may="rooms.join", http="POST /rooms/{roomId}/join"),
    Operation(membership.leave, may="rooms.leave", http="POST /rooms/{roomId}/leave"),
    Operation(invites.issue, may="rooms.invite", http="POST /rooms/{roomId}/invite"),
    Operation(invites.fetch, may="rooms.invite", http="GET /rooms/{roomId}/invite"),
    Operation(invites.revoke, may="rooms.invite", http="DELETE /rooms/{roomId}/invite"),
    Operation(lounges.list_lounges, may="rooms.list", http="GET /lounges", on=("root",)),
    Operation(lounges.create_lounge, may="rooms.create", http="POST /lounges", on=("root",)),
    Operation(lounges.enter_lounge, may="rooms.enter", socket="join-lounge", bare="lounge"),
    Operation(listening.enter, may="rooms.enter", socket="join_room"),
    Operation(listening.exit_room, may="rooms.enter", socket="leave_room"),
]
events: list[type[Event]] = [RoomJoined, RoomsChanged, UserChanged, UserJoined, UserLeft]
listeners = [
    (Connected, listening.connected),
    (Disconnected, listening.disconnected),
    (Departing, membership.departing),
    (Renamed, membership.renamed),
]
