"""The ways in: what clients may ask of auth, each seed in its own words."""

from chatroom.core.operation import Operation
from chatroom.core.parts import Part
from chatroom.core.principal import EVERYBODY, MEMBERS, PEOPLE, Permission
from chatroom.features.auth import capabilities, refusals, service
from chatroom.features.auth import jobs as work
from chatroom.features.auth.identifiers import own_identifiers
from chatroom.features.auth.joining import account_removal, registration, signing_in
from chatroom.features.auth.passwords import passwords, step_up
from chatroom.features.auth.passwords.password_check import CheckQueues
from chatroom.features.auth.ports import TokenKeys
from chatroom.features.auth.sessions import csrf, devices, refresh, socket_refresh
from chatroom.features.auth.sessions.last_used import LastUsed
from chatroom.features.auth.sessions.principal_cache import PrincipalCache
from chatroom.features.auth.sessions.tokens import TokenSigner
from chatroom.features.users import api as users
from chatroom.features.users.signals import ShutOut

_EVERYWHERE = ("root", "api", "v1")

CREATE_ACCOUNT = Permission("auth.account.create", EVERYBODY, guessing=True)
OPEN_SESSION = Permission("auth.session.open", EVERYBODY, guessing=True)
CLOSE_SESSION = Permission("auth.session.close", EVERYBODY)
ISSUE_CSRF = Permission("auth.csrf.issue", EVERYBODY)
SHOW_CAPABILITIES = Permission("auth.capabilities.show", EVERYBODY)
CREATE_GUEST = Permission("auth.guest.create", EVERYBODY)
REFRESH_SESSION = Permission("auth.session.refresh", EVERYBODY)
RECOVER_PASSWORD = Permission("auth.password.recover", EVERYBODY, guessing=True)
REPLACE_PASSWORD = Permission("auth.password.replace", EVERYBODY, guessing=True)
CHANGE_PASSWORD = Permission("auth.password.change", MEMBERS, unfinished=True)
CHANGE_IDENTIFIER = Permission("auth.identifier.change", MEMBERS)
SHOW_PROOF = Permission("auth.proof.show", MEMBERS)
LIST_SESSIONS = Permission("auth.sessions.list", MEMBERS)
END_SESSION = Permission("auth.sessions.end", PEOPLE)

