"""Which coding of an answer a client takes (RFC 9110, 12.5.3)."""

from functools import lru_cache
from typing import Final

GZIP: Final = "gzip"
IDENTITY: Final = "identity"
_ALIASES: Final = {"x-gzip": GZIP}
_ANY: Final = "*"


@lru_cache(maxsize=256)
def choose(header: str | None) -> str:
    """Return `gzip` or `identity`, or `""` where the client takes neither; a header of None: it did not say.

    Of two that it likes alike it gets the shorter. Without a word about `identity` it takes that, but likes anything
    more that it names.
    """
    gzip, identity = _weights(header)
    if gzip > 0 and gzip >= (identity or 0.0):
        return GZIP
    return "" if identity == 0 else IDENTITY


def refuses_identity(header: str | None) -> bool:
    """Whether a client takes no answer as it is, not even a short one."""
    return _weights(header)[1] == 0


def _weights(header: str | None) -> tuple[float, float | None]:
    """How much a client likes gzip and identity, 0 to 1; None: it says nothing of identity."""
    weights: dict[str, float] = {}
    for part in (header or "").lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip():
            weights.setdefault(_ALIASES.get(name.strip(), name.strip()), _weight(parameters))
    rest = weights.get(_ANY)
    return weights.get(GZIP, rest or 0.0), weights.get(IDENTITY, rest if rest == 0 else None)


def _weight(parameters: str) -> float:
    """The `q` of a coding; 1 where there is none, 0 where it is none of 0 to 1."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value.strip())
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0
