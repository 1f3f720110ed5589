"""The verdict of a check: open or closed, why in a clerk's words, and what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PENDING, OPEN, CLOSED = "pending", "open", "closed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a stable code, the field it concerns and a sentence that says how to mend it."""

    code: str
    field: str
    sentence: str

    def as_data(self) -> dict[str, str]:
        """Return the fault as plain values for the evidence."""
        return {"code": self.code, "field": self.field, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says about one gate of an order."""

    name: str
    state: str
    code: str = ""
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_faults(cls, name: str, faults: Sequence[Fault], evidence: Mapping[str, Any]) -> "Verdict":
        """Return an open gate without faults, otherwise a closed one that names all of them."""
        data = {**evidence, "result": "invalid" if faults else "valid", "faults": [one.as_data() for one in faults]}
        if not faults:
            return cls(name, OPEN, "", "", data)
        code = faults[0].code if len({one.code for one in faults}) == 1 else f"{name}_faults"
        return cls(name, CLOSED, code, " ".join(one.sentence for one in faults)[:1000], data)
