"""The ways in: what clients may ask of auth, each seed in its own words."""

from chatroom.core.operation import Operation
from chatroom.features.auth import capabilities, service
from chatroom.features.auth.identifiers import own_identifiers
from chatroom.features.auth.joining import account_removal, registration, signing_in
from chatroom.features.auth.passwords import passwords, step_up
from chatroom.features.auth.sessions import csrf, devices, refresh, socket_refresh
from chatroom.features.users.signals import ShutOut

_EVERYWHERE = ("root", "api", "v1")

operations = [
    Operation(registration.register, may="auth.register", http="POST /auth/register", status=201),
    Operation(registration.sign_up, may="auth.register", http="POST /auth/signup", on=_EVERYWHERE),
    Operation(registration.become_guest, may="auth.guest", http="POST /auth/guest"),
    Operation(signing_in.login, may="auth.sign_in", http="POST /auth/login"),
    Operation(signing_in.sign_in, may="auth.sign_in", http="POST /auth/signin", on=("api",)),
    Operation(signing_in.open_lounges, may="auth.sign_in", http="POST /auth/login", on=("root",)),
    Operation(refresh.refresh, may="auth.refresh", http="POST /auth/refresh", on=("v1",)),
    Operation(refresh.refresh_cookies, may="auth.refresh", http="POST /auth/refresh", on=("api",)),
    Operation(socket_refresh.renew, may="auth.refresh", socket="auth_refresh", bare="token"),
    Operation(refresh.logout, may="auth.sign_out", http="POST /auth/logout"),
    Operation(passwords.change, may="auth.replace_password", http="POST /auth/change-password"),
    Operation(
        passwords.forget, may="auth.recover", http="POST /auth/password/forgot", status=202, newer=True
    ),
    Operation(passwords.reset, may="auth.recover", http="POST /auth/password/reset", newer=True),
    Operation(passwords.change_own, may="auth.change_password", http="POST /users/me/password", newer=True),
    Operation(
        own_identifiers.begin, may="auth.identify", http="POST /users/me/identifiers", status=202, newer=True
    ),
    Operation(
        own_identifiers.confirm, may="auth.identify", http="POST /users/me/identifiers/confirm", newer=True
    ),
    Operation(step_up.show_proof, may="auth.prove", http="POST /users/me/proof", newer=True),
    Operation(devices.list_sessions, may="auth.list_sessions", http="GET /auth/sessions", newer=True),
    Operation(
        devices.end_session, may="auth.end_session", http="DELETE /auth/sessions/{sessionId}", newer=True
    ),
    Operation(capabilities.capabilities, may="auth.capabilities", http="GET /capabilities", newer=True),
    Operation(csrf.issue, may="auth.csrf", http="POST /auth/csrf", on=("api",)),
    Operation(service.me, may="users.read_self", http="GET /users/me"),
    Operation(service.change_me, may="users.change_self", http="PATCH /users/me", newer=True),
]

listeners = [(ShutOut, account_removal.shut_out)]
