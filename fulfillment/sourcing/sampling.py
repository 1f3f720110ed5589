"""What a set of rules would do to orders of the past: which find no location, which locations and rules stay idle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.linting import Finding
from fulfillment.sourcing.rules import standing
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.wording import enumeration
from oms.foundation.wording import count

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What came of it, by order id, location code and rule number."""

    orders: int
    lost: tuple[int, ...]
    """Orders of which the rules keep every location out that could ship something."""
    idle: tuple[str, ...]
    """Locations that ship nothing of any order."""
    unused: tuple[int, ...]
    """Rules that hold for no order."""


def sample(rules: Rules, snapshots: Iterable[Snapshot]) -> Sample:
    """Decide past orders, each as it was seen then, under a set of rules."""
    seen, lost = 0, []
    busy: set[int] = set()
    used: set[int] = set()
    nodes: dict[int, str] = {}
    for snapshot in snapshots:
        nodes.update({node.location_id: node.code for node in snapshot.nodes})
        for order, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
            seen += 1
            held = standing(order, rules)
            used |= {rule.number for rule in (*held.bars, *held.weighs)}
            busy |= set(decision.location_ids)
            barred = any(one.reason_code == "kept_out_by_rule" for one in decision.rejections)
            if barred and not decision.portions and not decision.candidates:
                lost.append(order.order_id)
    codes = {code for location, code in nodes.items() if location not in busy}
    unused = tuple(rule.number for rule in rules.ordered if rule.number not in used)
    return Sample(seen, tuple(lost), tuple(sorted(codes)), unused)


def sample_findings(found: Sample, rules: Rules, numbers: dict[int, str]) -> list[Finding]:
    """Return what is worth saying of a sample; ``numbers`` are the order numbers by id."""
    said = []
    last = f"of the last {count(found.orders, 'order')}"
    if found.lost:
        named = enumeration([numbers.get(pk, str(pk)) for pk in found.lost[:SHOWN]])
        sentence = f"{len(found.lost)} {last} would find no location under these rules, such as {named}."
        said.append(Finding("finds_nothing", False, sentence))
    if found.idle and found.orders:
        more = f" and {len(found.idle) - SHOWN} more" if len(found.idle) > SHOWN else ""
        sentence = f"None {last} would leave from {', '.join(found.idle[:SHOWN])}{more}."
        said.append(Finding("idle", False, sentence))
    for rule in rules.ordered:
        if rule.number in found.unused and found.orders:
            sentence = f"Rule {rule.number} “{rule.name}” holds for none {last}."
            said.append(Finding("unused", False, sentence, (rule.number,)))
    return said
