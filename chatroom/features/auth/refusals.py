"""What auth alone refuses with, and how often its doors may be tried."""

from typing import Final

from chatroom.core.errors import Entry
from chatroom.core.limits import DAY, HOUR, MINUTE, Bucket

PROBLEMS: Final = {
    "invalid_credentials": Entry(401, "Invalid credentials"),
    "invalid_code": Entry(401, "The code is not the one that was sent, or its time is up."),
    "account_suspended": Entry(403, "This account has been suspended."),
    "step_up_required": Entry(403, "Give your password again, as currentPassword."),
    "user_exists": Entry(409, "User already exists"),
    "sms_unavailable": Entry(503, "This server cannot send text messages."),
    "mail_unavailable": Entry(503, "This server cannot send mail."),
}

_LATER: Final = "Too many authentication attempts. Please try again later."
_QUARTER: Final = 15 * MINUTE

LIMITS: Final = {
    "auth.failed": Bucket(5, _QUARTER, _LATER, vital=True),  # by address and identifier
    "auth.failed_here": Bucket(30, _QUARTER, _LATER, vital=True),  # by address, whoever it tried to be
    "auth.failed_anywhere": Bucket(20, _QUARTER, _LATER, vital=True),  # by identifier
    "auth.sign_in": Bucket(100, _QUARTER, _LATER, vital=True),  # successful ones, by address
    "auth.sign_up": Bucket(60, HOUR, _LATER, vital=True),  # by address
    "auth.guest": Bucket(30, HOUR, _LATER, vital=True),  # by address
    "auth.anonymous": Bucket(100, HOUR),  # guests without a token who begin to speak, by address
    "sms.number": Bucket(3, 10 * MINUTE, _LATER, vital=True),  # what somebody gets, whoever asks for it
    "sms.address": Bucket(10, DAY, _LATER, vital=True),  # by the address of whoever asks
    "sms.everybody": Bucket(1_000, DAY, _LATER, vital=True),  # what a day may cost; recovery counts apart
}
