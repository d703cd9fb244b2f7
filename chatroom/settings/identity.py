"""Settings of who people are: secrets, tokens, passwords, and how they are written to."""

from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from chatroom.settings.forms import core, is_example, seconds, weakness

_SECRETS: Final = {
    "jwt_secret": "JWT_SECRET",
    "access_token_secret": "ACCESS_TOKEN_SECRET",
    "refresh_token_secret": "REFRESH_TOKEN_SECRET",
    "encryption_key": "ENCRYPTION_KEY",
    "phone_enc_key": "PHONE_ENC_KEY",
}
_TWILIO: Final = {
    "twilio_account_sid": "TWILIO_ACCOUNT_SID",
    "twilio_auth_token": "TWILIO_AUTH_TOKEN",
    "twilio_from_number": "TWILIO_FROM_NUMBER",
}


class Identity(BaseModel):
    """Secrets and everything about signing in."""

    jwt_secret: str = Field(
        default="",
        repr=False,
        validation_alias="JWT_SECRET",
        description="Signs tokens; empty: generated into CHATROOM_DATA.",
    )
    access_token_secret: str = Field(
        default="",
        repr=False,
        validation_alias="ACCESS_TOKEN_SECRET",
        description="Signs the access tokens of /api/auth/signin; empty: derived from JWT_SECRET.",
    )
    refresh_token_secret: str = Field(
        default="",
        repr=False,
        validation_alias="REFRESH_TOKEN_SECRET",
        description="Keys refresh tokens; empty: derived from JWT_SECRET.",
    )
    encryption_key: str = Field(
        default="",
        repr=False,
        validation_alias="ENCRYPTION_KEY",
        description="Seals addresses, numbers and invite codes at rest; empty: generated into CHATROOM_DATA.",
    )
    encryption_key_old: str = Field(
        default="",
        repr=False,
        validation_alias="ENCRYPTION_KEY_OLD",
        description="Earlier keys, separated by commas, until `chatroom rotate-keys` has sealed everything anew.",
    )
    phone_enc_key: str = Field(
        default="",
        repr=False,
        validation_alias="PHONE_ENC_KEY",
        description="One more key: seals where ENCRYPTION_KEY is empty, else only opens what it has sealed.",
    )
    jwt_expires_in: str = Field(
        default="24h",
        validation_alias="JWT_EXPIRES_IN",
        description="How long a sign-in lasts: 24h, 15m, 7d.",
    )
    bcrypt_rounds: int = Field(
        default=12, ge=4, le=16, validation_alias="BCRYPT_ROUNDS", description="The cost of password hashes."
    )
    allow_anonymous_sockets: bool = Field(
        default=True,
        validation_alias="ALLOW_ANONYMOUS_SOCKETS",
        description="Whether a socket without a token becomes a guest of the public lounges.",
    )
    default_country: str = Field(
        default="",
        validation_alias="DEFAULT_COUNTRY",
        description="Two letters, like DE: whose phone numbers are written without a country; empty: read as US ones.",
    )
    strict_enum: bool = Field(
        default=False,
        validation_alias="STRICT_ENUM",
        description="Whether sign-up by phone and password change hide who has an account; sign-up by e-mail cannot.",
    )
    compat_derived_password: bool = Field(
        default=False,
        validation_alias="COMPAT_DERIVED_PASSWORD",
        description="First passwords made of name and birth year, as a seed has them; refused in production.",
    )
    twilio_account_sid: str = Field(
        default="",
        validation_alias="TWILIO_ACCOUNT_SID",
        description="Twilio account that sends text messages; without one, phones cannot sign up in production.",
    )
    twilio_auth_token: str = Field(
        default="", repr=False, validation_alias="TWILIO_AUTH_TOKEN", description="That account's token."
    )
    twilio_from_number: str = Field(
        default="",
        validate_default=True,
        validation_alias="TWILIO_FROM_NUMBER",
        description="The number that text messages come from.",
    )
    smtp_url: str = Field(
        default="",
        repr=False,
        validation_alias="SMTP_URL",
        description="smtp:// or smtps:// address that sends mail, with user and password in it where needed.",
    )
    mail_from: str = Field(
        default="",
        validation_alias="MAIL_FROM",
        description="The address that mail comes from; empty: chatroom@ the host of PUBLIC_URL.",
    )

    @field_validator(*_SECRETS)
    @classmethod
    def _strong(cls, secret: str, info: ValidationInfo) -> str:
        if secret and (wrong := weakness(secret)):
            raise ValueError(wrong)
        twins = [
            name
            for field, name in _SECRETS.items()
            if secret and core(info.data.get(field) or "") == core(secret)
        ]
        if twins:
            raise ValueError(f"must not be the same as {twins[0]}")
        return secret

    @field_validator("default_country")
    @classmethod
    def _country(cls, country: str) -> str:
        if country and country.upper() not in SUPPORTED_REGIONS:
            raise ValueError("must be two letters of ISO 3166, like DE")
        return country.upper()

    @field_validator("jwt_expires_in")
    @classmethod
    def _lifetime(cls, text: str) -> str:
        if not seconds(text):
            raise ValueError("must be like 24h, 15m or a number of seconds")
        return text

    @field_validator("compat_derived_password")
    @classmethod
    def _guessable(cls, wanted: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's signature
        if wanted and info.data.get("mode") == "production":
            raise ValueError("is refused in production: whoever knows a name could sign in")
        return wanted

    @field_validator(*_TWILIO)
    @classmethod
    def _real(cls, text: str) -> str:
        if is_example(text):
            raise ValueError("must be Twilio's, not an example; leave it out to send no text messages")
        return text

    @field_validator("twilio_from_number")
    @classmethod
    def _whole(cls, number: str, info: ValidationInfo) -> str:
        given = {**info.data, "twilio_from_number": number}
        missing = [name for field, name in _TWILIO.items() if not given.get(field)]
        if 0 < len(missing) < len(_TWILIO):
            raise ValueError(f"Twilio needs all of its settings; missing: {', '.join(missing)}")
        return number

    @field_validator("smtp_url")
    @classmethod
    def _mail(cls, url: str) -> str:
        if url and not (url.startswith(("smtp://", "smtps://")) and urlsplit(url).hostname):
            raise ValueError("must be an address like smtp://user:password@mail.example.org:587")
        return url

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, sender: str) -> str:
        if sender and "@" not in parseaddr(sender)[1]:
            raise ValueError("must be an address like chat@example.org")
        return sender

    @property
    def encryption_keys_old(self) -> list[str]:
        """The earlier keys one by one."""
        return [key.strip() for key in self.encryption_key_old.split(",") if key.strip()]

    @property
    def token_seconds(self) -> int:
        """How long a sign-in lasts."""
        return seconds(self.jwt_expires_in)
