"""Settings of how much and how often."""

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from chatroom.core.limits import Bucket
from chatroom.features import limits
from chatroom.settings.forms import rates

OFF = "off"


class Limits(BaseModel):
    """Rates, and the graces and caps that stand beside them."""

    rate_limits: str = Field(
        default="",
        validation_alias="RATE_LIMITS",
        description="off lifts every rate and every cap per address, outside production; "
        "api=600/1m,auth.failed=10/15m changes the buckets that it names.",
    )
    rate_limit_max: int = Field(
        default=100,
        ge=1,
        validation_alias="RATE_LIMIT_MAX",
        description="Requests to /api/v1 in one window, for each person or address.",
    )
    rate_limit_window: int = Field(
        default=900_000,
        ge=1_000,
        validation_alias="RATE_LIMIT_WINDOW",
        description="That window in milliseconds.",
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
    compat_adhoc_lounges: bool = Field(
        default=True,
        validation_alias="COMPAT_ADHOC_LOUNGES",
        description="Whether join-lounge with an unknown name opens a public lounge.",
    )
    max_rooms: int = Field(
        default=1_000,
        ge=1,
        validation_alias="MAX_ROOMS",
        description="Rooms that one person may belong to.",
    )
    presence_grace_ms: int = Field(
        default=2_000,
        ge=0,
        validation_alias="PRESENCE_GRACE_MS",
        description="How long a person without a connection still counts as here, so that a reload is no departure.",
    )

    @field_validator("rate_limits")
    @classmethod
    def _known(cls, text: str, info: ValidationInfo) -> str:
        if text == OFF:
            if info.data.get("mode") == "production":
                raise ValueError("off is refused in production: set CHATROOM_ENV for a bench or a test")
            return text
        if set(rates(text)) - set(limits):
            raise ValueError(f"names a bucket that is none of {', '.join(limits)}")
        return text

    @property
    def unlimited(self) -> bool:
        """Whether `RATE_LIMITS=off`."""
        return self.rate_limits == OFF

    @property
    def buckets(self) -> dict[str, Bucket]:
        """The buckets of rates with the figures of the settings."""
        figures = {"v1": (self.rate_limit_max, self.rate_limit_window / 1000)}
        figures |= {} if self.unlimited else rates(self.rate_limits)
        return {
            name: bucket._replace(hits=figures[name][0], seconds=figures[name][1])
            if name in figures
            else bucket
            for name, bucket in limits.items()
        }
