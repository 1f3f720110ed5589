"""Refusals: a sentence for the clerk with a stable code; never a bug."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is closed: a stable code, a sentence that says how to mend it, and the field if one is at fault."""

    code: str
    sentence: str
    field: str = ""


class Refused(Exception):
    """An act that may not happen now; carries every reason."""

    code = "refused"
    status = 409

    def __init__(self, sentence: str = "", *, code: str = "", field: str = "", reasons: Iterable[Reason] = ()) -> None:
        self.reasons = list(reasons) or [Reason(code or self.code, sentence, field)]
        self.code = code or self.reasons[0].code or self.code
        super().__init__(" ".join(reason.sentence for reason in self.reasons))

    @property
    def sentence(self) -> str:
        """Return all reasons as one text."""
        return str(self)


class Invalid(Refused):
    """Input that its sender can mend; each reason names its field."""

    code = "invalid"
    status = 422


class NotFound(Refused):
    """No such thing, or not in the asker's scope: the same answer for both."""

    code = "not_found"
    status = 404


class Denied(Refused):
    """The asker lacks the permission."""

    code = "permission_denied"
    status = 403


class StaleVersion(Refused):
    """Somebody else changed the row since it was shown."""

    code = "stale_version"


def refuse_if(condition: bool, sentence: str, *, code: str, field: str = "") -> None:
    """Raise :class:`Refused` with the sentence when the condition holds."""
    if condition:
        raise Refused(sentence, code=code, field=field)
