"""What a check of the security bar can come to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """The word shown, how it weighs against others, and the exit code when it is the worst of a run."""

    word: str
    weight: int
    exit_code: int


HOLDS = Verdict("holds", 0, 0)
NOT_CHECKED = Verdict("NOT CHECKED", 1, 3)
BROKEN = Verdict("BROKEN", 2, 1)


def verdict_of(returncode: int) -> Verdict:
    """Return what a program's exit code says: it holds, or it does not."""
    return HOLDS if returncode == 0 else BROKEN
