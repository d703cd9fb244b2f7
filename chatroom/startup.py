"""What a server says of itself when it starts: where it is, and what its settings leave out, a sentence each."""

from collections.abc import Iterator
from typing import Final

import structlog

from chatroom.settings import Settings, names
from chatroom.settings.dotenv import misspelt

_log = structlog.get_logger("chatroom")

_UNLIMITED: Final = "nobody is held back: never serve people like this"
_PLAIN: Final = (
    "plain http: whoever is on the way can read passwords and messages, and cookies are not Secure; keep this server "
    "inside one network, or give it an https:// address"
)
_NO_MAIL: Final = (
    "no mail server: forgotten passwords cannot be reset by e-mail, nor addresses changed; set SMTP_URL"
)
_NO_SMS: Final = (
    "no text messages: nobody can sign up by phone or reset a password that way; set TWILIO_ACCOUNT_SID, "
    "TWILIO_AUTH_TOKEN and TWILIO_FROM_NUMBER"
)
_OUTBOX: Final = (
    "nothing is sent: `chatroom outbox` prints mails and text messages of this development server"
)


def tell(settings: Settings) -> None:
    """Log how people are held back and what does not work, each naming its setting; loudly what is dangerous."""
    if settings.unlimited:
        _log.warning("limits.off", setting="RATE_LIMITS", note=_UNLIMITED)
    else:
        if settings.message_rate_limit == 0:
            _log.warning("limits.off", setting="MESSAGE_RATE_LIMIT")
        _log.info("limits.on", counted="in Redis" if settings.redis_url else "in this process")
    for name, meant in misspelt(names()).items():
        _log.warning("setting.unknown", setting=name, note=f"there is no such setting; is {meant} meant?")
    if settings.plain:
        _log.warning("http.plain", setting="PUBLIC_URL", note=_PLAIN)
    for event, setting, note in _left_out(settings):
        _log.info(event, setting=setting, note=note)


def _left_out(settings: Settings) -> Iterator[tuple[str, str, str]]:
    if settings.mode != "production":
        if not (settings.smtp_url and settings.twilio_account_sid):
            yield "outbox.used", "SMTP_URL, TWILIO_ACCOUNT_SID", _OUTBOX
        return
    if not settings.smtp_url:
        yield "mail.off", "SMTP_URL", _NO_MAIL
    if not settings.twilio_account_sid:
        yield "sms.off", "TWILIO_ACCOUNT_SID", _NO_SMS


def address(settings: Settings, port: int) -> str:
    """The sentence that ends a start: an address that works, and who can reach it."""
    url = settings.public_url or f"http://{_written(settings.hosts[0])}:{port}"
    local = settings.hosts[0] in ("127.0.0.1", "::1")
    if settings.public_url:
        reach = f", where a proxy on this machine forwards to port {port}" if local else ""
    elif settings.hosts[0] in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        reach = " and every other address of this machine"
    else:
        reach = ", for this machine only; PUBLIC_URL and HOST open it to others" if local else ""
    return f"Chatroom is at {url}{reach}"


def _written(host: str) -> str:
    """A host as it stands in an address of this machine."""
    if host in ("0.0.0.0", "::", "127.0.0.1"):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
