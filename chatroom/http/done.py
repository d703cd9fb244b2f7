"""What the `message` of an enveloped yes says: what was done (seed S3's "Operation result message")."""

from typing import Final

from chatroom.core.operation import Operation

_DONE: Final = {
    "auth.register": "Account created",
    "auth.sign_up": "Account created",
    "auth.become_guest": "Guest session created",
    "auth.login": "Signed in",
    "auth.refresh": "Token refreshed",
    "auth.logout": "Signed out",
    "auth.change": "Password changed",
    "auth.change_own": "Password changed",
    "auth.forget": "Code sent",
    "auth.reset": "Password changed",
    "auth.begin": "Code sent",
    "auth.confirm": "Identifier confirmed",
    "auth.end_session": "Session ended",
    "auth.me": "Profile retrieved",
    "auth.change_me": "Profile updated",
    "rooms.join": "Room joined",
    "rooms.join_by_invite": "Room joined",
    "rooms.leave": "Room left",
    "rooms.issue": "Invite created",
    "rooms.revoke": "Invite withdrawn",
    "messages.send": "Message sent",
    "messages.mark_read": "Room marked as read",
    "presence.heartbeat": "Heartbeat received",
}
"""Operation -> what it has done, where its address does not say it."""
_VERBS: Final = {"GET": "retrieved", "PUT": "saved", "PATCH": "updated", "DELETE": "deleted"}
_CREATED: Final = 201


def done(op: Operation) -> str:
    """Return an operation's sentence: `GET /rooms` is "Rooms retrieved", `DELETE /users/{userId}` "User deleted"."""
    if op.name in _DONE:
        return _DONE[op.name]
    steps = [step for step in op.path.split("/") if not step.startswith("{")]
    noun = steps[-1].replace("-", " ").capitalize()
    if op.method == "POST" or op.path.endswith("}"):
        noun = noun.removesuffix("s")
    return f"{noun} {_VERBS.get(op.method, 'created' if op.status == _CREATED else 'saved')}"
