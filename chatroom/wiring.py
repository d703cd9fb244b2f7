"""What the settings choose: the parts behind ports, and the options of the gateway."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from chatroom.adapters.bcrypt import BcryptHasher
from chatroom.adapters.mail import NoMail, SmtpMail
from chatroom.adapters.memory import MemoryEffort, MemoryLimiter, MemoryPresence, MemoryTyping, Window
from chatroom.adapters.outbox import OUTBOX, Outbox, OutboxMail, OutboxSms
from chatroom.adapters.rates import MemoryRates, NoRates
from chatroom.adapters.sms import NoSms, TwilioSms
from chatroom.core import clock
from chatroom.core.csrf import CsrfTokens
from chatroom.core.effort import BURST, PER_SECOND, Effort
from chatroom.core.limits import RateLimiter
from chatroom.core.origins import Origins
from chatroom.core.parts import FINISH_SECONDS, Part, given
from chatroom.core.secrets import Vault
from chatroom.features.auth.ports import AuthOptions, Mailer, PasswordHasher, SmsSender, TokenKeys
from chatroom.features.presence.ports import PresenceBoard, TypingBoard
from chatroom.features.rooms.ports import AdHocLounges, MostRooms, Site
from chatroom.gateway.chat.handshake_auth import Anonymous
from chatroom.gateway.engine.options import PRODUCT, Options
from chatroom.settings import Settings


def parts(settings: Settings, now: clock.Clock) -> list[Part[Any]]:
    """What the settings put behind ports: adapters, keys, and how this server is told to behave."""
    return [
        given(Vault, Vault(*settings.field_secrets())),
        given(TokenKeys, _token_keys(settings)),
        given(CsrfTokens, CsrfTokens(settings.token_secret())),
        given(Origins, Origins(settings.origins)),
        given(Site, Site(settings.public_url)),
        given(
            AuthOptions,
            AuthOptions(settings.strict_enum, settings.compat_derived_password, settings.default_country),
        ),
        given(MostRooms, MostRooms(0 if settings.unlimited else settings.max_rooms)),
        given(AdHocLounges, AdHocLounges(settings.compat_adhoc_lounges)),
        given(SmsSender, sms(settings, now)),
        given(Mailer, mail(settings, now)),
        given(Effort, effort(settings)),
        given(TypingBoard, MemoryTyping()),
        Part(
            PasswordHasher,
            lambda _: BcryptHasher(settings.bcrypt_rounds),
            close=lambda hasher: hasher.close(),
        ),
        Part(RateLimiter, lambda _: rates(settings, now), close=lambda limiter: limiter.close()),
        Part(
            PresenceBoard,
            lambda _: MemoryPresence(settings.presence_grace_ms / 1000),
            finish=lambda board: board.close(FINISH_SECONDS),
        ),
    ]


def _token_keys(settings: Settings) -> TokenKeys:
    return TokenKeys(
        settings.token_secret(),
        settings.token_seconds,
        settings.access_token_secret,
        settings.refresh_token_secret,
    )


def options(settings: Settings) -> Options:
    """Bounds of the socket server. Switching limits off lifts rates, and nothing that bounds memory."""
    options = replace(
        PRODUCT,
        allowed_origins=settings.origins or None,
        trusted_proxies=settings.proxies,
        drain_seconds=settings.drain_seconds,
    )
    if settings.message_rate_limit == 0 or settings.unlimited:
        options = replace(options, event_rate=0.0, event_burst=0, byte_rate=0.0, byte_burst=0)
    if settings.unlimited:
        options = replace(
            options, control_rate=0.0, handshake_rate=0.0, address_rate=0.0, max_sessions_per_address=0
        )
    return options


def _outbox(settings: Settings, now: clock.Clock) -> Outbox | None:
    """Where messages go that nobody can send, unless people rely on them."""
    return None if settings.mode == "production" else Outbox(settings.data / OUTBOX, now)


def sms(settings: Settings, now: clock.Clock) -> SmsSender:
    """Who sends text messages."""
    if settings.twilio_account_sid:
        return TwilioSms(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from_number)
    outbox = _outbox(settings, now)
    return OutboxSms(outbox) if outbox else NoSms()


def mail(settings: Settings, now: clock.Clock) -> Mailer:
    """Who sends mail."""
    if settings.smtp_url:
        sender = settings.mail_from or f"chatroom@{urlsplit(settings.public_url).hostname or 'localhost'}"
        return SmtpMail(settings.smtp_url, sender)
    outbox = _outbox(settings, now)
    return OutboxMail(outbox) if outbox else NoMail()


def anonymous(settings: Settings) -> Anonymous:
    """Whether sockets without a token become guests, and how many of one address."""
    if settings.unlimited:
        return Anonymous(settings.allow_anonymous_sockets, 0)
    return Anonymous(settings.allow_anonymous_sockets)


def limiter(settings: Settings) -> MemoryLimiter:
    """How many messages a person may send to a room."""
    if settings.message_rate_limit == 0 or settings.unlimited:
        return MemoryLimiter({})
    window = Window(settings.message_rate_limit, settings.message_rate_window_ms / 1000)
    return MemoryLimiter({"messages.send": window})


def effort(settings: Settings) -> MemoryEffort:
    """What the events of one person may cost."""
    if settings.message_rate_limit == 0 or settings.unlimited:
        return MemoryEffort(0.0, 0.0)
    return MemoryEffort(PER_SECOND, BURST)


def rates(settings: Settings, now: clock.Clock) -> RateLimiter:
    """Rates in memory or Redis; a node that has lost Redis allows by itself half of what all allow together."""
    if settings.unlimited:
        return NoRates()
    buckets = settings.buckets
    if not settings.redis_url:
        return MemoryRates(buckets, time.monotonic if now is clock.system else lambda: now() / 1000)
    from chatroom.adapters.redis import RedisRates  # noqa: PLC0415 - a tenth of a start, for those who have one

    halves = {name: bucket._replace(hits=max(1, bucket.hits // 2)) for name, bucket in buckets.items()}
    return RedisRates(settings.redis_url, buckets, MemoryRates(halves))
