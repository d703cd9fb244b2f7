"""The ways in: what clients may ask of auth."""

from chatroom.core.operation import Operation
from chatroom.features.auth import csrf, service

operations = [
    Operation(service.register, may="auth.register", http="POST /auth/register", status=201),
    Operation(service.login, may="auth.sign_in", http="POST /auth/login"),
    Operation(service.logout, may="auth.sign_out", http="POST /auth/logout"),
    Operation(csrf.issue, may="auth.csrf", http="POST /auth/csrf", on=("api",)),
    Operation(service.me, may="users.read_self", http="GET /users/me"),
]
