"""The data check: is everything there that the channel demands, and is every article one we sell?"""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.screening.verdict import Fault, Verdict

SHOWN_LINES = 10


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line as the check sees it: is its SKU in the catalogue, and still sold?"""

    position: int
    sku: str
    is_known: bool
    is_sold: bool = True


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the check looks at; ``difference`` is the amount by which the channel's total is off, as text, or blank."""

    requires_email: bool
    requires_phone: bool
    name: str
    email: str
    phone: str
    lines: Sequence[CheckedLine]
    difference: str = ""


def check_data(facts: DataFacts) -> Verdict:
    """Return the verdict of the data gate with one fault per missing field, bad line or wrong sum."""
    faults = [*_customer_faults(facts), *_line_faults(facts.lines), *_sum_faults(facts.difference)]
    return Verdict.of_faults("data", faults, {"lines": len(facts.lines)})


def _customer_faults(facts: DataFacts) -> list[Fault]:
    """Return a fault for each field of the customer that the channel demands and the order lacks."""
    faults = []
    if not facts.name.strip():
        faults.append(Fault("missing_name", "customer_name", "The customer's name is missing: add it."))
    if facts.requires_email and not facts.email.strip():
        faults.append(Fault("missing_email", "email", "The customer's e-mail address is missing: add it."))
    if facts.email.strip() and not _is_email(facts.email.strip()):
        sentence = f"“{facts.email[:80]}” is not an e-mail address: correct it."
        faults.append(Fault("bad_email", "email", sentence))
    if facts.requires_phone and not facts.phone.strip():
        faults.append(Fault("missing_phone", "phone", "The customer's phone number is missing: add it."))
    return faults


def _is_email(text: str) -> bool:
    """Return whether a text has the outer form of an e-mail address."""
    name, at, host = text.rpartition("@")
    return bool(name and at) and "." in host.strip(".") and not any(letter.isspace() for letter in text)


def _line_faults(lines: Sequence[CheckedLine]) -> list[Fault]:
    """Return a fault for each line that cannot be shipped as it stands, or one for an order without lines."""
    if not lines:
        return [Fault("no_lines", "lines", "The order has no lines: add one or cancel the order.")]
    faults = []
    for line in lines:
        place = f"lines[{line.position}].sku"
        if not line.is_known:
            sentence = f"Line {line.position}: SKU {line.sku or '(blank)'} is not in the catalogue: add the product."
            faults.append(Fault("unknown_sku", place, sentence))
        elif not line.is_sold:
            sentence = f"Line {line.position}: SKU {line.sku} is no longer sold: cancel the line or offer another."
            faults.append(Fault("discontinued_sku", place, sentence))
    return _shortened(faults)


def _shortened(faults: list[Fault]) -> list[Fault]:
    """Return at most ten faults and one that counts the others."""
    if len(faults) <= SHOWN_LINES:
        return faults
    rest = len(faults) - SHOWN_LINES
    return [*faults[:SHOWN_LINES], Fault(faults[-1].code, "lines", f"{rest} more lines have such faults.")]


def _sum_faults(difference: str) -> list[Fault]:
    """Return a fault when the channel's total differs from the sum of its parts."""
    if not difference:
        return []
    sentence = f"The channel's total differs by {difference} from the sum of its parts: ask the channel, then waive."
    return [Fault("total_difference", "total", sentence)]
