"""What the `message` of an enveloped yes says: what was done (seed S3's "Operation result message")."""

from typing import Final

from chatroom.core.operation import Operation

_VERBS: Final = {"GET": "retrieved", "PUT": "saved", "PATCH": "updated", "DELETE": "deleted"}
_CREATED: Final = 201


def done(op: Operation) -> str:
    """Return an operation's sentence: `GET /rooms` is "Rooms retrieved", `DELETE /users/{userId}` "User deleted"."""
    if op.done:
        return op.done
    steps = [step for step in op.path.split("/") if not step.startswith("{")]
    noun = steps[-1].replace("-", " ").capitalize()
    if op.method == "POST" or op.path.endswith("}"):
        noun = noun.removesuffix("s")
    return f"{noun} {_VERBS.get(op.method, 'created' if op.status == _CREATED else 'saved')}"
