"""What a shop writes down of a carrier that works by file: its numbers, and what its codes mean; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

STATUSES = (
    "pre_transit", "picked_up", "in_transit", "out_for_delivery", "delivered", "available_for_pickup", "delayed",
    "exception", "returning", "returned", "lost",
)  # fmt: skip
RANGE = re.compile(r"(?:([A-Z0-9-]*[A-Z-])\s+)?(\d{1,18})\s+(\d{1,18})")
HOW = "Write the first and the last number, such as “PX 1000001 1999999”; letters that come before them stand first"
CODES_HOW = "Write one code a line with what it means, such as “DLV delivered”"
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Numbers:
    """A range of tracking numbers: letters before them, the first and the last, and how many digits they have."""

    prefix: str
    first: int
    last: int
    digits: int

    def written(self, serial: int) -> str:
        """Return a number of the range as it stands on a label."""
        return f"{self.prefix}{serial:0{self.digits}d}"


def read_numbers(text: str) -> Numbers:
    """Return a range; raises ValueError with a sentence for what is none."""
    found = RANGE.fullmatch(text.strip().upper())
    if not found:
        raise ValueError(f"{HOW}.")
    prefix, first, last = found[1] or "", found[2], found[3]
    if int(first) > int(last) or len(first) != len(last) or len(prefix) + len(last) > LONGEST_NUMBER:
        raise ValueError(f"{HOW}. The last is not before the first and has as many digits.")
    return Numbers(prefix, int(first), int(last), len(first))


def read_codes(text: str) -> Mapping[str, str]:
    """Return our word by the carrier's code; raises ValueError with a sentence for a line that says neither."""
    return dict(_code(line.split()) for line in text.splitlines() if line.strip())


def _code(words: list[str]) -> tuple[str, str]:
    """Return code and word of one line."""
    if len(words) != 2 or words[1] not in STATUSES:
        known = ", ".join(STATUSES)
        raise ValueError(f"{CODES_HOW}; “{' '.join(words)[:60]}” is not a code and one of {known}.")
    return words[0].upper(), words[1]
