"""Counts as people read them; counting stops where nobody looks any more."""

MOST_COUNTED = 10_000


def counted(count: int) -> str:
    """Return a count with its thousands set apart; at the cap it is open at the top."""
    return f"{count:,}+" if count >= MOST_COUNTED else f"{count:,}"
