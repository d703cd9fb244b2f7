"""The ways in: what admins may ask of users. What people may ask of themselves stands in the slice `auth`."""

from chatroom.core.errors import Entry
from chatroom.core.operation import Operation
from chatroom.core.principal import ADMINS, MEMBERS, PEOPLE, Permission
from chatroom.features.users import admin

READ_SELF = Permission("users.me.read", PEOPLE)
CHANGE_SELF = Permission("users.me.change", MEMBERS)
LIST = Permission("users.list", ADMINS)
READ = Permission("users.read", ADMINS)
CHANGE = Permission("users.change", ADMINS)
REMOVE = Permission("users.remove", ADMINS)

problems = {"username_taken": Entry(409, "Somebody else has this username.")}

operations = [
    Operation(
        "users.list",
        admin.list_users,
        may=LIST,
        http="GET /users",
        newer=True,
        refuses=("bad_cursor", "forbidden"),
    ),
    Operation(
        "users.show",
        admin.show,
        may=READ,
        http="GET /users/{userId}",
        newer=True,
        refuses=("forbidden", "not_found"),
    ),
    Operation(
        "users.change",
        admin.change,
        may=CHANGE,
        http="PATCH /users/{userId}",
        newer=True,
        refuses=("bad_input", "forbidden", "not_found", "username_taken"),
    ),
    Operation(
        "users.remove",
        admin.remove,
        may=REMOVE,
        http="DELETE /users/{userId}",
        newer=True,
        refuses=("forbidden", "not_found"),
    ),
]
