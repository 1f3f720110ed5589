"""One replay as it runs: the self-check of every decision, and the other course beside the one that was."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from fulfillment.models import SourcingDecision
from fulfillment.services.replaying.history import Event, Period, holds_at, shelf_at, window_after
from fulfillment.services.sourcing.outlook import priority_step
from fulfillment.services.sourcing.rates import RateCard, priced_anew
from fulfillment.services.sourcing.reading import Gone, snapshot_of
from fulfillment.services.sourcing.rule_sets import rules_of
from fulfillment.services.sourcing.run import QUIET
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.whatif import keeping
from fulfillment.sourcing.whatif.figures import Change
from fulfillment.sourcing.whatif.report import report_of
from fulfillment.sourcing.whatif.simulation import Recorded, WhatIf
from inventory.models import Location
from oms.foundation.refusals import NotFound
from oms.foundation.wording import count

WINDOW = 500
SHOWN = 20


@dataclass(slots=True)
class SelfCheck:
    """How many decisions give their recorded answer again under the rules that they were decided by."""

    decisions: int = 0
    reproduced: int = 0
    erased: int = 0
    """Whose input was erased with the customer's data: they can be neither checked nor decided under other rules."""
    others: list[int] = field(default_factory=list)
    """The first decisions that gave another answer, or whose rules are not on record."""

    @property
    def passed(self) -> bool:
        """Say whether all that can be checked gave its recorded answer."""
        return self.reproduced == self.decisions - self.erased

    @property
    def sentence(self) -> str:
        """Return the outcome in words."""
        told = f"{self.reproduced:,} of {self.decisions - self.erased:,} decisions reproduced."
        if self.erased:
            told += f" {count(self.erased, 'more decision')} cannot be checked: the customer's data was erased."
        return told if self.passed else f"{told} Different: decisions {', '.join(map(str, self.others))}."


class Replay:
    """A replay of one period, done window by window.

    Without ``rules`` each order is decided by its own again: what changes then is the error of the rebuilt stock.
    ``dress`` changes what the other course sees of an order, such as its scarcity fees.
    """

    def __init__(
        self,
        period: Period,
        rules: Rules | None,
        *,
        limit: int | None = None,
        dress: Callable[[Snapshot], Snapshot] | None = None,
    ) -> None:
        self.period, self.limit, self._dress = period, limit, dress
        self.check = SelfCheck()
        self.engine_seconds = 0.0
        self.is_over = False
        self._rules = rules
        self._known: dict[int, Rules | None] = {}
        self._after: datetime | None = None
        self._last = 0
        self._names, zones = _locations()
        self.whatif = WhatIf(self._rules_for, zones, step=priority_step())
        self._is_open = False
        self._card: RateCard | None = None

    def _rules_for(self, version: int) -> Rules:
        """Return the rules of the other course for an order decided under a version."""
        return self._rules or self._own(version) or Rules()

    def _own(self, version: int) -> Rules | None:
        """Return the rules of a version, None where they are not on record."""
        if version not in self._known:
            try:
                self._known[version] = rules_of(version)
            except NotFound:
                self._known[version] = None
        return self._known[version]

    def step(self) -> Iterator[Change]:
        """Do the next window and yield the orders found to end otherwise."""
        if not self._is_open:
            self._open()
        left = WINDOW if self.limit is None else min(WINDOW, self.limit - self.check.decisions)
        window = window_after(self.period, after=self._after, last=self._last, size=max(1, left))
        for event in window.events:
            self._happen(event)
        self._after, self._last = window.until, window.last
        enough = self.limit is not None and self.check.decisions >= self.limit
        if window.is_last or enough:
            self.whatif.finish()
            self.is_over = True
        changes, self.whatif.changes = self.whatif.changes, []
        yield from changes

    def _open(self) -> None:
        """Open the books as they stood when the period began."""
        for product, location, units in shelf_at(self.period):
            self.whatif.shelf[product, location] = units
        for order, line, product, location, units, planned_at in holds_at(self.period):
            self.whatif.holds_already(order, line, product, location, units, planned_at.date().isoformat())
        self._is_open = True

    def _happen(self, event: Event) -> None:
        """Let one thing happen in both courses."""
        match event.what:
            case "moved":
                product, location, units = event.values
                self.whatif.moved(product, location, units, event.at)
            case "gave_back":
                order, line, product, location, units, missed = event.values
                self.whatif.gave_back(order, line, product, location, units, event.at, keeps_wish=missed)
            case "shipped":
                self.whatif.shipped(*event.values)
            case "decided":
                self._decided(event.values)

    def _decided(self, rows: list[SourcingDecision]) -> None:
        """Check decisions that were made together, and let the other course decide them."""
        began = time.process_time()
        batch = [one for row in rows if (one := self._checked(row)) is not None]
        if batch:
            self.whatif.decided(batch)
        self.engine_seconds += time.process_time() - began

    def _checked(self, row: SourcingDecision) -> Recorded | None:
        """Decide a recorded decision again and compare; None where its input is gone."""
        self.check.decisions += 1
        try:
            snapshot = snapshot_of(bytes(row.snapshot))
        except Gone:
            self.check.erased += 1
            return None
        rules = self._own(row.rules_version)
        if rules is not None and decision_hash(decide(snapshot, rules)[0]) == row.outcome_hash:
            self.check.reproduced += 1
        elif len(self.check.others) < SHOWN:
            self.check.others.append(row.pk)
        decision = Decision.from_json(row.outcome)
        return Recorded(row.order_id, row.decided_at, self._with_rates(snapshot), decision, row.trigger in QUIET)

    def _with_rates(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the present rates where rules that ask for rates judge an order decided without."""
        if self._rules is None or self._rules.prefer != "cheapest":
            return snapshot
        self._card = self._card or RateCard()
        priced = priced_anew(snapshot, self._card)
        return self._dress(priced) if self._dress else priced

    def report(self) -> dict[str, Any]:
        """Return the self-check and the figures of both courses."""
        return {
            "self_check": {**asdict(self.check), "passed": self.check.passed, "sentence": self.check.sentence},
            **report_of(self.whatif, self._names),
            "engine_seconds": round(self.engine_seconds, 3),
        }

    def to_json(self) -> dict[str, Any]:
        """Return where it stands, so that another process can go on."""
        return {
            "check": asdict(self.check),
            "engine_seconds": self.engine_seconds,
            "after": self._after.isoformat() if self._after else "",
            "last": self._last,
            "is_open": self._is_open,
            "whatif": keeping.to_json(self.whatif),
        }

    def go_on_from(self, data: Mapping[str, Any]) -> None:
        """Take up what another process left."""
        self.check = SelfCheck(**data["check"])
        self.engine_seconds = data["engine_seconds"]
        self._after = datetime.fromisoformat(data["after"]) if data["after"] else None
        self._last, self._is_open = data["last"], data["is_open"]
        whatif = self.whatif
        self.whatif = keeping.from_json(data["whatif"], rules=self._rules_for, zones=whatif.zones, step=whatif.step)


def _locations() -> tuple[dict[int, str], dict[int, str]]:
    """Return codes and time zones of all locations by id."""
    rows = list(Location.objects.values_list("pk", "code", "timezone"))
    return {pk: code for pk, code, _ in rows}, {pk: zone for pk, _, zone in rows}
