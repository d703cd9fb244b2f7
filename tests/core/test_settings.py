"""Settings: the seeds' names, their forms, and secrets that are made at first use."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chatroom.settings import Settings

GIVEN = "8d1f2c0b7a6e5948372615049f8e7d6c"


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    """The settings of an environment with just these variables of ours."""
    for field in Settings.model_fields.values():
        alias: Any = field.validation_alias
        for name in [alias] if isinstance(alias, str) else alias.choices:
            monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)  # type: ignore[call-arg]


def test_without_any_variable_a_node_is_a_careful_one(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert (settings.mode, settings.port, settings.bcrypt_rounds) == ("production", 3000, 12)
    assert (settings.message_rate_limit, settings.message_rate_window_ms) == (5, 10_000)
    assert settings.token_seconds == 24 * 3600
    assert settings.origins == frozenset()
    assert settings.database == f"sqlite:///{Path('data/chatroom.db').absolute()}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", 86_400),
        ("15m", 900),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("30s", 30),
        ("90", 90),
        (" 5 m ", 300),
    ],
)
def test_a_lifetime_is_read_as_the_seeds_library_reads_it(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: int
) -> None:
    assert read(monkeypatch, JWT_EXPIRES_IN=text).token_seconds == seconds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_EXPIRES_IN", "0"),
        ("JWT_EXPIRES_IN", "-1h"),
        ("JWT_EXPIRES_IN", "1y"),
        ("JWT_EXPIRES_IN", "٣h"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("BCRYPT_ROUNDS", "3"),
        ("BCRYPT_ROUNDS", "17"),
        ("MESSAGE_RATE_LIMIT", "-1"),
        ("MESSAGE_RATE_WINDOW_MS", "0"),
        ("NODE_ENV", "staging"),
        ("JWT_SECRET", "short"),
        ("JWT_SECRET", "x" * 64),
        ("ENCRYPTION_KEY", "changeme"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        read(monkeypatch, **{name: value})
    assert len(refused.value.errors()) == 1


def test_our_own_name_of_the_mode_wins_over_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, NODE_ENV="test").mode == "test"
    assert read(monkeypatch, NODE_ENV="test", CHATROOM_ENV="development").mode == "development"


def test_origins_are_listed_and_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, CORS_ORIGIN=" http://a.test/, ,http://b.test", FRONTEND_URL="http://c.test/")
    assert settings.origins == {"http://a.test", "http://b.test", "http://c.test"}


def test_a_secret_that_is_not_given_is_made_once_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "new" / "data"
    settings = read(monkeypatch, CHATROOM_DATA=str(data))
    token, field = settings.token_secret(), settings.field_secrets()[0]
    assert token != field
    assert min(len(token), len(field)) >= 64
    again = read(monkeypatch, CHATROOM_DATA=str(data))
    assert (again.token_secret(), again.field_secrets()[0]) == (token, field)
    assert sorted(path.name for path in data.iterdir()) == ["encryption_key", "jwt_secret"]
    assert {path.stat().st_mode & 0o777 for path in data.iterdir()} == {0o600}
    given = read(monkeypatch, CHATROOM_DATA=str(data), JWT_SECRET=GIVEN, ENCRYPTION_KEY=GIVEN[::-1])
    assert (given.token_secret(), given.field_secrets()[0]) == (GIVEN, GIVEN[::-1])


@pytest.mark.parametrize(
    ("variables", "hosts"),
    [
        ({}, ("127.0.0.1", "::1")),
        ({"HOST": "localhost"}, ("127.0.0.1", "::1")),
        ({"HOST": "127.0.0.1"}, ("127.0.0.1",)),
        ({"HOST": "0.0.0.0"}, ("0.0.0.0",)),
        ({"HOST": "::"}, ("::", "0.0.0.0")),
        ({"PUBLIC_URL": "https://chat.example.org"}, ("127.0.0.1", "::1")),
        ({"PUBLIC_URL": "http://localhost:3000"}, ("127.0.0.1", "::1")),
        ({"PUBLIC_URL": "http://192.168.1.5:3000"}, ("0.0.0.0", "::")),
        ({"PUBLIC_URL": "http://192.168.1.5:3000", "HOST": "192.168.1.5"}, ("192.168.1.5",)),
    ],
)
def test_it_listens_to_this_machine_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], hosts: tuple[str, ...]
) -> None:
    assert read(monkeypatch, **variables).hosts == hosts


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.5:3000",
        "[fd12:3456::1]:3000",
        "nas.local",
        "NAS.local.",
    ],
)
def test_plain_http_inside_a_network_is_allowed_in_every_mode(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    settings = read(monkeypatch, PUBLIC_URL=f"http://{host}")
    assert (settings.mode, settings.plain) == ("production", True)


PUBLIC = [
    "203.0.113.7",
    "172.32.0.1",
    "100.64.0.1",
    "[2001:db8::1]",
    "chat.example.org",
    "local",
    "nas",
    "x.localx",
]


@pytest.mark.parametrize("host", PUBLIC)
def test_plain_http_across_the_internet_is_refused_in_production_only(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with pytest.raises(ValidationError):
        read(monkeypatch, PUBLIC_URL=f"http://{host}")
    assert read(monkeypatch, PUBLIC_URL=f"http://{host}", CHATROOM_ENV="development").plain
