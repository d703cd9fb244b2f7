"""Every setting once: name, type, default and what it does. Read once from the environment, then handed down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import AliasChoices, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatroom.db import Unavailable
from chatroom.exits import BadSetting, BadSettings, CommandError
from chatroom.settings.dotenv import ENV_FILE, check
from chatroom.settings.files import generated
from chatroom.settings.forms import fault
from chatroom.settings.identity import Identity
from chatroom.settings.limits import Limits
from chatroom.settings.server import Mode, Server

__all__ = ["BadSetting", "Mode", "Settings", "load", "names"]
_TOKENS: Final = "jwt_secret"
_FIELDS: Final = "encryption_key"


class Settings(Limits, Identity, Server, BaseSettings):
    """The server's settings. The seeds' names are understood; an `.env` file in the working folder is read."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
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

    @property
    def database_setting(self) -> str:
        """The variable that says where the database is."""
        return "DATABASE_URL" if self.database_url else "CHATROOM_DATA"

    @contextmanager
    def database_named(self) -> Iterator[None]:
        """Turn `db.Unavailable`, which knows of no settings, into a `CommandError` that names the variable."""
        try:
            yield
        except Unavailable as error:
            raise CommandError(self.database_setting, f"the database cannot be used: {error}") from error


def load(**given: object) -> Settings:
    """Read the settings; `given` are fields that win over the environment.

    Raises `BadSettings`, which names every variable that is wrong and quotes no value.
    """
    try:
        check()
        return Settings(**given)  # type: ignore[arg-type] # the fields' own types are checked here and now
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise BadSettings([fault(detail) for detail in details]) from None
    except (OSError, UnicodeDecodeError):
        raise BadSetting(ENV_FILE, "must be a text file in UTF-8 that this user may read") from None


def names() -> frozenset[str]:
    """Every variable that is read."""
    aliases = [field.validation_alias for field in Settings.model_fields.values()]
    several = [alias.choices if isinstance(alias, AliasChoices) else [alias] for alias in aliases]
    return frozenset(str(name) for choices in several for name in choices)
