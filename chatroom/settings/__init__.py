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

    def field_secrets(self) -> tuple[str, list[str]]:
        """The key of sealed fields, given or generated, and the older ones that open. Raises `BadSetting`."""
        file = self.data / _FIELDS
        given = self.encryption_key or self.phone_enc_key
        newest = given or generated(file, "ENCRYPTION_KEY")
        before = [generated(file, "ENCRYPTION_KEY")] if given and file.exists() else []
        older = [*self.encryption_keys_old, self.phone_enc_key, *before]
        return newest, [key for key in older if key and key != newest]
