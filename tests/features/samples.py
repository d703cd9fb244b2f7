"""Good input for every operation, every field given: what tests poison, one leaf at a time."""

from typing import Any, Final

from chatroom.core import page
from tests.cast import PASSWORD

ROOM: Final = "01900000-0000-7000-8000-000000000000"
PHONE: Final = "+447911123456"
_IDENTIFIER: Final = {"email": "ana@example.org", "phoneNumber": PHONE}
_LOGIN: Final = {**_IDENTIFIER, "password": PASSWORD, "staySignedIn": False, "cookies": False}
SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "auth.account.register": {
        "name": "Zoë",
        "email": "z@example.org",
        "password": PASSWORD,
        "cookies": False,
    },
    "auth.account.sign_up": {
        "phoneNumber": PHONE,
        "firstName": "Zoë",
        "lastName": "Zed",
        "birthYear": 1990,
        "name": "Zoë",
        "email": "z@example.org",
        "password": PASSWORD,
    },
    "auth.guest.create": {"ageCategory": "18+RED", "cookies": False},
    "auth.session.login": _LOGIN,
    "auth.session.sign_in": _LOGIN,
    "auth.session.open_lounges": _LOGIN,
    "auth.session.refresh": {"refreshToken": "x.y.z"},
    "auth.cookies.refresh": {"refreshToken": "x.y.z"},
    "auth.session.logout": {"refreshToken": "x.y.z"},
    "auth.password.replace": {**_IDENTIFIER, "currentPassword": PASSWORD, "newPassword": "another horse"},
    "auth.password.forget": _IDENTIFIER,
    "auth.password.reset": {**_IDENTIFIER, "code": "12345678", "newPassword": "another horse"},
    "auth.password.change": {"currentPassword": PASSWORD, "newPassword": "another horse"},
    "auth.identifier.begin": {**_IDENTIFIER, "currentPassword": PASSWORD},
    "auth.identifier.confirm": {"code": "12345678"},
    "auth.sessions.end": {"sessionId": ROOM, "currentPassword": PASSWORD},
    "auth.proof.show": {"currentPassword": PASSWORD},
    "auth.me.change": {"name": "Zoë", "username": "zoe"},
    "users.list": {"cursor": page.encode("a", ROOM), "limit": 5},
    "users.show": {"userId": ROOM},
    "users.change": {"userId": ROOM, "name": "Zoë", "username": "zoe", "status": "active"},
    "users.remove": {"userId": ROOM},
    "auth.socket.refresh": {"token": "x.y.z"},
    "rooms.list": {"scope": "mine", "cursor": page.encode("r", ROOM), "limit": 5},
    "rooms.create": {"name": "Tea", "isPrivate": True},
    "rooms.lounges.create": {"name": "Tea"},
    "rooms.lounges.enter": {"lounge": "Tea"},
    "rooms.invite.join": {"inviteCode": "code"},
    "rooms.show": {"roomId": ROOM},
    "rooms.join": {"roomId": ROOM, "inviteCode": "code"},
    "rooms.update": {"roomId": ROOM, "topic": "Tea, and what goes with it"},
    "rooms.leave": {"roomId": ROOM},
    "rooms.invite.issue": {
        "roomId": ROOM,
        "expiresIn": 60,
        "expiresAt": "2030-01-01T00:00:00.000Z",
        "maxUses": 1,
    },
    "rooms.invite.show": {"roomId": ROOM},
    "rooms.invite.revoke": {"roomId": ROOM},
    "rooms.enter": {"roomId": ROOM},
    "rooms.exit": {"roomId": ROOM},
    "presence.members.list": {"roomId": ROOM, "cursor": page.encode("m", ROOM), "limit": 5},
    "presence.typing": {"roomId": ROOM, "isTyping": True},
    "messages.send": {"roomId": ROOM, "content": "hi", "messageType": "text", "clientMsgId": "a1"},
    "messages.lounge.say": {"loungeId": "Tea", "message": "hi"},
    "messages.lobby.say": {"message": "hi"},
    "messages.history": {"roomId": ROOM, "cursor": page.encode("b", 3), "after": 1, "limit": 5},
    "messages.resume": {"rooms": [{"roomId": ROOM, "epoch": "e", "lastSeq": 1}]},
    "messages.read_mark.set": {"roomId": ROOM, "seq": 1, "messageId": ROOM},
}
