"""Codes of bins in the order in which people count them."""

from __future__ import annotations

import re


def bin_order(code: str) -> tuple[bool, list[tuple[int, int, str]]]:
    """Sort key of a bin's code as people count: A-2 before A-10, none at all last."""
    parts = re.findall(r"\d+|\D+", code)
    return (not code, [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts])
