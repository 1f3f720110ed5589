"""What the sourcing engine answers: portions, shortages, and why every location won or lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from fulfillment.sourcing.snapshot import Snapshot

Method: TypeAlias = Literal["exact", "greedy", "cheapest", "near_cheapest", "by_hand"]
"""``exact``: proven best; ``greedy``: a good plan found by set cover and exchange when a proof takes too long;
``cheapest``: proven the least cost; ``near_cheapest``: more than ten lines, or split ones, so not proven;
``by_hand``: a person decided."""

ReasonCode: TypeAlias = Literal[
    "excluded",
    "other_store",
    "no_pickup",
    "no_same_day",
    "outside_radius",
    "after_cutoff",
    "kept_out_by_rule",
    "no_capacity",
    "no_capability",
    "short_stock",
    "cannot_assemble",
    "lacks_part",
    "parcel_limit",
    "rule_adds",
    "no_service",
    "dearer",
    "scarcer",
    "farther",
    "less_stock",
    "lower_priority",
    "later_code",
    "not_needed",
    "by_hand",
]


@dataclass(frozen=True, slots=True)
class Portion:
    """Units of one line that one location ships."""

    line_id: int
    product_id: int
    location_id: int
    stock_level_id: int
    quantity: int
    parts: tuple[tuple[int, int, int], ...] = ()
    """(product, stock level, pieces in one unit) of what the units are assembled from; none where they lie ready."""

    @property
    def takes(self) -> tuple[tuple[int, int, int], ...]:
        """Return (product, stock level, pieces) of what leaves the shelves for it."""
        if not self.parts:
            return ((self.product_id, self.stock_level_id, self.quantity),)
        return tuple((product, level, pieces * self.quantity) for product, level, pieces in self.parts)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A location that could ship at least one unit, with the numbers it was judged by."""

    location_id: int
    code: str
    name: str
    distance_km: int | None
    """Great circle in whole kilometres; None when either end is unknown."""
    lines_covered: int
    """Lines it could fill whole, on its own."""
    units_covered: int
    """Units it could fill, on its own."""
    stock_depth: int
    """Units available of all the products that the order wants."""
    priority: int
    chosen: bool
    cost: int | None = None
    """What sending all it could fill would cost, rules' weights included, in minor units; None without rates."""
    scarcity: int = 0
    """The scarcity fee of that, in minor units; it weighs on top and is paid by nobody."""


@dataclass(frozen=True, slots=True)
class Freight:
    """What one location's consignment costs, in minor units, and who carries it."""

    location_id: int
    carrier: str
    service: str
    grams: int
    cost: int
    """What the carrier is paid."""
    weighed: int
    """The same with what the rules add for parcel, distance, lateness and place."""
    transit_days: int
    late_days: int
    scarcity: int = 0
    """The scarcity fee, which weighs on top and is paid by nobody."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A location that ships nothing, with the reason a clerk can read."""

    location_id: int
    code: str
    reason_code: ReasonCode
    sentence: str
    needed: int
    available: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Units of one line that nobody ships."""

    line_id: int
    product_id: int
    sku: str
    missing: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one order; portions and shortages together are exactly what it wanted."""

    order_id: int
    portions: tuple[Portion, ...]
    shortages: tuple[Shortage, ...]
    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]
    sentence: str
    method: Method
    rules_version: int
    freights: tuple[Freight, ...] = ()
    """By location, where rates decided."""
    fees_run: int = 0
    """The run whose scarcity fees weighed in; 0 is none."""
    when_short: str = ""
    """What becomes of what is missing: wait, split, hold, backorder or offer; "" when nothing is."""
    expected_on: str = ""
    """ISO day on which all that is missing is expected, where that was asked for and is known."""

    @property
    def freight(self) -> int | None:
        """Return what all consignments cost, in minor units; None where no rates were looked at."""
        return sum(one.cost for one in self.freights) if self.freights else None

    @property
    def scarcity(self) -> int:
        """Return the scarcity fee of all consignments, in minor units."""
        return sum(one.scarcity for one in self.freights)

    @property
    def is_complete(self) -> bool:
        """Say whether nothing is missing."""
        return not self.shortages

    @property
    def location_ids(self) -> tuple[int, ...]:
        """Return the locations that ship, best first."""
        return tuple(candidate.location_id for candidate in self.candidates if candidate.chosen)

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts and lists, ready to store; what came with later releases only where there is any."""
        data = asdict(self)
        for name in ("portions", "shortages", "candidates", "rejections", "freights"):
            data[name] = list(data[name])
        data["portions"] = [_told(row) for row in data["portions"]]
        for name in ("freights", "fees_run", "when_short", "expected_on"):
            if not data[name]:
                del data[name]
        for row in data["candidates"]:
            if row["cost"] is None:
                del row["cost"]
        for row in (*data["candidates"], *data.get("freights", ())):
            if not row["scarcity"]:
                del row["scarcity"]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decision:
        """Rebuild a decision from the data that ``to_json`` gave."""
        return cls(
            order_id=data["order_id"],
            portions=tuple(_portion(row) for row in data["portions"]),
            shortages=tuple(Shortage(**row) for row in data["shortages"]),
            candidates=tuple(Candidate(**row) for row in data["candidates"]),
            rejections=tuple(Rejection(**row) for row in data["rejections"]),
            sentence=data["sentence"],
            method=data["method"],
            rules_version=data["rules_version"],
            freights=tuple(Freight(**row) for row in data.get("freights", ())),
            fees_run=data.get("fees_run", 0),
            when_short=data.get("when_short", ""),
            expected_on=data.get("expected_on", ""),
        )


def _told(portion: dict[str, Any]) -> dict[str, Any]:
    """Return one portion as plain data, parts only where there are any."""
    parts = [list(part) for part in portion.pop("parts")]
    return portion | {"parts": parts} if parts else portion


def _portion(row: Mapping[str, Any]) -> Portion:
    """Rebuild one portion."""
    return Portion(**{**row, "parts": tuple((product, level, units) for product, level, units in row.get("parts", ()))})


def decision_hash(decision: Decision) -> str:
    """Return the SHA-256 of the decision's canonical JSON, in hex."""
    return _fingerprint(decision.to_json())


def snapshot_hash(snapshot: Snapshot) -> str:
    """Return the SHA-256 of the snapshot's canonical JSON, in hex; the order of lines and locations does not matter."""
    return _fingerprint(snapshot.to_json())


def _fingerprint(data: dict[str, Any]) -> str:
    """Return the SHA-256 of plain data, keys sorted, without blanks."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
