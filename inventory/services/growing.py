"""Telling which products may have become available."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from inventory.events import StockGrew
from inventory.models import StockLevel
from oms.foundation.actor import Actor
from oms.foundation.facts import publish


def publish_growth(levels: Iterable[StockLevel], actor: Actor) -> None:
    """Tell, one fact a location, which products may have become available."""
    grown: Mapping[int, set[int]] = defaultdict(set)
    for level in levels:
        grown[level.location_id].add(level.product_id)
    publish(*(StockGrew(at=actor.now, location_id=pk, product_ids=sorted(ids)) for pk, ids in sorted(grown.items())))
