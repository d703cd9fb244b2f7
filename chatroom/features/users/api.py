"""The ways in: what admins may ask of users. What people may ask of themselves stands in the slice `auth`."""

from chatroom.core.operation import Operation
from chatroom.core.principal import ADMINS, MEMBERS, PEOPLE, Permission
from chatroom.features.users import admin

READ_SELF = Permission("users.read_self", PEOPLE)
CHANGE_SELF = Permission("users.change_self", MEMBERS)
LIST = Permission("users.list", ADMINS)
READ = Permission("users.read", ADMINS)
CHANGE = Permission("users.change", ADMINS)
REMOVE = Permission("users.remove", ADMINS)
permissions = [READ_SELF, CHANGE_SELF, LIST, READ, CHANGE, REMOVE]

operations = [
    Operation(
        "users.list",
        admin.list_users,
        refuses=("bad_cursor", "forbidden"),
        may=LIST,
        http="GET /users",
        newer=True,
    ),
    Operation(
        "users.show",
        admin.show,
        refuses=("forbidden", "not_found"),
        may=READ,
        http="GET /users/{userId}",
        newer=True,
    ),
    Operation(
        "users.change",
        admin.change,
        refuses=("bad_input", "forbidden", "not_found", "username_taken"),
        may=CHANGE,
        http="PATCH /users/{userId}",
        newer=True,
    ),
    Operation(
        "users.remove",
        admin.remove,
        refuses=("forbidden", "not_found"),
        may=REMOVE,
        http="DELETE /users/{userId}",
        newer=True,
    ),
]
