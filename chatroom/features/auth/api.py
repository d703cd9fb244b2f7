"""The ways in: what clients may ask of auth, each seed in its own words."""

from chatroom.core.operation import Operation
from chatroom.core.principal import EVERYBODY, MEMBERS, PEOPLE, Permission
from chatroom.features.auth import capabilities, service
from chatroom.features.auth.identifiers import own_identifiers
from chatroom.features.auth.joining import account_removal, registration, signing_in
from chatroom.features.auth.passwords import passwords, step_up
from chatroom.features.auth.sessions import csrf, devices, refresh, socket_refresh
from chatroom.features.users import api as users
from chatroom.features.users.signals import ShutOut

_EVERYWHERE = ("root", "api", "v1")

ACCOUNT_REGISTER = Permission("auth.account.register", EVERYBODY, guessing=True)
SESSION_SIGN_IN = Permission("auth.session.sign_in", EVERYBODY, guessing=True)
SIGN_OUT = Permission("auth.sign_out", EVERYBODY)
CSRF = Permission("auth.csrf", EVERYBODY)
CAPABILITIES_SHOW = Permission("auth.capabilities.show", EVERYBODY)
GUEST = Permission("auth.guest", EVERYBODY)
SESSION_REFRESH = Permission("auth.session.refresh", EVERYBODY)
RECOVER = Permission("auth.recover", EVERYBODY, guessing=True)
REPLACE_PASSWORD = Permission("auth.replace_password", EVERYBODY, guessing=True)
CHANGE_PASSWORD = Permission("auth.change_password", MEMBERS, unfinished=True)
IDENTIFY = Permission("auth.identify", MEMBERS)
PROVE = Permission("auth.prove", MEMBERS)
SESSIONS_LIST = Permission("auth.sessions.list", MEMBERS)
SESSIONS_END = Permission("auth.sessions.end", PEOPLE)
permissions = [
    ACCOUNT_REGISTER,
    SESSION_SIGN_IN,
    SIGN_OUT,
    CSRF,
    CAPABILITIES_SHOW,
    GUEST,
    SESSION_REFRESH,
    RECOVER,
    REPLACE_PASSWORD,
    CHANGE_PASSWORD,
    IDENTIFY,
    PROVE,
    SESSIONS_LIST,
    SESSIONS_END,
]

