"""Good input for every operation, every field given: what tests poison, one leaf at a time."""

from typing import Any, Final

from chatroom.core import page
from tests.cast import PASSWORD

ROOM: Final = "01900000-0000-7000-8000-000000000000"
PHONE: Final = "+447911123456"
_IDENTIFIER: Final = {"email": "ana@example.org", "phoneNumber": PHONE}
_LOGIN: Final = {**_IDENTIFIER, "password": PASSWORD, "staySignedIn": False, "cookies": False}
SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "auth.register": {"name": "Zoë", "email": "z@example.org", "password": PASSWORD, "cookies": False},
    "auth.sign_up": {
        "phoneNumber": PHONE,
        "firstName": "Zoë",
        "lastName": "Zed",
        "birthYear": 1990,
        "name": "Zoë",
        "email": "z@example.org",
        "password": PASSWORD,
    },
    "auth.become_guest": {"ageCategory": "18+RED", "cookies": False},
    "auth.login": _LOGIN,
    "auth.sign_in": _LOGIN,
    "auth.open_lounges": _LOGIN,
    "auth.refresh": {"refreshToken": "x.y.z"},
    "auth.refresh_cookies": {"refreshToken": "x.y.z"},
    "auth.logout": {"refreshToken": "x.y.z"},
    "auth.change": {**_IDENTIFIER, "currentPassword": PASSWORD, "newPassword": "another horse"},
    "auth.forget": _IDENTIFIER,
    "auth.reset": {**_IDENTIFIER, "code": "12345678", "newPassword": "another horse"},
    "auth.change_own": {"currentPassword": PASSWORD, "newPassword": "another horse"},
    "auth.begin": {**_IDENTIFIER, "currentPassword": PASSWORD},
    "auth.confirm": {"code": "12345678"},
    "auth.end_session": {"sessionId": ROOM, "currentPassword": PASSWORD},
    "auth.show_proof": {"currentPassword": PASSWORD},
    "auth.change_me": {"name": "Zoë", "username": "zoe"},
    "users.list_users": {"cursor": page.encode("a", ROOM), "limit": 5},
    "users.show": {"userId": ROOM},
    "users.change": {"userId": ROOM, "name": "Zoë", "username": "zoe", "status": "active"},
    "users.remove": {"userId": ROOM},
    "auth.renew": {"token": "x.y.z"},
    "rooms.list_rooms": {"scope": "mine", "cursor": page.encode("r", ROOM), "limit": 5},
    "rooms.create": {"name": "Tea", "isPrivate": True},
    "rooms.create_lounge": {"name": "Tea"},
    "rooms.enter_lounge": {"lounge": "Tea"},
    "rooms.join_by_invite": {"inviteCode": "code"},
    "rooms.show": {"roomId": ROOM},
    "rooms.join": {"roomId": ROOM, "inviteCode": "code"},
    "rooms.leave": {"roomId": ROOM},
    "rooms.issue": {
        "roomId": ROOM,
        "expiresIn": 60,
        "expiresAt": "2030-01-01T00:00:00.000Z",
        "maxUses": 1,
    },
    "rooms.fetch": {"roomId": ROOM},
    "rooms.revoke": {"roomId": ROOM},
    "rooms.enter": {"roomId": ROOM},
    "rooms.exit_room": {"roomId": ROOM},
    "presence.room_users": {"roomId": ROOM, "cursor": page.encode("m", ROOM), "limit": 5},
    "presence.typing": {"roomId": ROOM, "isTyping": True},
    "messages.send": {"roomId": ROOM, "content": "hi", "messageType": "text", "clientMsgId": "a1"},
    "messages.say": {"loungeId": "Tea", "message": "hi"},
    "messages.chat": {"message": "hi"},
    "messages.history": {"roomId": ROOM, "cursor": page.encode("b", 3), "after": 1, "limit": 5},
    "messages.resume": {"rooms": [{"roomId": ROOM, "epoch": "e", "lastSeq": 1}]},
    "messages.mark_read": {"roomId": ROOM, "seq": 1, "messageId": ROOM},
}
