"""Walks of the floor: claiming work, scanning it off a pick list, giving it back."""

from fulfillment.services.walking.answers import Answer
from fulfillment.services.walking.claiming import LEASE, MOST_ORDERS, claim_work, free_walk, give_back, take_over
from fulfillment.services.walking.lots import lots_at
from fulfillment.services.walking.reading import Stop, Walk, walk_of
from fulfillment.services.walking.scanning import Read, end_walk, report_short, scan, skip
from fulfillment.services.walking.way import Way, way_of

__all__ = [
    "LEASE",
    "MOST_ORDERS",
    "Answer",
    "Read",
    "Stop",
    "Walk",
    "Way",
    "claim_work",
    "end_walk",
    "free_walk",
    "give_back",
    "lots_at",
    "report_short",
    "scan",
    "skip",
    "take_over",
    "walk_of",
    "way_of",
]
