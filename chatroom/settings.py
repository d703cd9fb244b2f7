"""Every setting once: name, type, default and what it does. Read once from the environment, then handed down."""

import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatroom.db.url import parse

Mode = Literal["production", "development", "test"]
_LIFETIME = re.compile(r"(\d{1,9})\s*(s|m|h|d|w)?", re.ASCII)
_SECRET_LENGTH = 32  # characters; 32 random hex digits are 128 bits
_SECRET_VARIETY = 8  # different characters: "aaaa..." and "abcabc..." are no secrets
_DEFAULTS = re.compile(r"change.?me|your[-_. ]|replace.?(me|this)|(^|[-_ ])default([-_ ]|$)", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Settings(BaseSettings):
    """The server's settings. The seeds' names are understood; an `.env` file in the working folder is read."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    mode: Mode = Field(
        default="production",
        validation_alias=AliasChoices("CHATROOM_ENV", "NODE_ENV"),
        description="production, development or test. Development prints readable logs and shows errors' causes.",
    )
    host: str = Field(default="0.0.0.0", validation_alias="HOST", description="The address to listen on.")  # noqa: S104
    port: int = Field(
        default=3000, ge=0, le=65535, validation_alias="PORT", description="The port to listen on."
    )
    data: Path = Field(
        default=Path("data"),
        validation_alias="CHATROOM_DATA",
        description="The folder of the SQLite database and of generated secrets.",
    )
    database_url: str = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="sqlite:///, postgresql:// or mysql:// address; empty: SQLite in CHATROOM_DATA.",
    )
    public_url: str = Field(
        default="",
        validation_alias="PUBLIC_URL",
        description="Where people reach this server, for links in invites, e.g. https://chat.example.org.",
    )
    jwt_secret: str = Field(
        default="",
        validation_alias="JWT_SECRET",
        description="Signs access tokens; empty: generated into CHATROOM_DATA.",
    )
    jwt_expires_in: str = Field(
        default="24h",
        validation_alias="JWT_EXPIRES_IN",
        description="How long a sign-in lasts: 24h, 15m, 7d.",
    )
    encryption_key: str = Field(
        default="",
        validation_alias="ENCRYPTION_KEY",
        description="Seals e-mail addresses and invite codes at rest; empty: generated into CHATROOM_DATA.",
    )
    bcrypt_rounds: int = Field(
        default=12, ge=4, le=16, validation_alias="BCRYPT_ROUNDS", description="The cost of password hashes."
    )
    cors_origin: str = Field(
        default="",
        validation_alias="CORS_ORIGIN",
        description="Other origins that may call, separated by commas; * means any, without credentials.",
    )
    frontend_url: str = Field(
        default="", validation_alias="FRONTEND_URL", description="One more origin that may call."
    )
    message_rate_limit: int = Field(
        default=5,
        ge=0,
        validation_alias="MESSAGE_RATE_LIMIT",
        description="Messages a person may send to one room per window; 0 lifts this and the per-connection rates.",
    )
    message_rate_window_ms: int = Field(
        default=10_000,
        ge=1,
        validation_alias="MESSAGE_RATE_WINDOW_MS",
        description="That window in milliseconds.",
    )
    presence_grace_ms: int = Field(
        default=2_000,
        ge=0,
        validation_alias="PRESENCE_GRACE_MS",
        description="How long a person without a connection still counts as here, so that a reload is no departure.",
    )
    drain_seconds: float = Field(
        default=15.0,
        ge=0,
        validation_alias="DRAIN_SECONDS",
        description="How long a stopping server takes to send its connections elsewhere.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias="LOG_LEVEL", description="The least important lines to log."
    )

    @field_validator("jwt_expires_in")
    @classmethod
    def _lifetime(cls, text: str) -> str:
        if not _seconds(text):
            raise ValueError("must be like 24h, 15m or a number of seconds")
        return text

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        if url:
            parse(url)
        return url

    @field_validator("jwt_secret", "encryption_key")
    @classmethod
    def _strong(cls, secret: str) -> str:
        if secret and len(secret) < _SECRET_LENGTH:
            raise ValueError(
                f"must have at least {_SECRET_LENGTH} characters; leave it out to have one generated"
            )
        if secret and (len(set(secret)) < _SECRET_VARIETY or _DEFAULTS.search(secret)):
            raise ValueError("must be random; leave it out to have one generated")
        return secret

    @field_validator("encryption_key")
    @classmethod
    def _own(cls, secret: str, info: ValidationInfo) -> str:
        if secret and secret == info.data.get("jwt_secret"):
            raise ValueError("must not be the same as JWT_SECRET")
        return secret

    @field_validator("public_url", "frontend_url")
    @classmethod
    def _bare(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def database(self) -> str:
        """The database address to use."""
        return self.database_url or f"sqlite:///{(self.data / 'chatroom.db').absolute()}"

    @property
    def origins(self) -> frozenset[str]:
        """The origins that may call besides our own."""
        listed = [*self.cors_origin.split(","), self.frontend_url]
        return frozenset(origin.strip().rstrip("/") for origin in listed if origin.strip())

    @property
    def token_seconds(self) -> int:
        """How long a sign-in lasts."""
        return _seconds(self.jwt_expires_in)

    def token_secret(self) -> str:
        """The key of access tokens, given or generated."""
        return self.jwt_secret or _generated(self.data / "jwt_secret")

    def field_secret(self) -> str:
        """The key of sealed fields, given or generated."""
        return self.encryption_key or _generated(self.data / "encryption_key")


def _seconds(text: str) -> int:
    """Read a time as the npm package jsonwebtoken does (a bare number: seconds); 0 when it is none."""
    match = _LIFETIME.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2] or "s"] if match else 0


def _generated(path: Path) -> str:
    """Return the secret in a file, made at first use, readable by its owner only.

    It appears under its name complete or not at all, so that two nodes which start at once agree on one.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:  # made 0600
            file.write(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass
        finally:
            Path(file.name).unlink()
    return path.read_text().strip()
