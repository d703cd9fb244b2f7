"""Every setting once: name, type, default and what it does. Read once from the environment, then handed down."""

from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from chatroom.settings.files import generated
from chatroom.settings.forms import BadSetting
from chatroom.settings.identity import Identity
from chatroom.settings.limits import Limits
from chatroom.settings.server import Mode, Server

__all__ = ["BadSetting", "Mode", "Settings"]
_TOKENS: Final = "jwt_secret"
_FIELDS: Final = "encryption_key"


class Settings(Limits, Identity, Server, BaseSettings):
    """The server's settings. The seeds' names are understood; an `.env` file in the working folder is read."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    def token_secret(self) -> str:
        """The key of tokens, given or generated. Raises `BadSetting`."""
        return self.jwt_secret or generated(self.data / _TOKENS, "JWT_SECRET")

    def field_secret(self) -> str:
        """The key of sealed fields, given or generated. Raises `BadSetting`."""
        return self.encryption_key or generated(self.data / _FIELDS, "ENCRYPTION_KEY")
