"""What a handheld is answered at a stop."""

from dataclasses import dataclass

OK, DONE, WRONG, GONE = "ok", "done", "wrong", "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: ``ok`` goes on here, ``done`` goes to the next stop, ``wrong`` and ``gone`` count nothing."""

    tone: str
    sentence: str
