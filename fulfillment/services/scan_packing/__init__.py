"""Packing by scans: finding the work of a tote, scanning each piece into a box, closing boxes until all is packed."""

from fulfillment.services.scan_packing.beginning import begin, find_work, put_aside, start_over
from fulfillment.services.scan_packing.bench import Bench, look_at
from fulfillment.services.scan_packing.scanning import Sent, close_parcel, empty_parcel, scan

__all__ = [
    "Bench",
    "Sent",
    "begin",
    "close_parcel",
    "empty_parcel",
    "find_work",
    "look_at",
    "put_aside",
    "scan",
    "start_over",
]
