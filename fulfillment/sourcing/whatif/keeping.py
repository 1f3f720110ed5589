"""A what-if half done as plain data, so that another worker can go on with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.whatif.figures import Figures
from fulfillment.sourcing.whatif.simulation import WhatIf
from fulfillment.sourcing.whatif.worlds import World


def to_json(one: WhatIf) -> dict[str, Any]:
    """Return everything that goes on; changes that nobody has taken away are not kept."""
    return {
        "shelf": [[*place, units] for place, units in one.shelf.items()],
        "need": [[order, line, *wanted] for order, lines in one.need.items() for line, wanted in lines.items()],
        "real": one.real.to_json(),
        "other": one.other.to_json(),
        "told": [[order, *sentences] for order, sentences in one.told.items()],
        "waiting": Snapshot(tuple(one.waiting.values()), tuple(one.nodes.values()), {}).to_json(),
        "since": [[order, at.isoformat()] for order, at in one.since.items()],
        "left": [[order, sorted(places)] for order, places in one.left.items()],
        "figures": [figures.to_json() for figures in one.figures],
        "stock": [one.stock_seen, one.stock_rebuilt],
        "last": [one.last_version, one.last_day],
    }


def from_json(
    data: Mapping[str, Any], *, rules: Callable[[int], Rules], zones: Mapping[int, str], step: timedelta = timedelta()
) -> WhatIf:
    """Rebuild a what-if from the data that ``to_json`` gave."""
    one = WhatIf(rules, zones, step=step)
    one.shelf = {(product, location): units for product, location, units in data["shelf"]}
    for order, line, product, wanted in data["need"]:
        one.need.setdefault(order, {})[line] = (product, wanted)
    one.real, one.other = World.from_json(data["real"]), World.from_json(data["other"])
    one.told = {order: (before, after) for order, before, after in data["told"]}
    waiting = Snapshot.from_json(data["waiting"])
    one.waiting = {order.order_id: order for order in waiting.orders}
    one.since = {order: datetime.fromisoformat(at) for order, at in data["since"]}
    one.nodes = {node.location_id: node for node in waiting.nodes}
    one.left = {order: set(places) for order, places in data["left"]}
    one.figures = (Figures(**data["figures"][0]), Figures(**data["figures"][1]))
    one.stock_seen, one.stock_rebuilt = data["stock"]
    one.last_version, one.last_day = data["last"]
    return one
