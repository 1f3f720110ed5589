"""What a rule of the house is: a sentence, a check, and two samples that prove the check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.architecture.tree import Source

Check = Callable[[Source], Iterable[int]]


@dataclass(frozen=True)
class Rule:
    """One rule; the check yields the lines of a file that break it."""

    code: str
    sentence: str
    check: Check
    bad: Source
    ok: Source

    def breaches(self, source: Source) -> list[str]:
        """Return the breaches of one file, as ``path:line CODE sentence``."""
        lines = sorted(set(self.check(source)))
        return [f"{source.path}:{line} {self.code} {self.sentence}" for line in lines]


RULES: dict[str, Rule] = {}


def rule(code: str, *, bad: tuple[str, str], ok: tuple[str, str]) -> Callable[[Check], Check]:
    """Declare a rule; its docstring is the sentence shown, the samples are (path, text)."""

    def register(check: Check) -> Check:
        if code in RULES:
            raise ValueError(f"{code} is taken.")
        sentence = (check.__doc__ or "").strip()
        RULES[code] = Rule(code, sentence, check, Source(*bad), Source(*ok))
        return check

    return register
