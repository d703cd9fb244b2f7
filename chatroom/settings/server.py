"""Settings of the server itself: where it listens, where its data are, whom it believes."""

import ipaddress
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, Field, ValidationInfo, field_validator

from chatroom.db.url import parse
from chatroom.settings.forms import LOOPBACK, is_private, listed, origin, web_origin

Mode = Literal["production", "development", "test"]
_REDIS: Final = ("redis", "rediss", "redis+unix")
_LAST_PORT: Final = 65535


class Server(BaseModel):
    """What a node is and where."""

    mode: Mode = Field(
        default="production",
        validation_alias=AliasChoices("CHATROOM_ENV", "NODE_ENV"),
        description="production, development or test. Development prints readable logs and shows errors' causes.",
    )
    host: str = Field(
        default="",
        validation_alias="HOST",
        description="The address to listen on; 0.0.0.0 or :: means every one. Empty: this machine only, or every "
        "address where PUBLIC_URL is plain http in a network of yours.",
    )
    port: int = Field(
        default=3000, ge=0, le=_LAST_PORT, validation_alias="PORT", description="The port to listen on."
    )
    socket_port: int | None = Field(
        default=None,
        ge=1,
        le=_LAST_PORT,
        validation_alias="SOCKET_PORT",
        description="One more port that serves everything, e.g. 3002; only when set.",
    )
    compat_ports: str = Field(
        default="",
        validation_alias="COMPAT_PORTS",
        description="More ports that serve everything, separated by commas, e.g. 3001,5000; only when set.",
    )
    data: Path = Field(
        default=Path("data"),
        validation_alias="CHATROOM_DATA",
        description="The folder of the SQLite database and of generated secrets.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        validation_alias="DATABASE_URL",
        description="sqlite:///, postgresql:// or mysql:// address; empty: SQLite in CHATROOM_DATA.",
    )
    redis_url: str = Field(
        default="",
        repr=False,
        validation_alias="REDIS_URL",
        description="redis:// address where several nodes count rates together; empty: each by itself.",
    )
    public_url: str = Field(
        default="",
        validation_alias="PUBLIC_URL",
        description="Where people reach this server, e.g. https://chat.example.org, or http://192.168.1.5:3000 inside "
        "one network; links, pages and cookies go by it.",
    )
    trusted_proxies: str = Field(
        default="",
        validation_alias="TRUSTED_PROXIES",
        description="Addresses or networks, separated by commas, whose X-Forwarded-For, -Proto and -Host are believed.",
    )
    cors_origin: str = Field(
        default="",
        validation_alias="CORS_ORIGIN",
        description="Other origins that may call, separated by commas; * means any, without credentials.",
    )
    frontend_url: str = Field(
        default="", validation_alias="FRONTEND_URL", description="One more origin that may call."
    )
    drain_seconds: float = Field(
        default=15.0,
        ge=0,
        le=3600,
        allow_inf_nan=False,
        validation_alias="DRAIN_SECONDS",
        description="How long a stopping server takes to send its connections elsewhere.",
    )
    keep_alive_seconds: float = Field(
        default=75.0,
        gt=0,
        validation_alias="KEEP_ALIVE_SECONDS",
        description="How long an idle HTTP connection stays open; longer than a proxy in front keeps its own, else it "
        "answers 502 now and then (nginx and AWS: 60, Google Cloud: 600).",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias="LOG_LEVEL", description="The least important lines to log."
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        if url:
            parse(url)
        return url

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in _REDIS:
            raise ValueError("must be a redis://, rediss:// or redis+unix:// address")
        return url

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str, info: ValidationInfo) -> str:
        plain = bool(url) and urlsplit(origin(url)).scheme == "http"
        careful = info.data.get("mode", "production") == "production"
        if plain and careful and not is_private(urlsplit(url).hostname or ""):
            raise ValueError("must be https: over http sign-in cookies would be readable on the way")
        return url.rstrip("/")

    @field_validator("frontend_url", "cors_origin")
    @classmethod
    def _origins(cls, text: str) -> str:
        return ",".join(entry if entry == "*" else web_origin(entry) for entry in listed(text))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for entry in listed(text):
            try:
                network = ipaddress.ip_network(entry, strict=False)
            except ValueError:
                raise ValueError("must be addresses or networks like 10.0.0.0/8") from None
            if not network.prefixlen:
                raise ValueError("must not be everybody: who is believed must be a proxy of yours")
        return text

    @field_validator("compat_ports")
    @classmethod
    def _ports(cls, text: str) -> str:
        for entry in listed(text):
            if not (entry.isascii() and entry.isdigit() and 1 <= int(entry) <= _LAST_PORT):
                raise ValueError("must be ports like 3001,5000")
        return text

    @property
    def plain(self) -> bool:
        """Whether people are told to come by plain http from other machines: their cookies cannot be `Secure`."""
        asked = urlsplit(self.public_url)
        return asked.scheme == "http" and asked.hostname not in LOOPBACK

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses to listen on, the indispensable one first.

        By default both of loopback, for `localhost` may mean either; where PUBLIC_URL sends people from other
        machines here without a proxy, every address.
        """
        if self.host == "::":  # every address, of both families
            return ("::", "0.0.0.0")  # noqa: S104 - asked for by HOST
        if self.host not in ("", "localhost"):
            return (self.host,)
        if self.plain and not self.host:
            return ("0.0.0.0", "::")  # noqa: S104 - asked for by PUBLIC_URL
        return ("127.0.0.1", "::1")

    @property
    def database(self) -> str:
        """The database address to use."""
        return self.database_url or f"sqlite:///{(self.data / 'chatroom.db').absolute()}"

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may call: the public one, also where a proxy asks under another name, and others."""
        ours = [origin(self.public_url)] if self.public_url else []
        return frozenset([*listed(self.cors_origin), *listed(self.frontend_url), *ours])

    @property
    def proxies(self) -> frozenset[str]:
        """The networks whose forwarding headers are believed."""
        return frozenset(listed(self.trusted_proxies))

    @property
    def more_ports(self) -> dict[int, str]:
        """Ports to listen on besides `port`, each with the variable that asks for it."""
        asked = {int(entry): "COMPAT_PORTS" for entry in listed(self.compat_ports)}
        if self.socket_port is not None:
            asked[self.socket_port] = "SOCKET_PORT"
        asked.pop(self.port, None)
        return asked
