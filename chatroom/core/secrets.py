"""Encryption at rest and look-up keys: AES-256-GCM and HMAC-SHA256, keys by HKDF from a ring of secrets."""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12
_FIRST: Final = "1"
"""The key id of what was sealed before there were rings: under any of the keys."""


def derive(secret: str, label: str) -> bytes:
    """Return 32 bytes for one purpose from a secret that serves several (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(secret.encode())


class _Key:
    """What one secret of the ring gives: a name that tells nothing about it, a cipher, an index key."""

    def __init__(self, secret: str) -> None:
        self.id = derive(secret, "chatroom/id/1").hex()[:8]
        self.cipher = AESGCM(derive(secret, "chatroom/seal/1"))
        self.index = derive(secret, "chatroom/index/1")


class Vault:
    """Seals texts for storage and makes blind indexes for look-ups (docs/security-model.md).

    Equal texts get different ciphertexts but equal indexes. A ciphertext opens only with the place it was sealed for.
    New things are sealed with `secret`; what `old` secrets sealed can be read until it has been sealed anew (ADR 0020).
    """

    def __init__(self, secret: str, old: Sequence[str] = ()) -> None:
        self._keys = {key.id: key for key in map(_Key, (secret, *old))}
        self._newest = next(iter(self._keys.values()))

    @property
    def mark(self) -> str:
        """How everything begins that is sealed with the newest key."""
        return self._newest.id + "."

    def index(self, purpose: str, text: str) -> str:
        """Return 64 hexadecimal digits that are equal only for equal purpose and text. For storing."""
        return self.indexes(purpose, text)[0]

    def indexes(self, purpose: str, text: str) -> list[str]:
        """Return the index under each key, the newest first. For looking up."""
        raw = f"{purpose}\0{text}".encode()
        return [hmac.new(key.index, raw, hashlib.sha256).hexdigest() for key in self._keys.values()]

    def seal(self, place: str, text: str) -> str:
        """Encrypt `text` for `place` (table:column:row id) as the key's id, a dot and URL-safe base64."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._newest.cipher.encrypt(nonce, text.encode(), place.encode())
        return self.mark + base64.urlsafe_b64encode(sealed).decode()

    def open(self, place: str, sealed: str) -> str:
        """Decrypt what `seal` made for the same place. Raises ValueError for anything else."""
        name, _, body = sealed.partition(".")
        keys = (
            list(self._keys.values()) if name == _FIRST else [self._keys[name]] if name in self._keys else []
        )
        raw = base64.urlsafe_b64decode(body)
        for key in keys:
            try:
                return key.cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
            except InvalidTag:
                continue
        raise ValueError("sealed for another place or under a key that is not in the ring")

    def fits(self, place: str, sealed: str) -> bool:
        """Whether a key of the ring opens what was sealed for a place."""
        try:
            self.open(place, sealed)
        except ValueError:
            return False
        return True


def digest(token: str) -> str:
    """Return the SHA-256 of a high-entropy token in hexadecimal, the form in which tokens are stored."""
    return hashlib.sha256(token.encode()).hexdigest()
