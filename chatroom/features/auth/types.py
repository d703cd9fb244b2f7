"""Signing up, in and out; passwords, identifiers and sessions."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from chatroom.core.schema import Wire
from chatroom.features.users.types import User

IdentifierKind = Literal["email", "phone"]
SessionKind = Literal["access", "s0", "guest"]
Purpose = Literal["reset", "confirm"]

Email = Annotated[str, msgspec.Meta(max_length=254)]
Phone = Annotated[
    str, msgspec.Meta(max_length=64, description="With `+` or `00` first, or in the form of DEFAULT_COUNTRY.")
]
Secret = Annotated[str, msgspec.Meta(max_length=1024)]
Name = Annotated[str, msgspec.Meta(max_length=256)]
Digits = Annotated[str, msgspec.Meta(max_length=32)]
Token = Annotated[str, msgspec.Meta(max_length=2048)]


class Register(Wire, frozen=True, kw_only=True):
    """Become a member by e-mail (seeds S2, S3). `cookies` asks for HttpOnly cookies besides the tokens."""

    name: Name | None = None
    email: Email
    password: Secret
    cookies: bool = False


class SignUp(Wire, frozen=True, kw_only=True):
    """Sign up by phone (seed S1: the first password comes by SMS), or by e-mail and password (seed S0)."""

    phone_number: Phone | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    birth_year: int | Digits | None = None
    name: Name | None = None
    email: Email | None = None
    password: Secret | None = None


class SignedUp(Wire, frozen=True, kw_only=True):
    """`message` and `userId` after a sign-up by phone, `id`, `email` and more after one by e-mail."""

    message: str | UnsetType = UNSET
    user_id: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    created_at: str | UnsetType = UNSET


class Login(Wire, frozen=True, kw_only=True):
    """Sign in by e-mail or phone. `staySignedIn`: 30 days instead of one; where a seed has no such word, yes."""

    email: Email | None = None
    phone_number: Phone | None = None
    password: Secret | None = None
    stay_signed_in: bool | None = None
    cookies: bool = False


class SignedIn(Wire, frozen=True, kw_only=True):
    """The superset that every seed's client finds its token in (docs/dialects.md). `expiresIn` is in seconds."""

    id: str
    name: str
    email: str | UnsetType = UNSET
    token: str
    access_token: str
    refresh_token: str
    expires_in: int
    must_change_password: bool | UnsetType = UNSET
    user: User


class LoungeToken(Wire, frozen=True, kw_only=True):
    """Seed S0's answer: a token that lives as long as it is used once in 30 days."""

    token: str
    user: User


class CookiesSet(Wire, frozen=True, kw_only=True):
    """Seed S1's answer: the tokens are in cookies. `phoneNumber` is masked."""

    ok: bool = True
    must_change_password: bool | UnsetType = UNSET
    user: User


class Refresh(Wire, frozen=True, kw_only=True):
    """Exchange a refresh token; on `/api` the cookie holds it."""

    refresh_token: Token = ""


class Refreshed(Wire, frozen=True, kw_only=True):
    """A new pair: the old refresh token has been used up. `expiresIn` is in seconds."""

    token: str
    access_token: str
    refresh_token: str
    expires_in: int


class AccessRefreshed(Wire, frozen=True, kw_only=True):
    """Seed S1's answer: the new refresh token is in its cookie."""

    access_token: str
    expires_in: int


class SignedOut(Wire, frozen=True, kw_only=True):
    """The session has ended."""

    ok: bool = True


class BecomeGuest(Wire, frozen=True, kw_only=True):
    """Look around for a day (seed S1). `ageCategory` is what the guest says; it opens nothing by itself."""

    age_category: Name | None = None
    cookies: bool = False


class GuestToken(Wire, frozen=True, kw_only=True):
    """A guest's only token, taken wherever a token is."""

    temp_session_token: str
    guest_id: str
    expires_at: str
    username: str
    age_category: str


class ChangePassword(Wire, frozen=True, kw_only=True):
    """Set a new password by telling the present one, without being signed in (seed S1)."""

    phone_number: Phone | None = None
    email: Email | None = None
    current_password: Secret | None = None
    new_password: Secret | None = None


class RenewSocket(Wire, frozen=True, kw_only=True):
    """The token under which a socket goes on."""

    token: Token


class SocketRenewed(Wire, frozen=True, kw_only=True):
    """The socket lasts until its new token ends, if that ends at all."""

    expires_at: str | UnsetType = UNSET


class ChangeOwnPassword(Wire, frozen=True, kw_only=True):
    """Set a new password; every other session of the person ends. Without the present one: 403 `step_up_required`."""

    current_password: Secret | None = None
    new_password: Secret


class Prove(Wire, frozen=True, kw_only=True):
    """Give the present password again, before what needs a fresh proof."""

    current_password: Secret


class ProofGiven(Wire, frozen=True, kw_only=True):
    """What needs a proof may be asked for without one until then."""

    ok: bool = True
    until: str


class PasswordChanged(Wire, frozen=True, kw_only=True):
    """The new password counts from now on."""

    ok: bool = True
    message: str = "Password changed"


class Forgot(Wire, frozen=True, kw_only=True):
    """Ask for a one-time code to set a new password with."""

    email: Email | None = None
    phone_number: Phone | None = None


class Sent(Wire, frozen=True, kw_only=True):
    """If there is somebody to send it to, a code is on its way."""

    ok: bool = True


class Reset(Wire, frozen=True, kw_only=True):
    """Set a new password with a one-time code. This signs nobody in."""

    email: Email | None = None
    phone_number: Phone | None = None
    code: Digits
    new_password: Secret


class AddIdentifier(Wire, frozen=True, kw_only=True):
    """Ask for a code to show that an address or a number is one's own; it then replaces the one of its kind.

    `currentPassword` may be left out for ten minutes after it was given.
    """

    email: Email | None = None
    phone_number: Phone | None = None
    current_password: Secret | None = None


class ConfirmIdentifier(Wire, frozen=True, kw_only=True):
    """The code that arrived there."""

    code: Digits


class OneSession(Wire, frozen=True, kw_only=True):
    """One of one's own sessions. `currentPassword` may be left out for the present one, or after a fresh proof."""

    session_id: Annotated[str, msgspec.Meta(max_length=36)]
    current_password: Secret | None = None


class Device(Wire, frozen=True, kw_only=True):
    """A signed-in device; `device` is what it says of itself, `current` the one that asks."""

    id: str
    device: str
    address: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class Devices(Wire, frozen=True, kw_only=True):
    """Every living session, the newest first; at most ten, so there is never a next page."""

    sessions: list[Device]
    next_cursor: str | None = None


class CsrfToken(Wire, frozen=True, kw_only=True):
    """Send it back as `X-CSRF-Token` with every request that changes something and that a cookie authenticates."""

    csrf_token: Annotated[
        str,
        msgspec.Meta(description="Good for 24 hours in the browser that has it as its cookie."),
    ]
