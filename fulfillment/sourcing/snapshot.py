"""What a sourcing decision may look at: the orders, the locations, the stock, the rules, all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any, Literal, TypeAlias

from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.nodes import Node, Point, node_from_json, node_to_json, point_from_json, point_to_json

__all__ = [
    "KITTING", "Ages", "Fee", "Node", "OrderSnapshot", "Part", "Point", "Preference", "Rate", "Rules", "Snapshot",
    "Stock", "Want",
]  # fmt: skip

KITTING = "kitting"
"""The capability of a location that assembles kits."""

Stock: TypeAlias = Mapping[tuple[int, int], tuple[int, int]]
"""(product_id, location_id) -> (stock_level_id, units available)."""

Ages: TypeAlias = Mapping[tuple[int, int], int]
"""(product_id, location_id) -> days."""

Preference: TypeAlias = Literal["nearest", "most_stock", "priority", "cheapest"]

LATER = (
    "rate_currency", "deliver_by", "channel", "service_level", "postal_code", "total", "fees_run", "when_short",
    "when_short_of", "priority",
    "bound_by", "collect_at",
)  # fmt: skip
"""What an order is told to have only where it is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a kit: so many pieces of it go into one."""

    product_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Want:
    """The open quantity of one order line, with the capability that a location needs for it ("" is none)."""

    line_id: int
    product_id: int
    sku: str
    quantity: int
    capability: str = ""
    weight_g: int = 0
    """Grams of one unit."""
    parts: tuple[Part, ...] = ()
    """What a kit is assembled from, where a location can do that; none for all other products."""

    def __post_init__(self) -> None:
        """Refuse a negative quantity, which would create stock.

        :raises ValueError: when the quantity is below zero.
        """
        if self.quantity < 0:
            raise ValueError(f"Line {self.line_id} wants {self.quantity} units.")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one service of a carrier charges for a parcel to the order's address, money in minor units."""

    location_id: int | None
    """Where it is sent from; None is from everywhere."""
    carrier: str
    service: str
    price: int
    per_started_kg: int = 0
    up_to_g: int | None = None
    """The heaviest parcel it takes; None is no limit."""
    transit_days: int = 0
    """Days from leaving to the door, as nine of ten parcels take them."""


