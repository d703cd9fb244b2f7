"""Settings with which the server does not start: each is named, none is quoted."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from chatroom.settings import BadSetting, Settings
from tests.core.test_settings import GIVEN, read

SEEDS = [
    "dev_access_secret",
    "dev_refresh_secret",
    "dev_key_32_byte_length_needed_!",
    "your-access-secret-here",
    "your-refresh-secret-here",
    "your-32-byte-encryption-key-here",
    "fallback-encryption-key",
    "your-secret-key",
]
"""Every secret that a seed's document prints."""

WEAK = {
    "short": GIVEN[:31],
    "one letter": "x" * 64,
    "a word again and again": "sesame-open-" * 6,
    "counting up": "0123456789abcdefghijklmnopqrstuvwxyz",
    "counting down": "zyxwvutsrqponmlkjihgfedcba9876543210",
    "hexadecimal digits twice": "0123456789abcdef0123456789abcdef",
    "an example": "change-me-to-something-long-and-random-please",
    "another example": "REPLACE_THIS_with_a_secret_of_your_own_making",
    "a famous phrase": "correct horse battery staple and some more of it",
    "a phrase twice": "heronlighthousemarmalade heronlighthousemarmalade",
    "a phrase twice in two cases": "heron-lighthouse-marmalade-Heron-Lighthouse-Marmalade!",
    "a phrase with numbers": "heronlighthouse1heronlighthouse2heronlighthouse3",
    "a row of keys": "qwertyuiopasdfghjklzxcvbnm!QWERTYUIOP",
    "a password": "my-password-for-the-chat-server-of-2026",
    "a default": "the-default-secret-of-this-installation",
}
NAMES = ["JWT_SECRET", "ACCESS_TOKEN_SECRET", "REFRESH_TOKEN_SECRET", "ENCRYPTION_KEY", "PHONE_ENC_KEY"]

BAD = [
    ("PORT", {"PORT": "65536"}),
    ("PORT", {"PORT": "http"}),
    ("SOCKET_PORT", {"SOCKET_PORT": "0"}),
    ("COMPAT_PORTS", {"COMPAT_PORTS": "3001;5000"}),
    ("COMPAT_PORTS", {"COMPAT_PORTS": "3001,\u0663"}),
    ("CHATROOM_ENV", {"NODE_ENV": "staging"}),
    ("DATABASE_URL", {"DATABASE_URL": "mongodb://u:p@h/chat"}),
    ("REDIS_URL", {"REDIS_URL": "http://localhost:6379"}),
    ("PUBLIC_URL", {"PUBLIC_URL": "http://chat.example.org"}),
    ("PUBLIC_URL", {"PUBLIC_URL": "http://localhost.example.org"}),
    ("PUBLIC_URL", {"PUBLIC_URL": "chat.of.ours"}),
    ("CORS_ORIGIN", {"CORS_ORIGIN": "chat.of.ours"}),
    ("CORS_ORIGIN", {"CORS_ORIGIN": "null"}),
    ("CORS_ORIGIN", {"CORS_ORIGIN": "https://*.example.org"}),
    ("FRONTEND_URL", {"FRONTEND_URL": "ftp://chat.example.org"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "proxy.example.org"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "0.0.0.0/0"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "::/0"}),
    ("JWT_EXPIRES_IN", {"JWT_EXPIRES_IN": "soon"}),
    ("BCRYPT_ROUNDS", {"BCRYPT_ROUNDS": "3"}),
    ("RATE_LIMITS", {"RATE_LIMITS": "off"}),
    ("RATE_LIMITS", {"RATE_LIMITS": "off", "NODE_ENV": "production"}),
    ("RATE_LIMITS", {"RATE_LIMITS": "on"}),
    ("RATE_LIMITS", {"RATE_LIMITS": "api=0/1m"}),
    ("RATE_LIMITS", {"RATE_LIMITS": "lunch=1/1d"}),
    ("RATE_LIMIT_MAX", {"RATE_LIMIT_MAX": "0"}),
    ("RATE_LIMIT_WINDOW", {"RATE_LIMIT_WINDOW": "15m"}),
    ("MESSAGE_RATE_LIMIT", {"MESSAGE_RATE_LIMIT": "-1"}),
    ("COMPAT_DERIVED_PASSWORD", {"COMPAT_DERIVED_PASSWORD": "1"}),
    ("STRICT_ENUM", {"STRICT_ENUM": "perhaps"}),
    ("TWILIO_ACCOUNT_SID", {"TWILIO_ACCOUNT_SID": "your-twilio-sid"}),
    ("TWILIO_FROM_NUMBER", {"TWILIO_ACCOUNT_SID": "AC0123", "TWILIO_AUTH_TOKEN": "0123"}),
    ("SMTP_URL", {"SMTP_URL": "mail.example.org:25"}),
    ("SMTP_URL", {"SMTP_URL": "smtp:///mail"}),
    ("MAIL_FROM", {"MAIL_FROM": "the chatroom"}),
    ("LOG_LEVEL", {"LOG_LEVEL": "loud"}),
    ("ENCRYPTION_KEY", {"JWT_SECRET": GIVEN, "ENCRYPTION_KEY": GIVEN}),
    ("PHONE_ENC_KEY", {"ACCESS_TOKEN_SECRET": GIVEN, "PHONE_ENC_KEY": GIVEN}),
]


