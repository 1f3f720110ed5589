"""Secrets at rest: an encrypted column whose keys come from the environment and can be rotated."""

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    """Return the cipher of all keys; the first one writes."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


def encrypt(text: str) -> str:
    """Return the text encrypted and authenticated with the newest key."""
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text; raises ``ValueError`` when no key of the ring fits."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("no key in FIELD_KEYS opens this secret") from None


def rotate(token: str) -> str:
    """Return the same secret encrypted with the newest key; raises ``ValueError`` when no key of the ring fits."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).rotate(token.encode()).decode()
    except InvalidToken:
        raise ValueError("no key in FIELD_KEYS opens this secret") from None


def is_newest(token: str) -> bool:
    """Return whether the newest key alone opens a secret."""
    try:
        _ring(tuple(settings.FIELD_KEYS[:1])).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class EncryptedTextField(models.TextField[str, str]):
    """A text that is never stored in the clear and never shown back in a form."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt on reading."""
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on writing."""
        return encrypt(value) if value else value