operations = [
    Operation(
        "auth.account.register",
        registration.register,
        may=CREATE_ACCOUNT,
        http="POST /auth/register",
        status=201,
        done="Account created",
        refuses=("bad_input", "busy", "forbidden", "rate_limited", "user_exists"),
    ),
    Operation(
        "auth.account.sign_up",
        registration.sign_up,
        may=CREATE_ACCOUNT,
        http="POST /auth/signup",
        on=_EVERYWHERE,
        done="Account created",
        refuses=("bad_input", "busy", "forbidden", "rate_limited", "sms_unavailable", "user_exists"),
    ),
    Operation(
        "auth.guest.create",
        registration.become_guest,
        may=CREATE_GUEST,
        http="POST /auth/guest",
        done="Guest session created",
        refuses=("busy", "rate_limited"),
    ),
    Operation(
        "auth.session.login",
        signing_in.login,
        may=OPEN_SESSION,
        http="POST /auth/login",
        done="Signed in",
        refuses=("account_suspended", "bad_input", "busy", "invalid_credentials", "rate_limited"),
    ),
    Operation(
        "auth.session.sign_in",
        signing_in.sign_in,
        may=OPEN_SESSION,
        http="POST /auth/signin",
        on=("api",),
        refuses=("account_suspended", "bad_input", "busy", "invalid_credentials", "rate_limited"),
    ),
    Operation(
        "auth.session.open_lounges",
        signing_in.open_lounges,
        may=OPEN_SESSION,
        http="POST /auth/login",
        on=("root",),
        refuses=("account_suspended", "bad_input", "busy", "invalid_credentials", "rate_limited"),
    ),
    Operation(
        "auth.session.refresh",
        refresh.refresh,
        may=REFRESH_SESSION,
        http="POST /auth/refresh",
        on=("v1",),
        done="Token refreshed",
        refuses=("busy", "invalid_token"),
    ),
    Operation(
        "auth.cookies.refresh",
        refresh.refresh_cookies,
        may=REFRESH_SESSION,
        http="POST /auth/refresh",
        on=("api",),
        refuses=("busy", "invalid_token"),
    ),
    Operation(
        "auth.socket.refresh",
        socket_refresh.renew,
        may=REFRESH_SESSION,
        socket="auth_refresh",
        bare="token",
        refuses=(
            "bad_input",
            "busy",
            "forbidden",
            "invalid_token",
            "password_change_required",
            "token_expired",
        ),
    ),
    Operation(
        "auth.session.logout",
        refresh.logout,
        may=CLOSE_SESSION,
        http="POST /auth/logout",
        bucket=None,
        done="Signed out",
    ),
    Operation(
        "auth.password.replace",
        passwords.change,
        may=REPLACE_PASSWORD,
        http="POST /auth/change-password",
        done="Password changed",
        refuses=(
            "account_suspended",
            "bad_input",
            "busy",
            "invalid_credentials",
            "not_found",
            "rate_limited",
        ),
    ),
    Operation(
        "auth.password.forget",
        passwords.forget,
        may=RECOVER_PASSWORD,
        http="POST /auth/password/forgot",
        newer=True,
        status=202,
        done="Code sent",
        refuses=("bad_input", "mail_unavailable", "rate_limited", "sms_unavailable"),
    ),
    Operation(
        "auth.password.reset",
        passwords.reset,
        may=RECOVER_PASSWORD,
        http="POST /auth/password/reset",
        newer=True,
        done="Password changed",
        refuses=("bad_input", "busy", "invalid_code", "rate_limited"),
    ),
    Operation(
        "auth.password.change",
        passwords.change_own,
        may=CHANGE_PASSWORD,
        http="POST /users/me/password",
        newer=True,
        done="Password changed",
        refuses=(
            "account_suspended",
            "bad_input",
            "busy",
            "invalid_credentials",
            "rate_limited",
            "step_up_required",
        ),
    ),
    Operation(
        "auth.identifier.begin",
        own_identifiers.begin,
        may=CHANGE_IDENTIFIER,
        http="POST /users/me/identifiers",
        newer=True,
        status=202,
        done="Code sent",
        refuses=(
            "account_suspended",
            "bad_input",
            "busy",
            "invalid_credentials",
            "mail_unavailable",
            "rate_limited",
            "sms_unavailable",
            "step_up_required",
        ),
    ),
    Operation(
        "auth.identifier.confirm",
        own_identifiers.confirm,
        may=CHANGE_IDENTIFIER,
        http="POST /users/me/identifiers/confirm",
        newer=True,
        done="Identifier confirmed",
        refuses=("forbidden", "invalid_code", "user_exists"),
    ),
    Operation(
        "auth.proof.show",
        step_up.show_proof,
        may=SHOW_PROOF,
        http="POST /users/me/proof",
        newer=True,
        refuses=("account_suspended", "busy", "invalid_credentials", "rate_limited", "step_up_required"),
    ),
    Operation(
        "auth.sessions.list",
        devices.list_sessions,
        may=LIST_SESSIONS,
        http="GET /auth/sessions",
        newer=True,
    ),
    Operation(
        "auth.sessions.end",
        devices.end_session,
        may=END_SESSION,
        http="DELETE /auth/sessions/{sessionId}",
        newer=True,
        done="Session ended",
        refuses=(
            "account_suspended",
            "busy",
            "invalid_credentials",
            "not_found",
            "rate_limited",
            "step_up_required",
        ),
    ),
    Operation(
        "auth.capabilities.show",
        capabilities.capabilities,
        may=SHOW_CAPABILITIES,
        http="GET /capabilities",
        newer=True,
    ),
    Operation(
        "auth.csrf.issue",
        csrf.issue,
        may=ISSUE_CSRF,
        http="POST /auth/csrf",
        on=("api",),
    ),
    Operation(
        "auth.me.show",
        service.me,
        may=users.READ_SELF,
        http="GET /users/me",
        done="Profile retrieved",
        refuses=("not_found",),
    ),
    Operation(
        "auth.me.change",
        service.change_me,
        may=users.CHANGE_SELF,
        http="PATCH /users/me",
        newer=True,
        done="Profile updated",
        refuses=("bad_input", "not_found", "username_taken"),
    ),
]

problems = refusals.PROBLEMS
limits = refusals.LIMITS
parts = [
    Part(TokenSigner, lambda kernel: TokenSigner(kernel.ports[TokenKeys])),
    Part(CheckQueues, lambda _: CheckQueues()),
    Part(PrincipalCache, lambda _: PrincipalCache()),
    Part(LastUsed, lambda _: LastUsed(), run=LastUsed.run, finish=LastUsed.stop),
]
rechecks = [service.look_again]
handlers = [(ShutOut, account_removal.shut_out)]
jobs = work.jobs
