"""Turns of phrase that sentences for staff are made of; imports nothing."""


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 unit", "2 units"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