def refused(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> list[str]:
    """The names that the refusal of these variables gives; none of their values may be in it."""
    with pytest.raises(ValidationError) as error:
        read(monkeypatch, **variables)
    said = error.value.errors(include_input=False, include_url=False, include_context=False)
    secret = [value for name, value in variables.items() if name != "NODE_ENV" and len(value) > 4]
    assert not [value for value in secret if any(value in detail["msg"] for detail in said)]
    return [str(detail["loc"][0]).upper() for detail in said]


@pytest.mark.parametrize(("name", "variables"), BAD)
def test_a_bad_setting_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, variables: dict[str, str]
) -> None:
    assert refused(monkeypatch, variables) == [name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("secret", [*SEEDS, *WEAK.values()])
def test_a_secret_that_can_be_guessed_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, secret: str
) -> None:
    assert refused(monkeypatch, {name: secret}) == [name]


def test_there_are_more_than_thirty_of_them() -> None:
    assert len(BAD) + len(NAMES) * (len(SEEDS) + len(WEAK)) > 30


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_generated_secret_that_others_may_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    settings = read(monkeypatch, CHATROOM_DATA=str(tmp_path))
    made = settings.token_secret()
    (tmp_path / "jwt_secret").chmod(mode)
    with pytest.raises(BadSetting) as error:
        settings.token_secret()
    assert error.value.name == "JWT_SECRET"
    assert made not in str(error.value)


def test_a_generated_secret_that_was_emptied_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, CHATROOM_DATA=str(tmp_path))
    settings.token_secret()
    (tmp_path / "jwt_secret").write_text("\n")
    with pytest.raises(BadSetting):
        settings.token_secret()


def test_generated_secrets_are_never_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number in range(200):
        read(monkeypatch, CHATROOM_DATA=str(tmp_path / str(number))).token_secret()


def test_what_is_printed_of_settings_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    database = "postgresql://chat:a-password@db/chat"
    settings: Settings = read(monkeypatch, JWT_SECRET=GIVEN, DATABASE_URL=database)
    assert GIVEN not in repr(settings)
    assert "a-password" not in repr(settings)


SEEDS_OWN = {
    "DATABASE_URL": "postgresql://user:p%40ss@localhost:5432/chatroom?schema=public&connection_limit=5",
    "ACCESS_TOKEN_SECRET": GIVEN,
    "REFRESH_TOKEN_SECRET": GIVEN[::-1],
    "PORT": "3001",
    "SOCKET_PORT": "3002",
    "COMPAT_PORTS": "3001, 5000",
    "FRONTEND_URL": "http://localhost:3000",
    "NODE_ENV": "development",
    "CORS_ORIGIN": "*",
    "RATE_LIMIT_WINDOW": "900000",
    "RATE_LIMIT_MAX": "100",
    "BCRYPT_ROUNDS": "10",
    "JWT_EXPIRES_IN": "24h",
    "MESSAGE_RATE_LIMIT": "5",
    "MESSAGE_RATE_WINDOW_MS": "10000",
    "REDIS_URL": "redis://localhost:6379",
    "TWILIO_AUTH_TOKEN": "",
    "COMPAT_DERIVED_PASSWORD": "1",
    "ALLOW_ANONYMOUS_SOCKETS": "0",
    "RATE_LIMITS": "api=600/1m, auth.failed=10/15m",
    "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, fd00::/8",
}


def test_every_name_of_the_seeds_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **SEEDS_OWN)
    assert settings.more_ports == {3002: "SOCKET_PORT", 5000: "COMPAT_PORTS"}
    assert settings.origins == {"*", "http://localhost:3000"}
    assert settings.proxies == {"127.0.0.1", "10.0.0.0/8", "fd00::/8"}
    assert (settings.buckets["v1"].hits, settings.buckets["v1"].seconds) == (100, 900)
    assert (settings.buckets["api"].hits, settings.buckets["api"].seconds) == (600, 60)
    assert settings.buckets["auth.failed"].hits == 10
    assert settings.buckets["heartbeat"].hits == 120
    assert (settings.allow_anonymous_sockets, settings.compat_derived_password) == (False, True)