@dataclass(frozen=True, slots=True)
class Fee:
    """A scarcity fee: what a unit of a product at a location is worth to the orders still to come, in minor units.

    It weighs in the choice of a location and is paid by nobody.
    """

    location_id: int
    product_id: int
    """0 is the fee of a parcel, which takes part of what the location can send a day."""
    amount: int


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """One order to source: where it goes, what it wants, and which locations may not serve it."""

    order_id: int
    destination: Point | None
    country: str
    wants: tuple[Want, ...]
    excluded_locations: frozenset[int] = frozenset()
    rates: tuple[Rate, ...] = ()
    """The services that may carry it, for its shipping method and address; without any, distance decides."""
    rate_currency: str = ""
    """The currency of the rates."""
    deliver_by: str = ""
    """ISO day promised to the customer; "" is none."""
    channel: str = ""
    service_level: str = ""
    postal_code: str = ""
    tags: frozenset[str] = frozenset()
    total: int = 0
    """What the customer was told, in minor units."""
    chosen: Choice | None = None
    """What a person decided; None where the engine does."""
    fees: tuple[Fee, ...] = ()
    """The scarcity fees of its own products and of parcels, within the caps of their locations."""
    fees_run: int = 0
    """The number of the run that learned the fees; 0 is none."""
    when_short: str = ""
    """What becomes of it when stock is short: wait, split, hold, backorder or offer; "" is not known."""
    when_short_of: str = ""
    """Whose word that is: channel or customer."""
    priority: int = 0
    """The higher one is served first when stock comes in."""
    coming: tuple[tuple[int, str, int], ...] = ()
    """(product_id, ISO day, pieces) on their way that nobody waits for before it; only for one to be back-ordered."""
    bound_by: str = ""
    """The shipping method that limits which locations may take part: pickup, same_day."""
    collect_at: str = ""
    """The code of the store where the customer collects the order."""
    refusals: tuple[tuple[int, str], ...] = ()
    """Why excluded locations have rejected the order, where they have said so."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How to weigh one plan against another; units come first whatever the rules say."""

    version: int = 1
    split_penalty: int = 10_000_000
    """What one parcel costs, in the currency of distance_weight; the default outweighs every distance."""
    distance_weight: int = 1
    """What a kilometre costs; 0 makes all distances equal."""
    prefer: Preference = "nearest"
    """What decides between plans with equally many parcels. Under ``cheapest`` it is all one sum of minor units:
    freight by the rates, and these weights on top."""
    allow_partial: bool = True
    """Promise what there is when not everything can be filled; otherwise promise all or nothing."""
    max_parcels: int | None = None
    """The most locations one order may leave from; None is no limit."""
    last_unit_fee: int = 0
    """What it costs, on top, to take the last unit of a product from a store."""
    late_day_fee: int = 0
    """What every day costs that the order arrives after its promised day."""
    move_saving: int = 0
    """How much a decision that is made again before release has to save, so that the pieces are moved; 0 is never."""
    young_stock_fee: int = 0
    """What it costs, on top, for each week that a location's stock is younger than the oldest that could be sent."""
    shallow_stock_fee: int = 0
    """What it costs, on top, to send from the last pieces while others have many: this times the share it has less."""
    ordered: tuple[Rule, ...] = ()
    """The rules of staff, in their order."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data; what came with later releases is told only where it is set."""
        later = {
            "last_unit_fee": self.last_unit_fee,
            "late_day_fee": self.late_day_fee,
            "move_saving": self.move_saving,
            "young_stock_fee": self.young_stock_fee,
            "shallow_stock_fee": self.shallow_stock_fee,
            "ordered": [rule.to_json() for rule in self.ordered],
        }
        first = ("version", "split_penalty", "distance_weight", "prefer", "allow_partial", "max_parcels")
        told = {name: getattr(self, name) for name in first}
        return told | {name: value for name, value in later.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rules:
        """Rebuild rules from the data that ``to_json`` gave."""
        return cls(**{**data, "ordered": tuple(Rule.from_json(row) for row in data.get("ordered", ()))})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one run of the engine sees; orders are served in their order here."""

    orders: tuple[OrderSnapshot, ...]
    nodes: tuple[Node, ...]
    stock: Stock
    ages: Ages = field(default_factory=dict)
    """(product_id, location_id) -> days since the oldest piece came in, where rules weigh that."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data; lines, locations and stock are sorted, so that equal snapshots give equal data."""
        return {
            "orders": [_order_to_json(order) for order in self.orders],
            "nodes": [node_to_json(node) for node in sorted(self.nodes, key=lambda node: node.location_id)],
            "stock": [[*key, *level] for key, level in sorted(self.stock.items())],
            **({"ages": [[*key, days] for key, days in sorted(self.ages.items())]} if self.ages else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Snapshot:
        """Rebuild a snapshot from the data that ``to_json`` gave."""
        return cls(
            orders=tuple(_order_from_json(row) for row in data["orders"]),
            nodes=tuple(node_from_json(row) for row in data["nodes"]),
            stock={(product, location): (level, units) for product, location, level, units in data["stock"]},
            ages={(product, location): days for product, location, days in data.get("ages", ())},
        )


def _order_to_json(order: OrderSnapshot) -> dict[str, Any]:
    """Return one order as plain data, its lines sorted; what came with later releases is told only where it is known.

    So the decisions of earlier releases keep the hash of what they saw.
    """
    later = {
        "rates": [list(astuple(rate)) for rate in sorted(order.rates, key=_rate_key)],
        "tags": sorted(order.tags),
        "chosen": order.chosen.to_json() if order.chosen else None,
        "fees": sorted(list(astuple(fee)) for fee in order.fees),
        "coming": sorted(map(list, order.coming)),
        "refusals": [list(one) for one in sorted(order.refusals)],
        **{name: getattr(order, name) for name in LATER},
    }
    return {
        "order_id": order.order_id,
        "destination": point_to_json(order.destination),
        "country": order.country,
        "wants": [_want_to_json(want) for want in sorted(order.wants, key=lambda want: want.line_id)],
        "excluded_locations": sorted(order.excluded_locations),
        **{name: value for name, value in later.items() if value},
    }


def _rate_key(rate: Rate) -> tuple[int, str, str, int]:
    """Return what rates are sorted by; -1 stands for every location, 0 for any weight."""
    place = -1 if rate.location_id is None else rate.location_id
    return place, rate.carrier, rate.service, rate.up_to_g or 0


def _want_to_json(want: Want) -> list[Any]:
    """Return one line as plain data; weight and parts only where there are any."""
    data = [want.line_id, want.product_id, want.sku, want.quantity, want.capability]
    if want.parts:
        return [*data, want.weight_g, [list(astuple(part)) for part in want.parts]]
    return [*data, want.weight_g] if want.weight_g else data


def _want_from_json(row: list[Any]) -> Want:
    """Rebuild one line."""
    return Want(*row[:6], *(tuple(Part(*part) for part in parts) for parts in row[6:]))


def _order_from_json(data: Mapping[str, Any]) -> OrderSnapshot:
    """Rebuild one order."""
    return OrderSnapshot(
        **{
            **data,
            "destination": point_from_json(data["destination"]),
            "wants": tuple(_want_from_json(row) for row in data["wants"]),
            "excluded_locations": frozenset(data["excluded_locations"]),
            "rates": tuple(Rate(*row) for row in data.get("rates", ())),
            "tags": frozenset(data.get("tags", ())),
            "chosen": Choice.from_json(data["chosen"]) if "chosen" in data else None,
            "fees": tuple(Fee(*row) for row in data.get("fees", ())),
            "coming": tuple((product, day, pieces) for product, day, pieces in data.get("coming", ())),
            "refusals": tuple((place, why) for place, why in data.get("refusals", ())),
        }
    )