operations = [
    Operation(
        "auth.account.register",
        registration.register,
        done="Account created",
        refuses=("bad_input", "busy", "rate_limited", "user_exists"),
        may=ACCOUNT_REGISTER,
        http="POST /auth/register",
        status=201,
    ),
    Operation(
        "auth.account.sign_up",
        registration.sign_up,
        done="Account created",
        refuses=("bad_input", "busy", "rate_limited", "sms_unavailable", "user_exists"),
        may=ACCOUNT_REGISTER,
        http="POST /auth/signup",
        on=_EVERYWHERE,
    ),
    Operation(
        "auth.guest.create",
        registration.become_guest,
        done="Guest session created",
        refuses=("busy", "rate_limited"),
        may=GUEST,
        http="POST /auth/guest",
    ),
    Operation(
        "auth.session.login",
        signing_in.login,
        done="Signed in",
        refuses=("bad_input", "busy", "invalid_credentials", "rate_limited"),
        may=SESSION_SIGN_IN,
        http="POST /auth/login",
    ),
    Operation(
        "auth.session.sign_in",
        signing_in.sign_in,
        refuses=("bad_input", "busy", "invalid_credentials", "rate_limited"),
        may=SESSION_SIGN_IN,
        http="POST /auth/signin",
        on=("api",),
    ),
    Operation(
        "auth.session.open_lounges",
        signing_in.open_lounges,
        refuses=("bad_input", "busy", "invalid_credentials", "rate_limited"),
        may=SESSION_SIGN_IN,
        http="POST /auth/login",
        on=("root",),
    ),
    Operation(
        "auth.session.refresh",
        refresh.refresh,
        done="Token refreshed",
        refuses=("invalid_token", "token_expired"),
        may=SESSION_REFRESH,
        http="POST /auth/refresh",
        on=("v1",),
    ),
    Operation(
        "auth.cookies.refresh",
        refresh.refresh_cookies,
        refuses=("invalid_token",),
        may=SESSION_REFRESH,
        http="POST /auth/refresh",
        on=("api",),
    ),
    Operation(
        "auth.socket.refresh",
        socket_refresh.renew,
        refuses=("busy", "forbidden", "invalid_token", "password_change_required", "token_expired"),
        may=SESSION_REFRESH,
        socket="auth_refresh",
        bare="token",
    ),
    Operation(
        "auth.session.logout",
        refresh.logout,
        done="Signed out",
        bucket=None,
        may=SIGN_OUT,
        http="POST /auth/logout",
    ),
    Operation(
        "auth.password.replace",
        passwords.change,
        done="Password changed",
        refuses=("bad_input", "busy", "invalid_credentials", "not_found", "rate_limited"),
        may=REPLACE_PASSWORD,
        http="POST /auth/change-password",
    ),
    Operation(
        "auth.password.forget",
        passwords.forget,
        done="Code sent",
        refuses=("bad_input", "mail_unavailable", "rate_limited", "sms_unavailable"),
        may=RECOVER,
        http="POST /auth/password/forgot",
        status=202,
        newer=True,
    ),
    Operation(
        "auth.password.reset",
        passwords.reset,
        done="Password changed",
        refuses=("bad_input", "busy", "invalid_code", "rate_limited"),
        may=RECOVER,
        http="POST /auth/password/reset",
        newer=True,
    ),
    Operation(
        "auth.password.change",
        passwords.change_own,
        done="Password changed",
        refuses=("bad_input", "busy", "invalid_credentials", "rate_limited", "step_up_required"),
        may=CHANGE_PASSWORD,
        http="POST /users/me/password",
        newer=True,
    ),
    Operation(
        "auth.identifier.begin",
        own_identifiers.begin,
        done="Code sent",
        refuses=(
            "bad_input",
            "busy",
            "invalid_credentials",
            "mail_unavailable",
            "rate_limited",
            "sms_unavailable",
            "step_up_required",
        ),
        may=IDENTIFY,
        http="POST /users/me/identifiers",
        status=202,
        newer=True,
    ),
    Operation(
        "auth.identifier.confirm",
        own_identifiers.confirm,
        done="Identifier confirmed",
        refuses=("invalid_code", "user_exists"),
        may=IDENTIFY,
        http="POST /users/me/identifiers/confirm",
        newer=True,
    ),
    Operation(
        "auth.proof.show",
        step_up.show_proof,
        refuses=("busy", "invalid_credentials", "rate_limited"),
        may=PROVE,
        http="POST /users/me/proof",
        newer=True,
    ),
    Operation(
        "auth.sessions.list", devices.list_sessions, may=SESSIONS_LIST, http="GET /auth/sessions", newer=True
    ),
    Operation(
        "auth.sessions.end",
        devices.end_session,
        done="Session ended",
        refuses=("busy", "invalid_credentials", "not_found", "rate_limited", "step_up_required"),
        may=SESSIONS_END,
        http="DELETE /auth/sessions/{sessionId}",
        newer=True,
    ),
    Operation(
        "auth.capabilities.show",
        capabilities.capabilities,
        may=CAPABILITIES_SHOW,
        http="GET /capabilities",
        newer=True,
    ),
    Operation("auth.csrf.issue", csrf.issue, may=CSRF, http="POST /auth/csrf", on=("api",)),
    Operation(
        "auth.me.show", service.me, done="Profile retrieved", may=users.READ_SELF, http="GET /users/me"
    ),
    Operation(
        "auth.me.change",
        service.change_me,
        done="Profile updated",
        refuses=("bad_input", "username_taken"),
        may=users.CHANGE_SELF,
        http="PATCH /users/me",
        newer=True,
    ),
]

listeners = [(ShutOut, account_removal.shut_out)]
