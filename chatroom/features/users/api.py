"""The ways in: what admins may ask of users. What people may ask of themselves stands in the slice `auth`."""

from chatroom.core.operation import Operation
from chatroom.features.users import admin

operations = [
    Operation(admin.list_users, may="users.list", http="GET /users", newer=True),
    Operation(admin.show, may="users.read", http="GET /users/{userId}", newer=True),
    Operation(admin.change, may="users.change", http="PATCH /users/{userId}", newer=True),
    Operation(admin.remove, may="users.remove", http="DELETE /users/{userId}", newer=True),
]
