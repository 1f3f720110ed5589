"""Handing parcels over: loading them by scans, closing the day's list, telling the carrier, and the truck leaves."""

from fulfillment.services.handover.closing import (
    CAN_CLOSE,
    CAN_DROP,
    CAN_REOPEN,
    close_day,
    close_list,
    drop_list,
    reopen_list,
)
from fulfillment.services.handover.leaving import CAN_HAND_OVER, hand_over_list
from fulfillment.services.handover.loading import Scan, load, open_list, take_off
from fulfillment.services.handover.reading import Day, Truck, carriers_here, day_of, truck_of, with_totals
from fulfillment.services.handover.telling import CAN_ASK, ask_again, say_closed, say_not_closed, work_manifests

__all__ = [
    "CAN_ASK",
    "CAN_CLOSE",
    "CAN_DROP",
    "CAN_HAND_OVER",
    "CAN_REOPEN",
    "Day",
    "Scan",
    "Truck",
    "ask_again",
    "carriers_here",
    "close_day",
    "close_list",
    "day_of",
    "drop_list",
    "hand_over_list",
    "load",
    "open_list",
    "reopen_list",
    "say_closed",
    "say_not_closed",
    "take_off",
    "truck_of",
    "with_totals",
    "work_manifests",
]
