"""Encryption at rest and look-up keys: AES-256-GCM and HMAC-SHA256 under keys derived by HKDF from one secret."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Vault:
    """Seals texts for storage and makes blind indexes for look-ups (trust.md A1, D3, D4).

    Equal texts get different ciphertexts but equal indexes. A ciphertext opens only with the place it was sealed for.
    """

    def __init__(self, secret: str) -> None:
        self._seal = AESGCM(self._derive(secret, b"chatroom/seal/1"))
        self._index = self._derive(secret, b"chatroom/index/1")

    @staticmethod
    def _derive(secret: str, label: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret.encode())

    def index(self, purpose: str, text: str) -> str:
        """Return 64 hexadecimal digits that are equal only for equal purpose and text."""
        return hmac.new(self._index, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def seal(self, place: str, text: str) -> str:
        """Encrypt `text` for `place` (table:column:row id) as `1.` and URL-safe base64; `1` names the key."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._seal.encrypt(nonce, text.encode(), place.encode())
        return "1." + base64.urlsafe_b64encode(sealed).decode()

    def open(self, place: str, sealed: str) -> str:
        """Decrypt what `seal` made for the same place. Raises ValueError for anything else."""
        key, _, body = sealed.partition(".")
        if key != "1":
            raise ValueError("unknown key id")
        raw = base64.urlsafe_b64decode(body)
        try:
            return self._seal.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except InvalidTag:
            raise ValueError("sealed for another place or under another key") from None


def digest(token: str) -> str:
    """Return the SHA-256 of a high-entropy token in hexadecimal, the form in which tokens are stored."""
    return hashlib.sha256(token.encode()).hexdigest()
