"""Numbers that people read aloud: short random codes without look-alike letters, made without a counter."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int = 8, *, prefix: str = "") -> str:
    """Return a code such as ``7F3Q9KXP``; 30 letters give 6.5e11 codes of eight."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))
